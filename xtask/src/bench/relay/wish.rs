//! What clients and the server behind every relay agree on: the first byte, and the sizes.

/// What is written at a time, by both ends.
pub(super) const PIECE: usize = 256 * 1024;
/// The size of a message.
pub(in crate::bench) const MESSAGE: usize = 64;

/// What a connection asks for, as its first byte. None is the first byte of HTTP, TLS or a policy request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::bench) enum Wish {
    /// Takes as many MiB as the next byte says, and then says one byte.
    Sink,
    /// Sends as many MiB as the next byte says.
    Source,
    /// Sends back what comes.
    Echo,
    /// Sends back one message, and keeps the connection.
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
