//! However frames are split, they result in the same payload, pings and ending. A frame that we write can be read
//! again.
#![no_main]

use flashgate_wire::websocket::{Decoded, Decoder, HEADROOM, InputEnd, frame};
use libfuzzer_sys::fuzz_target;

// The first two bytes choose where the rest is split.
fuzz_target!(|input: &[u8]| {
    let Some(([first, second], bytes)) = input.split_first_chunk() else {
        return;
    };
    let whole = heard(&[bytes]);
    assert_eq!(heard(&bytes.chunks(1).collect::<Vec<_>>()), whole);
    let cut = usize::from(u16::from_be_bytes([*first, *second])) % (bytes.len() + 1);
    let (one, other) = bytes.split_at(cut);
    assert_eq!(heard(&[one, other]), whole);
    assert!(whole.payload.len() <= bytes.len());
    sent(bytes);
});

#[derive(Debug, Default, PartialEq, Eq)]
struct Heard {
    payload: Vec<u8>,
    pings: Vec<Vec<u8>>,
    ending: Option<InputEnd>,
    is_between_messages: bool,
}

fn heard(pieces: &[&[u8]]) -> Heard {
    let (mut decoder, mut heard) = (Decoder::default(), Heard::default());
    for piece in pieces {
        let mut piece = piece.to_vec();
        let pings = &mut heard.pings;
        let Decoded { payload, ending } =
            decoder.decode(&mut piece, &mut |ping| pings.push(ping.to_vec()));
        heard.payload.extend_from_slice(&piece[payload]);
        heard.ending = heard.ending.or(ending);
    }
    heard.is_between_messages = decoder.is_between_messages();
    heard
}

/// A frame that we write has a header with the payload's length, then the payload.
fn sent(payload: &[u8]) {
    if payload.is_empty() {
        return;
    }
    let mut room = vec![0; HEADROOM];
    room.extend_from_slice(payload);
    let framed = frame(&mut room, payload.len());
    let (first, second) = (framed[0], framed[1]);
    assert_eq!((first, second & 0x80), (0x82, 0));
    let header = match second {
        126 => 4,
        127 => 10,
        _ => 2,
    };
    assert_eq!(&framed[header..], payload);
}
