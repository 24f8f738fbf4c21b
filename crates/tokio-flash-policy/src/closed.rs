//! How a connection ended whose reply is out, or that other code has served.

use std::io;

use flash_policy::accept::CloseReason;

/// How a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Closed {
    /// Both sides ended it.
    Cleanly,
    /// The peer stayed silent for [`Linger::between_reads`](crate::Linger::between_reads).
    Silence,
    /// The peer was still sending when [`Linger::total`](crate::Linger::total) was over.
    TimeUp,
    /// The peer sent more than [`Linger::bytes`](crate::Linger::bytes).
    TooMuch,
    /// The connection failed: reset by the peer, mostly.
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
