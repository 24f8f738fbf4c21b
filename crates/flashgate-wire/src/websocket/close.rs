//! How a WebSocket ends: the codes of close frames, and protocol errors.

use std::fmt;

/// A code that is valid in a close frame (RFC 6455, 7.4; IANA's registry).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CloseCode(u16);

impl CloseCode {
    /// The other side has ended.
    pub const NORMAL: Self = Self(1000);
    /// This server stops, or a time limit has passed.
    pub const GOING_AWAY: Self = Self(1001);
    const PROTOCOL: Self = Self(1002);
    const UNSUPPORTED: Self = Self(1003);
    const NOT_UTF8: Self = Self(1007);
    /// The backend has failed.
    pub const INTERNAL: Self = Self(1011);

    /// A code from a peer, if it is allowed: 1004 is reserved, and 1005, 1006 and 1015 are never sent.
    pub(super) const fn received(code: u16) -> Option<Self> {
        match code {
            1000..=1003 | 1007..=1014 | 3000..=4999 => Some(Self(code)),
            _ => None,
        }
    }

    /// The number that is sent.
    pub const fn get(self) -> u16 {
        self.0
    }
}

/// A client's mistake that ends the WebSocket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameFault {
    /// A reserved bit is set, although no extension was negotiated.
    ReservedBits,
    /// An unknown opcode.
    Opcode,
    /// A frame without a mask.
    Unmasked,
    /// A length that is not in its shortest form, or is at least 2^63.
    Length,
    /// A control frame over 125 bytes.
    LongControl,
    /// A fragmented control frame.
    FragmentedControl,
    /// A message inside another, or a continuation without a message.
    Interleaved,
    /// A close frame with only one byte of a code.
    CloseLength,
    /// A close frame with a code that must not be sent.
    CloseCode,
    /// A close frame with a reason that is not UTF-8.
    CloseReason,
    /// A text message. The server behind the bridge expects bytes.
    Text,
}

impl FrameFault {
    /// The close code that is sent to the client.
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
            Self::FragmentedControl => "expected a control frame in one piece, found a fragment",
            Self::Interleaved => "expected messages one after the other, found one inside another",
            Self::CloseLength => "expected a code of two bytes in a close frame, found one byte",
            Self::CloseCode => "expected a valid code in a close frame, found another",
            Self::CloseReason => "expected UTF-8 in a close frame, found other bytes",
            Self::Text => "expected binary messages, found text",
        })
    }
}
