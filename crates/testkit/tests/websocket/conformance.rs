//! The server's cases of the Autobahn test suite that apply, rewritten for an independent client (tungstenite).
//!
//! The suite itself, `autobahntestsuite` 25.10.1 from `pip`, is written in Python 2, which is no longer packaged.
//! [`autobahn`](super::autobahn) translates its cases if it is available; this file is for every run. What does not apply,
//! and why:
//!
//! | cases | reason |
//! |---|---|
//! | 1.1 (text), 6 (UTF-8) | a game's server receives bytes: every text message is closed with 1003 |
//! | 1.2.1, 9.7.1, 9.8.1 (empty messages) | they have no effect: a TCP server receives no bytes |
//! | 12, 13 (compression) | no extension is ever negotiated |
//! | 9 (large messages): the limits | messages are not assembled, so they have no limit; sizes are in `sessions.rs` |
//! | 10 (auto-fragmentation) | its one case is a text message; `sessions.rs` tests the same fragmentation with bytes |
//!
//! Where the suite expects a whole message to come back, here its bytes do: boundaries mean nothing to a TCP server.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "any other message fails the test"
)]

use std::io::Write as _;
use std::net::TcpStream;

use testkit::backend::{BackendBehaviour, TestBackend};
use testkit::websocket::{BINARY, PING, frame as raw, request};
use tungstenite::protocol::frame::coding::{CloseCode, Control, Data, OpCode};
use tungstenite::protocol::frame::{CloseFrame, Frame, FrameHeader};
use tungstenite::protocol::{Role, WebSocket};
use tungstenite::{Error, Message};

use super::{ORIGIN, Running, config, start};

type Socket = WebSocket<TcpStream>;

/// A gate to an echo server, and a client of it.
fn connected() -> (Running, TestBackend, Socket) {
    let backend = TestBackend::start(BackendBehaviour::Echo).unwrap();
    let gate = start(&config(backend.address(), "", ""));
    let (response, stream) = testkit::websocket::ask(gate.gate, &request("/", ORIGIN)).unwrap();
    assert_eq!(response.status, 101);
    let socket = WebSocket::from_raw_socket(stream, Role::Client, None);
    (gate, backend, socket)
}

/// Any frame, including those that this client would not make by itself.
fn frame(payload: &[u8], opcode: OpCode, last: bool) -> Message {
    let header = FrameHeader {
        is_final: last,
        opcode,
        ..FrameHeader::default()
    };
    Message::Frame(Frame::from_payload(header, payload.to_vec().into()))
}

/// Sends a frame in pieces, each in its own segment.
fn chopped(socket: &mut Socket, first: u8, payload: &[u8], size: usize) {
    let stream = socket.get_mut();
    stream.set_nodelay(true).unwrap();
    for piece in raw(first, payload).chunks(size) {
        stream.write_all(piece).unwrap();
    }
}

fn data(payload: &[u8], kind: Data, last: bool) -> Message {
    frame(payload, OpCode::Data(kind), last)
}

/// This many bytes come back, in binary messages.
#[track_caller]
fn comes_back(socket: &mut Socket, expected: &[u8]) {
    let mut found = Vec::new();
    while found.len() < expected.len() {
        match socket.read().unwrap() {
            Message::Binary(bytes) => found.extend(bytes),
            other => panic!("expected bytes, found {other:?}"),
        }
    }
    assert!(found == expected, "{} bytes", found.len());
}

/// The server closes with this code, whatever it has echoed before.
#[track_caller]
fn is_closed(socket: &mut Socket, code: CloseCode) {
    loop {
        match socket.read().unwrap() {
            Message::Close(Some(CloseFrame { code: found, .. })) => {
                assert_eq!(found, code);
                break;
            }
            Message::Binary(_) | Message::Pong(_) => {}
            other => panic!("expected {code}, found {other:?}"),
        }
    }
    // And it closes the stream after it (7.1.1: the server closes first).
    assert!(matches!(socket.read(), Err(Error::ConnectionClosed)));
}

/// 1.2: binary messages of every length class, the last one also in pieces of 997 bytes (1.2.8).
#[test]
fn framing() {
    let (_gate, _backend, mut socket) = connected();
    for length in [1, 125, 126, 127, 128, 65_535, 65_536] {
        let payload = vec![0xfe; length];
        socket.send(Message::binary(payload.clone())).unwrap();
        comes_back(&mut socket, &payload);
    }
    let payload: Vec<_> = (0..=u8::MAX).cycle().take(65_536).collect();
    chopped(&mut socket, BINARY, &payload, 997);
    comes_back(&mut socket, &payload);
    chopped(&mut socket, BINARY, &payload[..300], 1);
    comes_back(&mut socket, &payload[..300]);
    // 1.2.1, an empty message, has no effect: a TCP server receives no bytes, and Ruffle no empty frame.
    socket.send(Message::binary(Vec::new())).unwrap();
    socket.send(Message::binary(&b"after"[..])).unwrap();
    comes_back(&mut socket, b"after");
}

