//! The codec against itself, cut in every way, and against another implementation.

use std::io::{Cursor, Read, Write};

use proptest::collection::vec;
use proptest::prelude::*;
use tungstenite::protocol::frame::coding::{CloseCode as TheirCode, Data, OpCode};
use tungstenite::protocol::frame::{CloseFrame, Frame};
use tungstenite::protocol::{Role, WebSocket};
use tungstenite::{Bytes, Message};

use super::*;

/// The output of a decoder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Heard {
    payload: Vec<u8>,
    pings: Vec<Vec<u8>>,
    ending: Option<InputEnd>,
}

fn heard<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Heard {
    let (mut decoder, mut heard) = (Decoder::default(), Heard::default());
    for piece in pieces {
        let mut piece = piece.to_vec();
        let pings = &mut heard.pings;
        let Decoded { payload, ending } =
            decoder.decode(&mut piece, &mut |ping| pings.push(ping.to_vec()));
        heard.payload.extend_from_slice(&piece[payload]);
        assert!(ending.is_none() || heard.ending.is_none(), "it ends once");
        heard.ending = heard.ending.or(ending);
    }
    heard
}

/// The output for the bytes as a whole, byte by byte, and cut in two everywhere.
#[track_caller]
fn check(bytes: &[u8]) -> Heard {
    let whole = heard([bytes]);
    assert_eq!(heard(bytes.chunks(1)), whole, "{}", bytes.escape_ascii());
    for cut in 0..bytes.len().min(300) {
        let (first, second) = bytes.split_at(cut);
        assert_eq!(
            heard([first, second]),
            whole,
            "at {cut}: {}",
            bytes.escape_ascii()
        );
    }
    whole
}

const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

/// A frame from a client, with the given first byte and length.
fn raw(first: u8, length: &[u8], payload: &[u8]) -> Vec<u8> {
    let masked = payload
        .iter()
        .zip(MASK.iter().cycle())
        .map(|(byte, key)| byte ^ key);
    let mut frame = vec![first];
    frame.extend_from_slice(length);
    frame.extend(MASK);
    frame.extend(masked);
    frame
}

fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
    let length = match payload.len() {
        short @ ..126 => vec![0x80 | u8::try_from(short).unwrap()],
        middle @ ..0x1_0000 => {
            [&[0xfe][..], &u16::try_from(middle).unwrap().to_be_bytes()].concat()
        }
        long => [&[0xff][..], &(long as u64).to_be_bytes()].concat(),
    };
    raw(first, &length, payload)
}

#[track_caller]
fn faulty(bytes: &[u8], fault: FrameFault) {
    let after = [bytes, &masked(0x82, b"behind")].concat();
    for bytes in [bytes, &after] {
        let found = check(bytes);
        assert_eq!(
            found.ending,
            Some(InputEnd::Fault(fault)),
            "{}",
            bytes.escape_ascii()
        );
        assert_eq!(found.payload, b"");
    }
}

#[test]
fn messages() {
    for length in [1, 125, 126, 127, 0xffff, 0x1_0000] {
        let payload: Vec<u8> = (0..length).map(|n: u32| n.to_le_bytes()[0]).collect();
        assert_eq!(check(&masked(0x82, &payload)).payload, payload);
    }
    let pieces = [
        masked(0x02, b"ab"),
        masked(0x89, b"p"),
        masked(0x00, b""),
        masked(0x80, b"cd"),
        masked(0x82, b""),
    ];
    let found = check(&pieces.concat());
    assert_eq!(
        (&found.payload[..], &found.pings[..], found.ending),
        (&b"abcd"[..], &[b"p".to_vec()][..], None)
    );
    // An unsolicited pong is ignored.
    assert_eq!(check(&masked(0x8a, b"x")), Heard::default());
}

