//! How a bridge ended, as a closed set of reasons: logs and totals go by it.

use std::io::{self, ErrorKind};

use flashgate_wire::websocket;

/// What a bridge did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report {
    /// How it ended.
    pub end: End,
    /// Bytes that the client's frames carried and the backend's socket took.
    pub from_client: u64,
    /// Bytes of the backend that were put into frames.
    pub from_backend: u64,
}

/// See the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// One side ended in order, and the other was told.
    Clean,
    /// The client broke the protocol, and was told how.
    Fault(websocket::FrameFault),
    /// The client reset the connection, or ended it within a message.
    ClientReset,
    /// The client can't be reached any more.
    ClientLost,
    /// The backend reset the connection; the client was told.
    BackendReset,
    /// The backend can't be reached any more; the client was told.
    BackendLost,
    /// Nothing came from either side for too long.
    IdleExpired,
    /// Cut by a stop; the client was told.
    Stopped,
}

impl End {
    /// What the client did wrong.
    #[must_use]
    pub const fn fault(self) -> Option<websocket::FrameFault> {
        match self {
            Self::Fault(fault) => Some(fault),
            Self::Clean
            | Self::ClientReset
            | Self::ClientLost
            | Self::BackendReset
            | Self::BackendLost
            | Self::IdleExpired
            | Self::Stopped => None,
        }
    }

    pub(super) fn of_client(error: &io::Error) -> Self {
        if is_reset(error) {
            Self::ClientReset
        } else {
            Self::ClientLost
        }
    }

    pub(super) fn of_backend(error: &io::Error) -> Self {
        if is_reset(error) {
            Self::BackendReset
        } else {
            Self::BackendLost
        }
    }
}

/// A reset shows as `EPIPE` where the peer had ended its side before. What breaks TLS is the peer's doing too.
fn is_reset(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ConnectionReset
            | ErrorKind::BrokenPipe
            | ErrorKind::NotConnected
            | ErrorKind::ConnectionAborted
            | ErrorKind::InvalidData
    )
}