/// 2: pings and pongs.
#[test]
fn pings_and_pongs() {
    let (_gate, _backend, mut socket) = connected();
    for payload in [
        &b""[..],
        b"Hello, world!",
        &[0, 255, 254, 253],
        &[0xfe; 125],
    ] {
        socket.send(Message::Ping(payload.to_vec().into())).unwrap();
        assert_eq!(
            socket.read().unwrap(),
            Message::Pong(payload.to_vec().into())
        );
    }
    // 2.7, 2.8: unsolicited pongs.
    socket
        .send(Message::Pong(b"unsolicited".to_vec().into()))
        .unwrap();
    socket.send(Message::Ping(b"ping".to_vec().into())).unwrap();
    assert_eq!(
        socket.read().unwrap(),
        Message::Pong(b"ping".to_vec().into())
    );
    // 2.10: ten pings in a row, each answered.
    for nth in 0..10 {
        socket.write(Message::Ping(vec![nth; 4].into())).unwrap();
    }
    socket.flush().unwrap();
    for nth in 0..10 {
        assert_eq!(socket.read().unwrap(), Message::Pong(vec![nth; 4].into()));
    }
    // 2.6, 2.11: a byte at a time, the longest payload and ten in a row.
    chopped(&mut socket, PING, &[0xfe; 125], 1);
    assert_eq!(
        socket.read().unwrap(),
        Message::Pong(vec![0xfe; 125].into())
    );
    for nth in 0..10 {
        chopped(&mut socket, PING, &[nth; 9], 1);
    }
    for nth in 0..10 {
        assert_eq!(socket.read().unwrap(), Message::Pong(vec![nth; 9].into()));
    }
}

/// 2.5: a ping of 126 bytes. 3: reserved bits. 4: reserved opcodes.
#[test]
fn faults() {
    let cases = [
        frame(&[0xfe; 126], OpCode::Control(Control::Ping), true),
        frame(b"x", OpCode::Data(Data::Reserved(3)), true),
        frame(b"", OpCode::Data(Data::Reserved(7)), false),
        frame(b"", OpCode::Control(Control::Reserved(11)), true),
        frame(b"x", OpCode::Control(Control::Reserved(15)), true),
        // 5.1, 5.2: pings and pongs in pieces.
        frame(b"frag", OpCode::Control(Control::Ping), false),
        frame(b"frag", OpCode::Control(Control::Pong), false),
        // 5.9 to 5.14: a continuation of nothing.
        data(b"x", Data::Continue, true),
        data(b"x", Data::Continue, false),
    ];
    for case in cases {
        let (_gate, _backend, mut socket) = connected();
        socket.send(case).unwrap();
        is_closed(&mut socket, CloseCode::Protocol);
    }
    for bits in 1..8_u8 {
        let (_gate, _backend, mut socket) = connected();
        let mut frame = Frame::message(b"x".to_vec(), OpCode::Data(Data::Binary), true);
        let header = frame.header_mut();
        (header.rsv1, header.rsv2, header.rsv3) = (bits & 4 != 0, bits & 2 != 0, bits & 1 != 0);
        socket.send(Message::Frame(frame)).unwrap();
        is_closed(&mut socket, CloseCode::Protocol);
    }
}

/// 5.3 to 5.8, 5.19, 5.20: fragments, with control frames between them.
#[test]
fn fragmentation() {
    let (_gate, _backend, mut socket) = connected();
    socket.send(data(b"frag", Data::Binary, false)).unwrap();
    socket
        .send(Message::Ping(b"pongme".to_vec().into()))
        .unwrap();
    socket.send(data(b"", Data::Continue, false)).unwrap();
    socket.send(data(b"ment", Data::Continue, true)).unwrap();
    let (mut bytes, mut pong) = (Vec::new(), false);
    while bytes.len() < 8 || !pong {
        match socket.read().unwrap() {
            Message::Binary(more) => bytes.extend(more),
            Message::Pong(payload) => pong = &payload[..] == b"pongme",
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(bytes, b"fragment");
    // 5.15, 5.18: another message within one.
    socket.send(data(b"one", Data::Binary, false)).unwrap();
    socket.send(data(b"two", Data::Binary, true)).unwrap();
    is_closed(&mut socket, CloseCode::Protocol);
}

/// 7.1, 7.3, 7.7, 7.9, 7.13: how it is closed, and with which codes.
#[test]
fn closing() {
    for code in [
        1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999,
    ] {
        let (_gate, _backend, mut socket) = connected();
        let payload = [&u16::to_be_bytes(code)[..], &[b'*'; 123]].concat();
        socket
            .send(frame(&payload, OpCode::Control(Control::Close), true))
            .unwrap();
        is_closed(&mut socket, CloseCode::from(code));
    }
    for code in [
        0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999, 5000, 65535,
    ] {
        let (_gate, _backend, mut socket) = connected();
        socket
            .send(frame(
                &u16::to_be_bytes(code),
                OpCode::Control(Control::Close),
                true,
            ))
            .unwrap();
        is_closed(&mut socket, CloseCode::Protocol);
    }
    for (payload, code) in [
        (&b"\x03"[..], CloseCode::Protocol),
        (b"\x03\xe8\xff\xfe", CloseCode::Invalid),
    ] {
        let (_gate, _backend, mut socket) = connected();
        socket
            .send(frame(payload, OpCode::Control(Control::Close), true))
            .unwrap();
        is_closed(&mut socket, code);
    }
    // 7.3.5: 126 bytes are too many for a reason.
    let (_gate, _backend, mut socket) = connected();
    socket
        .send(frame(&[b'*'; 126], OpCode::Control(Control::Close), true))
        .unwrap();
    is_closed(&mut socket, CloseCode::Protocol);
}

/// 7.1.2 to 7.1.6: frames after a close frame are ignored.
#[test]
fn behind_the_close() {
    let (_gate, _backend, mut socket) = connected();
    socket
        .write(frame(b"", OpCode::Control(Control::Close), true))
        .unwrap();
    socket
        .write(data(&vec![0; 100_000], Data::Binary, true))
        .unwrap();
    socket.flush().unwrap();
    assert_eq!(socket.read().unwrap(), Message::Close(None));
    assert!(matches!(socket.read(), Err(Error::ConnectionClosed)));
}

/// Text, as every client that is not Ruffle might send it.
#[test]
fn text() {
    let (_gate, _backend, mut socket) = connected();
    socket.send(Message::text("hello")).unwrap();
    is_closed(&mut socket, CloseCode::Unsupported);
}
