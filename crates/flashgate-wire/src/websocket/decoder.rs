//! Decodes frames: unmasks them in place, and passes them on without waiting for their end.
//!
//! However the bytes are cut, the output is the same, and the end is at the same byte.

use std::mem;
use std::ops::Range;

use super::close::{CloseCode, FrameFault};
use super::encode::LONGEST_CONTROL;
use super::mask::unmask;

/// Takes what a client sends, piece by piece.
#[derive(Debug, Default)]
pub struct Decoder {
    state: DecoderState,
    message: MessageState,
}

/// The result for a piece.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// The payloads, moved together in the piece.
    pub payload: Range<usize>,
    /// Why the bytes after them were not read.
    pub ending: Option<InputEnd>,
}

/// The last event from a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputEnd {
    /// A close frame, with its code.
    Close(Option<CloseCode>),
    /// A protocol error.
    Fault(FrameFault),
}

/// Whether a fragmented message has begun.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum MessageState {
    #[default]
    None,
    Begun,
}

/// The longest header: two bytes, eight for the length, four for the mask.
const LONGEST_HEADER: usize = 14;

#[derive(Debug)]
enum DecoderState {
    /// An incomplete header with this many bytes.
    Header([u8; LONGEST_HEADER], usize),
    /// Inside a data frame. The mask is rotated to the next byte.
    Payload {
        left: u64,
        mask: [u8; 4],
    },
    Control(Control),
    /// No more input is accepted.
    Over,
}

impl Default for DecoderState {
    fn default() -> Self {
        Self::Header([0; LONGEST_HEADER], 0)
    }
}

/// The received part of a control frame.
#[derive(Debug)]
struct Control {
    kind: ControlKind,
    mask: [u8; 4],
    length: usize,
    filled: usize,
    bytes: [u8; LONGEST_CONTROL],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ControlKind {
    Close,
    Ping,
    Pong,
}

impl Decoder {
    /// Decodes a piece. Calls `ping` with the payload of each ping.
    pub fn decode(&mut self, bytes: &mut [u8], ping: &mut impl FnMut(&[u8])) -> Decoded {
        let (mut at, mut payload) = (0, 0..0);
        while at < bytes.len() {
            let taken = match &mut self.state {
                DecoderState::Header(..) => {
                    match self.header(bytes.get(at..).unwrap_or_default()) {
                        Ok(taken) => taken,
                        Err(fault) => return self.end(payload, InputEnd::Fault(fault)),
                    }
                }
                DecoderState::Payload { left, mask } => {
                    let count = usize::try_from(*left)
                        .unwrap_or(usize::MAX)
                        .min(bytes.len() - at);
                    // The first payload stays where it is.
                    if payload.is_empty() {
                        payload = at..at;
                    } else {
                        bytes.copy_within(at..at + count, payload.end);
                    }
                    let end = payload.end + count;
                    unmask(bytes.get_mut(payload.end..end).unwrap_or_default(), *mask);
                    payload.end = end;
                    mask.rotate_left(count % 4);
                    *left -= count as u64;
                    if *left == 0 {
                        self.state = DecoderState::default();
                    }
                    count
                }
                DecoderState::Control(control) => control.take(bytes.get(at..).unwrap_or_default()),
                DecoderState::Over => break,
            };
            at += taken;
            if let Some(ending) = self.whole_control(ping) {
                return self.end(payload, ending);
            }
        }
        Decoded {
            payload,
            ending: None,
        }
    }

    /// Whether the input ends between two messages.
    pub fn is_between_messages(&self) -> bool {
        matches!(self.state, DecoderState::Header(_, 0)) && self.message == MessageState::None
    }

    fn end(&mut self, payload: Range<usize>, ending: InputEnd) -> Decoded {
        self.state = DecoderState::Over;
        Decoded {
            payload,
            ending: Some(ending),
        }
    }

    /// Takes bytes of a header. Returns how many.
    fn header(&mut self, bytes: &[u8]) -> Result<usize, FrameFault> {
        let DecoderState::Header(kept, filled) = &mut self.state else {
            return Ok(0);
        };
        let before = *filled;
        // Usually complete at once.
        let parsed = if before == 0 && bytes.len() >= LONGEST_HEADER {
            parse(bytes, self.message)?
        } else {
            let mut parsed = None;
            for byte in bytes {
                if let Some(place) = kept.get_mut(*filled) {
                    *place = *byte;
                    *filled += 1;
                }
                parsed = parse(kept.get(..*filled).unwrap_or_default(), self.message)?;
                if parsed.is_some() {
                    break;
                }
            }
            parsed
        };
        let Some(frame) = parsed else {
            return Ok(bytes.len());
        };
        self.begin(&frame);
        Ok(frame.header - before)
    }

