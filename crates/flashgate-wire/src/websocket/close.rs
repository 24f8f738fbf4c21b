//! How a WebSocket ends: the codes of close frames, and what breaks the protocol.

use std::fmt;

/// A code that may stand in a close frame (RFC 6455, 7.4; IANA's registry).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CloseCode(u16);

impl CloseCode {
    /// The other side has ended.
    pub const NORMAL: Self = Self(1000);
    /// This server stops, or has waited for too long.
    pub const GOING_AWAY: Self = Self(1001);
    const PROTOCOL: Self = Self(1002);
    const UNSUPPORTED: Self = Self(1003);
    const NOT_UTF8: Self = Self(1007);
    /// The backend has failed.
    pub const INTERNAL: Self = Self(1011);

    /// A peer's code, if it may send that one: 1004 means nothing, 1005, 1006 and 1015 are never sent.
    pub(super) const fn received(code: u16) -> Option<Self> {
        match code {
            1000..=1003 | 1007..=1014 | 3000..=4999 => Some(Self(code)),
            _ => None,
        }
    }

    /// As it is sent.
    pub const fn get(self) -> u16 {
        self.0
    }
}

/// What a client did that ends the WebSocket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameFault {
    /// A reserved bit is set, though no extension was agreed on.
    ReservedBits,
    /// An opcode that means nothing.
    Opcode,
    /// Its frames must have a mask.
    Unmasked,
    /// A length that is not written in its shortest form, or is 2^63 and more.
    Length,
    /// A control frame over 125 bytes.
    LongControl,
    /// A control frame in pieces.
    FragmentedControl,
    /// A message within another, or the continuation of none.
    Interleaved,
    /// A close frame with half a code.
    CloseLength,
    /// A close frame with a code that nobody sends.
    CloseCode,
    /// A close frame with a reason that is not UTF-8.
    CloseReason,
    /// A text message: the server behind is sent bytes.
    Text,
}

impl FrameFault {
    /// What the client is told.
    pub const fn code(self) -> CloseCode {
        match self {
            Self::Text => CloseCode::UNSUPPORTED,
            Self::CloseReason => CloseCode::NOT_UTF8,
            Self::ReservedBits
            | Self::Opcode
            | Self::Unmasked
            | Self::Length
            | Self::LongControl
            | Self::FragmentedControl
            | Self::Interleaved
            | Self::CloseLength
            | Self::CloseCode => CloseCode::PROTOCOL,
        }
    }
}

impl fmt::Display for FrameFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ReservedBits => "expected no reserved bit, found one",
            Self::Opcode => "expected a known opcode, found another",
            Self::Unmasked => "expected a masked frame, found one without a mask",
            Self::Length => "expected a length in its shortest form, found another",
            Self::LongControl => {
                "expected a control frame of at most 125 bytes, found a longer one"
            }
            Self::FragmentedControl => "expected a control frame in one piece, found a part",
            Self::Interleaved => "expected messages one after the other, found one inside another",
            Self::CloseLength => "expected a code of two bytes in a close frame, found one",
            Self::CloseCode => "expected a code that may be sent in a close frame, found another",
            Self::CloseReason => "expected UTF-8 in a close frame, found other bytes",
            Self::Text => "expected binary messages, found text",
        })
    }
}
