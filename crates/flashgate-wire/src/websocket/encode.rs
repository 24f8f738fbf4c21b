//! Frames that are sent: without a mask, whole, and with their header in front so that one write takes them.

use super::close::CloseCode;

/// The room before a payload that its header may take; a payload has at most 65,535 bytes.
pub const HEADROOM: usize = 4;

/// What a control frame may carry.
pub(super) const LONGEST_CONTROL: usize = 125;

const FINAL: u8 = 0x80;
const BINARY: u8 = 0x2;
const CLOSE: u8 = 0x8;
const PONG: u8 = 0xa;

/// A ping without a payload.
pub const PING: [u8; 2] = [FINAL | 0x9, 0];

/// Puts the header before a payload that stands behind [`HEADROOM`]; the frame, which is empty where the payload is.
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

/// A close frame; without a code where the client's had none.
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
