//! Frames that are sent: without a mask, complete, and with their header in front, so that one write is enough.

use super::close::CloseCode;

/// The room for a header before a payload of at most 65,535 bytes.
pub const HEADROOM: usize = 4;

/// The longest payload of a control frame.
pub(super) const LONGEST_CONTROL: usize = 125;

const FINAL: u8 = 0x80;
const BINARY: u8 = 0x2;
const CLOSE: u8 = 0x8;
const PONG: u8 = 0xa;

/// A ping without a payload.
pub const PING: [u8; 2] = [FINAL | 0x9, 0];

/// Writes the header before a payload that is after [`HEADROOM`]. Returns the frame, or nothing if the payload is
/// empty.
pub fn frame(buffer: &mut [u8], payload: usize) -> &[u8] {
    let (Ok(length), Some(room)) = (u16::try_from(payload), buffer.first_chunk_mut()) else {
        return &[];
    };
    let start = match (u8::try_from(payload), length.to_be_bytes()) {
        (Ok(0), _) => return &[],
        (Ok(short @ ..=125), _) => {
            *room = [0, 0, FINAL | BINARY, short];
            2
        }
        (_, [high, low]) => {
            *room = [FINAL | BINARY, 126, high, low];
            0
        }
    };
    buffer.get(start..HEADROOM + payload).unwrap_or_default()
}

/// The answer to a ping.
pub fn pong(payload: &[u8]) -> Vec<u8> {
    control(PONG, payload)
}

/// A close frame, without a code if the client's had none.
pub fn close(code: Option<CloseCode>) -> Vec<u8> {
    match code {
        Some(code) => control(CLOSE, &code.get().to_be_bytes()),
        None => control(CLOSE, &[]),
    }
}

fn control(opcode: u8, payload: &[u8]) -> Vec<u8> {
    let payload = payload.get(..LONGEST_CONTROL).unwrap_or(payload);
    let length = u8::try_from(payload.len()).unwrap_or_default();
    let mut frame = vec![FINAL | opcode, length];
    frame.extend_from_slice(payload);
    frame
}