/// The announced length takes no memory, and received bytes are passed on.
#[test]
fn announced_lengths() {
    let longest = [&[0xff][..], &(u64::MAX >> 1).to_be_bytes()].concat();
    assert_eq!(check(&raw(0x82, &longest, b"begin")).payload, b"begin");
    assert!(size_of::<Decoder>() <= 160);
}

#[test]
fn faults() {
    for first in [0xc2, 0xa2, 0x92, 0xc1, 0xf8] {
        faulty(&masked(first, b"x"), FrameFault::ReservedBits);
    }
    for opcode in [3, 4, 5, 6, 7, 11, 12, 13, 14, 15] {
        faulty(&masked(0x80 | opcode, b""), FrameFault::Opcode);
    }
    faulty(&masked(0x81, b"text"), FrameFault::Text);
    faulty(&masked(0x01, b"text"), FrameFault::Text);
    faulty(&[0x82, 0x01, b'x'], FrameFault::Unmasked);
    faulty(&masked(0x80, b"x"), FrameFault::Interleaved);
    faulty(
        &[masked(0x02, b""), masked(0x82, b"x")].concat(),
        FrameFault::Interleaved,
    );
    faulty(
        &[masked(0x02, b""), masked(0x81, b"x")].concat(),
        FrameFault::Interleaved,
    );
    faulty(&masked(0x09, b""), FrameFault::FragmentedControl);
    faulty(&masked(0x89, &[0; 126]), FrameFault::LongControl);
    faulty(&raw(0x82, &[0xfe, 0, 125], &[0; 125]), FrameFault::Length);
    faulty(
        &raw(0x82, &[0xff, 0, 0, 0, 0, 0, 0, 0xff, 0xff], b""),
        FrameFault::Length,
    );
    faulty(
        &raw(0x82, &[0xff, 0x80, 0, 0, 0, 0, 0, 0, 0], b""),
        FrameFault::Length,
    );
    faulty(&masked(0x88, &[3]), FrameFault::CloseLength);
    for code in [
        0_u16, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535,
    ] {
        faulty(&masked(0x88, &code.to_be_bytes()), FrameFault::CloseCode);
    }
    faulty(
        &masked(
            0x88,
            b"\x03\xe8\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80",
        ),
        FrameFault::CloseReason,
    );
    assert_eq!(FrameFault::Text.code().get(), 1003);
    assert_eq!(FrameFault::CloseReason.code().get(), 1007);
    assert_eq!(FrameFault::Opcode.code().get(), 1002);
}

#[test]
fn ends() {
    assert_eq!(
        check(&masked(0x88, b"")).ending,
        Some(InputEnd::Close(None))
    );
    for code in [
        1000, 1001, 1002, 1003, 1007, 1008, 1011, 1012, 1014, 3000, 4999_u16,
    ] {
        let payload = [&code.to_be_bytes()[..], "gr\u{fc}n".as_bytes()].concat();
        let found = check(
            &[
                masked(0x82, b"last"),
                masked(0x88, &payload),
                masked(0x82, b"more"),
            ]
            .concat(),
        );
        assert_eq!(found.payload, b"last");
        let Some(InputEnd::Close(Some(found))) = found.ending else {
            panic!("expected a code: {found:?}");
        };
        assert_eq!(found.get(), code);
    }
}

#[test]
fn between_messages() {
    let whole = |bytes: &[u8]| {
        let mut decoder = Decoder::default();
        decoder.decode(&mut bytes.to_vec(), &mut |_| {});
        decoder.is_between_messages()
    };
    assert!(whole(b"") && whole(&masked(0x82, b"x")));
    assert!(!whole(&masked(0x02, b"x")) && !whole(&[0x82]) && !whole(&raw(0x82, &[0x82], b"x")));
}

