//! How a connection ended after a complete reply, or after other code has served it.

use std::io;

use flash_policy::accept::CloseReason;

/// How a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Closed {
    /// Both sides ended the stream, or ours did and nothing could follow the request.
    Cleanly,
    /// The peer stayed silent for [`Linger::between_reads`](crate::Linger::between_reads).
    Silence,
    /// The peer did not end its side within [`Linger::total`](crate::Linger::total).
    TimeUp,
    /// The peer sent more than [`Linger::bytes`](crate::Linger::bytes).
    TooMuch,
    /// The connection failed. Usually the peer reset it.
    Failed(io::ErrorKind),
}

impl Closed {
    pub(crate) const fn new(reason: CloseReason) -> Self {
        match reason {
            CloseReason::Cleanly => Self::Cleanly,
            CloseReason::Silence => Self::Silence,
            CloseReason::TimeUp => Self::TimeUp,
            CloseReason::TooMuch => Self::TooMuch,
            CloseReason::Failed | _ => Self::Failed(io::ErrorKind::Other),
        }
    }
}
