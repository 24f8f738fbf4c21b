//! The protocol between the clients and the server behind every relay: the first byte, and the sizes.

/// How much both ends write at a time.
pub(super) const PIECE: usize = 256 * 1024;
/// The size of a message.
pub(in crate::bench) const MESSAGE: usize = 64;

/// What a connection asks for, as its first byte. None of these starts HTTP, TLS or a policy request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::bench) enum Wish {
    /// Reads as many MiB as the next byte says, and then sends one byte.
    Sink,
    /// Sends as many MiB as the next byte says.
    Source,
    /// Sends back what it receives.
    Echo,
    /// Sends back one message, and keeps the connection open.
    Keep,
}

impl Wish {
    pub(in crate::bench) const fn byte(self) -> u8 {
        match self {
            Self::Sink => b'u',
            Self::Source => b'd',
            Self::Echo => b'e',
            Self::Keep => b'k',
        }
    }
}
