//! How a relay ended, as a closed set of reasons: logs and totals go by it.

use flashgate_wire::websocket::FrameFault;
use rustix::io::Errno;

use super::turn::{FailedEnd, TransferError};

/// What a relay did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RelayReport {
    /// How it ended.
    pub end: RelayEnd,
    /// Bytes of the client, or that its frames carried, that the backend's socket took, with those read before the relay
    /// began.
    pub from_client: u64,
    /// Bytes of the backend that the client's socket took, or that were put into frames.
    pub from_backend: u64,
    /// Whether the backend ended its stream before the client did.
    pub backend_ended_first: bool,
}

/// How a relay ended. All but the first two reset the side that is still open; the client of a WebSocket gets a close
/// frame instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RelayEnd {
    /// Both sides ended, and everything was passed on.
    Clean,
    /// The same, but the client ended its connection without ending its TLS: nobody vouches for what it sent last.
    ClientTruncated,
    /// The client's TLS was broken: a record that was not its own, or none.
    TlsFailed,
    /// The client reset the connection, had closed it when bytes came for it, or ended it within a message.
    ClientReset,
    /// The backend did.
    BackendReset,
    /// The client can't be reached any more: it acknowledges nothing, or the network says so.
    ClientLost,
    /// The backend can't.
    BackendLost,
    /// One side had ended, and nothing came from the other for too long.
    HalfOpenExpired,
    /// Nothing came from either side for too long.
    IdleExpired,
    /// The client broke the protocol of WebSockets, and was told how.
    FrameFault(FrameFault),
    /// Cut by [`Stop::cut`](super::Stop::cut).
    Stopped,
}

impl RelayEnd {
    /// What the client of a WebSocket did wrong.
    pub const fn fault(self) -> Option<FrameFault> {
        if let Self::FrameFault(fault) = self {
            Some(fault)
        } else {
            None
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Side {
    Client,
    Backend,
}

/// Whose fault it was that a direction failed.
pub(super) fn blame(fault: TransferError, source: Side, sink: Side) -> RelayEnd {
    let side = match fault.at {
        FailedEnd::Source => source,
        FailedEnd::Sink => sink,
        FailedEnd::Session => return RelayEnd::TlsFailed,
    };
    // A reset shows as EPIPE where the peer had ended its side before, and as ENOTCONN to `shutdown`.
    let reset = matches!(
        fault.error,
        Errno::CONNRESET | Errno::PIPE | Errno::NOTCONN | Errno::CONNABORTED
    );
    match (side, reset) {
        (Side::Client, true) => RelayEnd::ClientReset,
        (Side::Client, false) => RelayEnd::ClientLost,
        (Side::Backend, true) => RelayEnd::BackendReset,
        (Side::Backend, false) => RelayEnd::BackendLost,
    }
}