    fn begin(&mut self, frame: &FrameHeader) {
        let (length, mask) = (frame.length, frame.mask);
        self.state = match frame.kind {
            FrameKind::Data { last } => {
                self.message = if last {
                    MessageState::None
                } else {
                    MessageState::Begun
                };
                if length == 0 {
                    DecoderState::default()
                } else {
                    DecoderState::Payload { left: length, mask }
                }
            }
            FrameKind::Control(kind) => DecoderState::Control(Control {
                kind,
                mask,
                length: usize::try_from(length).unwrap_or(LONGEST_CONTROL),
                filled: 0,
                bytes: [0; LONGEST_CONTROL],
            }),
        };
    }

    /// Handles a complete control frame.
    fn whole_control(&mut self, ping: &mut impl FnMut(&[u8])) -> Option<InputEnd> {
        match &self.state {
            DecoderState::Control(control) if control.filled == control.length => {}
            DecoderState::Control(_)
            | DecoderState::Header(..)
            | DecoderState::Payload { .. }
            | DecoderState::Over => {
                return None;
            }
        }
        let DecoderState::Control(mut control) = mem::take(&mut self.state) else {
            return None;
        };
        let payload = control.bytes.get_mut(..control.length).unwrap_or_default();
        unmask(payload, control.mask);
        match control.kind {
            ControlKind::Ping => ping(payload),
            ControlKind::Pong => {}
            ControlKind::Close => {
                let ending = close_code(payload).map_or_else(InputEnd::Fault, InputEnd::Close);
                return Some(ending);
            }
        }
        None
    }
}

impl Control {
    fn take(&mut self, bytes: &[u8]) -> usize {
        let room = self
            .bytes
            .get_mut(self.filled..self.length)
            .unwrap_or_default();
        let count = room.len().min(bytes.len());
        for (place, byte) in room.iter_mut().zip(bytes) {
            *place = *byte;
        }
        self.filled += count;
        count
    }
}

/// The code of a close frame.
fn close_code(payload: &[u8]) -> Result<Option<CloseCode>, FrameFault> {
    match payload {
        [] => Ok(None),
        [_] => Err(FrameFault::CloseLength),
        [high, low, reason @ ..] => {
            let code = CloseCode::received(u16::from_be_bytes([*high, *low]));
            let code = code.ok_or(FrameFault::CloseCode)?;
            match std::str::from_utf8(reason) {
                Ok(_) => Ok(Some(code)),
                Err(_) => Err(FrameFault::CloseReason),
            }
        }
    }
}

/// The content of a header.
#[derive(Clone, Copy, Debug)]
struct FrameHeader {
    kind: FrameKind,
    length: u64,
    mask: [u8; 4],
    /// The length of the header.
    header: usize,
}

#[derive(Clone, Copy, Debug)]
enum FrameKind {
    Data { last: bool },
    Control(ControlKind),
}

/// Parses a header, checking each byte before the next. None if it is incomplete.
fn parse(bytes: &[u8], message: MessageState) -> Result<Option<FrameHeader>, FrameFault> {
    let [first, rest @ ..] = bytes else {
        return Ok(None);
    };
    let kind = kind(*first, message)?;
    let [second, rest @ ..] = rest else {
        return Ok(None);
    };
    if second & 0x80 == 0 {
        return Err(FrameFault::Unmasked);
    }
    let short = second & 0x7f;
    if matches!(kind, FrameKind::Control(_)) && usize::from(short) > LONGEST_CONTROL {
        return Err(FrameFault::LongControl);
    }
    let (length, rest) = match short {
        126 => match rest.split_first_chunk() {
            Some((bytes, rest)) => (u64::from(u16::from_be_bytes(*bytes)), rest),
            None => return Ok(None),
        },
        127 => match rest.split_first_chunk() {
            Some((bytes, rest)) => (u64::from_be_bytes(*bytes), rest),
            None => return Ok(None),
        },
        short => (u64::from(short), rest),
    };
    let shortest = match short {
        126 => 126..=0xffff,
        127 => 0x1_0000..=u64::MAX >> 1,
        _ => 0..=125,
    };
    if !shortest.contains(&length) {
        return Err(FrameFault::Length);
    }
    Ok(rest.split_first_chunk().map(|(mask, rest)| FrameHeader {
        kind,
        length,
        mask: *mask,
        header: bytes.len() - rest.len(),
    }))
}

fn kind(first: u8, message: MessageState) -> Result<FrameKind, FrameFault> {
    if first & 0x70 != 0 {
        return Err(FrameFault::ReservedBits);
    }
    let last = first & 0x80 != 0;
    let control = match (first & 0x0f, message) {
        (0, MessageState::Begun) | (2, MessageState::None) => return Ok(FrameKind::Data { last }),
        (0, MessageState::None) | (1 | 2, MessageState::Begun) => {
            return Err(FrameFault::Interleaved);
        }
        (1, MessageState::None) => return Err(FrameFault::Text),
        (0x8, _) => ControlKind::Close,
        (0x9, _) => ControlKind::Ping,
        (0xa, _) => ControlKind::Pong,
        _ => return Err(FrameFault::Opcode),
    };
    if last {
        Ok(FrameKind::Control(control))
    } else {
        Err(FrameFault::FragmentedControl)
    }
}