/// RFC 6455, 1.3.
#[test]
fn accepted_key() {
    let accept = handshake::accepted(b"dGhlIHNhbXBsZSBub25jZQ==");
    assert_eq!(accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

/// A stream with prepared input that records its output.
struct Both(Cursor<Vec<u8>>, Vec<u8>);

impl Read for Both {
    fn read(&mut self, room: &mut [u8]) -> std::io::Result<usize> {
        self.0.read(room)
    }
}

impl Write for Both {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.1.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// What another implementation's client reads from our frames.
#[test]
fn sent() {
    let mut bytes = Vec::new();
    let lengths = [1, 125, 126, 60_000, 65_535];
    for length in lengths {
        let mut buffer = vec![7; HEADROOM + length];
        bytes.extend_from_slice(frame(&mut buffer, length));
    }
    assert_eq!(frame(&mut [0; HEADROOM], 0), b"");
    bytes.extend(PING);
    bytes.extend(pong(b"answer"));
    bytes.extend(close(Some(CloseCode::GOING_AWAY)));
    let mut client =
        WebSocket::from_raw_socket(Both(Cursor::new(bytes), Vec::new()), Role::Client, None);
    for length in lengths {
        assert_eq!(client.read().unwrap(), Message::binary(vec![7; length]));
    }
    assert_eq!(client.read().unwrap(), Message::Ping(Bytes::new()));
    assert_eq!(
        client.read().unwrap(),
        Message::Pong(b"answer".to_vec().into())
    );
    let Message::Close(Some(CloseFrame { code, .. })) = client.read().unwrap() else {
        panic!("expected a close frame");
    };
    assert_eq!(code, TheirCode::Away);
}

#[derive(Clone, Debug)]
enum Sent {
    Binary(Vec<Vec<u8>>),
    Ping(Vec<u8>),
}

/// Frames from another implementation's client.
fn written(messages: &[Sent]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut write = |frame: Frame| {
        let mut frame = frame;
        frame.header_mut().mask = Some([9, 8, 7, 6]);
        frame.format(&mut bytes).unwrap();
    };
    for message in messages {
        match message {
            Sent::Ping(payload) => {
                write(Frame::ping(payload.clone()));
            }
            Sent::Binary(parts) => {
                for (index, part) in parts.iter().enumerate() {
                    let kind = if index == 0 {
                        Data::Binary
                    } else {
                        Data::Continue
                    };
                    let last = index + 1 == parts.len();
                    write(Frame::message(part.clone(), OpCode::Data(kind), last));
                }
            }
        }
    }
    bytes
}

fn sent_messages() -> impl Strategy<Value = Vec<Sent>> {
    let part = vec(any::<u8>(), 0..400);
    let binary = vec(part, 1..4).prop_map(Sent::Binary);
    let ping = vec(any::<u8>(), 0..=125).prop_map(Sent::Ping);
    vec(prop_oneof![3 => binary, 1 => ping], 0..8)
}

proptest! {
    /// However the frames of another implementation are cut, their payloads and pings are decoded.
    #[test]
    fn theirs(messages in sent_messages(), cuts in vec(1_usize..700, 0..20)) {
        let bytes = written(&messages);
        let (mut payload, mut pings) = (Vec::new(), Vec::new());
        for message in &messages {
            match message {
                Sent::Ping(bytes) => pings.push(bytes.clone()),
                Sent::Binary(parts) => payload.extend(parts.concat()),
            }
        }
        let expected = Heard { payload, pings, ending: None };
        let (mut rest, mut pieces) = (&bytes[..], Vec::new());
        for cut in cuts {
            let (piece, more) = rest.split_at(cut.min(rest.len()));
            pieces.push(piece);
            rest = more;
        }
        pieces.push(rest);
        prop_assert_eq!(heard(pieces), expected);
    }

    /// With any input, cuts do not matter and nothing panics.
    #[test]
    fn anything(bytes in vec(prop_oneof![any::<u8>(), Just(0x82_u8), Just(0x80), Just(0x89), Just(0x88)], 0..80)) {
        let whole = heard([&bytes[..]]);
        prop_assert_eq!(heard(bytes.chunks(1)), whole.clone());
        prop_assert_eq!(heard(bytes.chunks(7)), whole);
    }
}
