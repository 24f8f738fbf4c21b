//! How a session ends: what each side receives, and that nothing sent before the end is lost.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use socket2::SockRef;
use testkit::backend::{BackendBehaviour, TestBackend};
use testkit::client::{StreamEnd, TestClient};
use testkit::websocket::{BINARY, CLOSE, WebSocketClient, frame, header};

use super::{ADMIN, LIMIT, Running, config, start};

/// A session to a backend that the test controls.
fn session(more: &str) -> (Running, WebSocketClient, TcpStream) {
    let backend = TestBackend::start(BackendBehaviour::Hold).unwrap();
    let gate = start(&config(backend.address(), "", &format!("{ADMIN}{more}")));
    let mut socket = gate.open();
    let mut called = backend.next(LIMIT).unwrap();
    socket.say(b"hello");
    let mut bytes = [0; 5];
    called.read_exact(&mut bytes).unwrap();
    (gate, socket, called)
}

/// Waits until the outcome of the one session is counted.
#[track_caller]
fn outcome(gate: &Running, code: &str) {
    gate.counts(&format!("outcome=\"{code}\""), 1);
}

/// What the backend receives up to the end.
fn hears(called: TcpStream) -> (Vec<u8>, StreamEnd) {
    let heard = TestClient::from_stream(called).unwrap().hear();
    (heard.bytes, heard.end)
}

#[test]
fn the_backend_ends() {
    let (gate, mut socket, mut called) = session("");
    called.write_all(b"last words").unwrap();
    called.shutdown(Shutdown::Write).unwrap();
    assert_eq!(socket.read(10).unwrap(), b"last words");
    let close = socket.next_frame().unwrap();
    assert_eq!(close.code(), Some(1000));
    // What the client sends before it receives the close frame still arrives.
    socket.say(b"too late?");
    socket.send(&frame(CLOSE, &1000_u16.to_be_bytes()));
    assert_eq!(hears(called), (b"too late?".to_vec(), StreamEnd::Fin));
    assert_eq!(socket.frame().unwrap(), None);
    outcome(&gate, "bridged");
}

#[test]
fn the_backend_resets() {
    let (gate, mut socket, called) = session("");
    SockRef::from(&called)
        .set_linger(Some(Duration::ZERO))
        .unwrap();
    drop(called);
    socket.is_closed_with(1011).unwrap();
    outcome(&gate, "backend-reset");
}

#[test]
fn the_client_closes() {
    for code in [None, Some(1000_u16), Some(1001), Some(4403)] {
        let (gate, mut socket, called) = session("");
        let payload = code.map_or_else(Vec::new, |code| code.to_be_bytes().to_vec());
        socket.say(b"bye");
        socket.send(&frame(CLOSE, &payload));
        let answer = socket.next_frame().unwrap();
        assert_eq!((answer.first, &answer.payload), (CLOSE, &payload));
        assert_eq!(hears(called), (b"bye".to_vec(), StreamEnd::Fin));
        assert_eq!(socket.frame().unwrap(), None);
        outcome(&gate, "bridged");
    }
}

/// Between two messages it is an end; within one it is a cut, and the backend must not see it as an end.
#[test]
fn the_client_ends_without_a_word() {
    let (gate, socket, called) = session("");
    drop(socket);
    assert_eq!(hears(called), (Vec::new(), StreamEnd::Fin));
    outcome(&gate, "bridged");
    let (gate, mut socket, called) = session("");
    socket.send(&header(BINARY, 10));
    socket.send(b"half");
    socket.half_close().unwrap();
    assert_eq!(hears(called).1, StreamEnd::Reset);
    outcome(&gate, "client-reset");
}

#[test]
fn the_client_resets() {
    let (gate, socket, called) = session("");
    socket.reset().unwrap();
    assert_eq!(hears(called).1, StreamEnd::Reset);
    outcome(&gate, "client-reset");
}

#[test]
fn the_client_breaks_the_protocol() {
    for (bytes, code) in [
        (frame(0x81, b"text"), 1003),
        (frame(0xc2, b"compressed"), 1002),
        (frame(0x83, b""), 1002),
        (vec![0x82, 1, b'x'], 1002),
        (frame(0x80, b"nothing to continue"), 1002),
        (frame(CLOSE, &1005_u16.to_be_bytes()), 1002),
        (frame(CLOSE, b"\x03\xe8\xff"), 1007),
    ] {
        let (gate, mut socket, called) = session("");
        socket.send(&bytes);
        socket.send(&frame(BINARY, b"behind"));
        let close = socket.next_frame().unwrap();
        assert_eq!(close.code(), Some(code), "{}", bytes.escape_ascii());
        // No frame follows, and no reset, because a reset could discard the close frame.
        assert_eq!(socket.frame().unwrap(), None);
        assert_eq!(hears(called).1, StreamEnd::Reset);
        outcome(&gate, "websocket-error");
    }
}

#[test]
fn idle() {
    let (gate, mut socket, called) =
        session("[limits]\nidle = \"1s\"\n[bridge]\naddress = \"127.0.0.1:0\"\nping = \"100ms\"\n");
    // Pings do not count.
    socket.is_closed_with(1001).unwrap();
    assert_eq!(hears(called).1, StreamEnd::Reset);
    outcome(&gate, "idle-timeout");
}

/// The daemon does not wait longer for a client that does not answer a close frame than for a half-open relay.
#[test]
fn no_answer() {
    let (gate, mut socket, called) = session("[limits]\nhalf-open = \"1s\"\nlinger = \"1s\"\n");
    called.shutdown(Shutdown::Write).unwrap();
    assert_eq!(socket.next_frame().unwrap().code(), Some(1000));
    assert_eq!(socket.frame().unwrap(), None);
    outcome(&gate, "bridged");
    assert_eq!(hears(called).1, StreamEnd::Fin);
    gate.counts("flashgate_websockets_open", 0);
}
