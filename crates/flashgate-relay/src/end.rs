//! How a relay ended, as a closed set of reasons for logs and totals.

use flashgate_wire::websocket::FrameFault;
use rustix::io::Errno;

use super::turn::{FailedEnd, TransferError};

/// The result of a relay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RelayReport {
    /// How it ended.
    pub end: RelayEnd,
    /// Bytes from the client, or from its frames, that the backend's socket has taken, including those read before the
    /// relay began.
    pub from_client: u64,
    /// Bytes from the backend that the client's socket has taken, or that were put into frames.
    pub from_backend: u64,
    /// Whether the backend ended its stream before the client did.
    pub backend_ended_first: bool,
}

/// How a relay ended. All variants except the first two reset the side that is still open. A WebSocket client gets a
/// close frame instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RelayEnd {
    /// Both sides ended, and everything was forwarded.
    Clean,
    /// Like `Clean`, but the client ended its connection without ending TLS, so its last bytes are not authenticated.
    ClientTruncated,
    /// The client's TLS was invalid: a record that was not its own, or not a record.
    TlsFailed,
    /// The client reset the connection, had closed it when bytes arrived for it, or ended it inside a message.
    ClientReset,
    /// The backend reset the connection, or had closed it when bytes arrived for it.
    BackendReset,
    /// The client can't be reached any more: it acknowledges nothing, or the network reports it.
    ClientLost,
    /// The backend can't be reached any more.
    BackendLost,
    /// One side had ended, and the other was silent for too long.
    HalfOpenExpired,
    /// Both sides were silent for too long.
    IdleExpired,
    /// The client violated the WebSocket protocol, and got a close frame with the code.
    FrameFault(FrameFault),
    /// Cut by [`Stop::cut`](super::Stop::cut).
    Stopped,
}

impl RelayEnd {
    /// The protocol error of a WebSocket client.
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

/// The end of a relay whose direction failed, by the side that caused it.
pub(super) fn blame(fault: TransferError, source: Side, sink: Side) -> RelayEnd {
    let side = match fault.at {
        FailedEnd::Source => source,
        FailedEnd::Sink => sink,
        FailedEnd::Session => return RelayEnd::TlsFailed,
    };
    // A reset appears as EPIPE if the peer had ended its side before, and as ENOTCONN in `shutdown`.
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
