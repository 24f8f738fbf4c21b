//! What became of a connection, as a closed set of reasons: logs and totals go by it.

use flashgate_relay::RelayEnd;
use tokio_flash_policy::Closed;

use super::handshake::Failure;

/// See the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub(crate) enum ConnectionOutcome {
    /// The policy was written and the connection let go without loss.
    Answered,
    /// The policy was written; then the peer failed, or stayed too long.
    AnsweredThenCut,
    /// The peer did not take the policy in time.
    WriteFailed,
    /// An HTTP request.
    Http,
    /// A TLS handshake, where no TLS is spoken.
    Tls,
    /// TLS that can't be spoken: no handshake came about, or a record was broken.
    TlsFailed,
    /// Neither a policy request nor anything known.
    NotARequest,
    /// The peer ended before its request was whole.
    EndedEarly,
    /// The first bytes took too long.
    Deadline,
    /// The peer's connection failed before its request was whole.
    PeerFailed,
    /// The system refused something to this connection.
    SystemFailed,
    /// Its address has too many connections, or makes them too fast.
    OverLimit,
    /// Not recognised yet, and ended because others needed the room.
    Evicted,
    /// A balancer's connection without a PROXY header.
    ProxyRefused,
    /// No backend to pass it on to.
    BackendUnreachable,
    /// Passed on until both sides had ended.
    Relayed,
    /// Passed on until both sides had ended; the client ended the connection and not its TLS, so bytes may be missing.
    ClientTruncated,
    /// Passed on; then the client reset the connection.
    ClientReset,
    /// Passed on; then the backend did.
    BackendReset,
    /// Passed on; then the client could not be reached any more.
    ClientLost,
    /// Passed on; then the backend could not.
    BackendLost,
    /// Passed on; one side had ended, and the other was silent for too long.
    HalfOpenExpired,
    /// Passed on; both sides were silent for too long.
    IdleExpired,
    /// Passed on until a stop cut it.
    Stopped,
    /// A WebSocket that was passed on until both sides had ended.
    Bridged,
    /// A WebSocket was passed on; then the client broke the protocol.
    WebSocketFault,
    /// A WebSocket that the policy grants no page of that origin.
    OriginRefused,
    /// An HTTP request that was answered here.
    HttpAnswered,
}

impl From<RelayEnd> for ConnectionOutcome {
    fn from(end: RelayEnd) -> Self {
        match end {
            RelayEnd::Clean => Self::Relayed,
            RelayEnd::ClientTruncated => Self::ClientTruncated,
            RelayEnd::TlsFailed => Self::TlsFailed,
            RelayEnd::ClientReset => Self::ClientReset,
            RelayEnd::BackendReset => Self::BackendReset,
            RelayEnd::ClientLost => Self::ClientLost,
            RelayEnd::BackendLost => Self::BackendLost,
            RelayEnd::HalfOpenExpired => Self::HalfOpenExpired,
            RelayEnd::IdleExpired => Self::IdleExpired,
            RelayEnd::FrameFault(_) => Self::WebSocketFault,
            RelayEnd::Stopped => Self::Stopped,
        }
    }
}

impl ConnectionOutcome {
    /// Of a WebSocket that was passed on.
    pub(super) fn of_websocket(end: RelayEnd) -> Self {
        if end == RelayEnd::Clean {
            Self::Bridged
        } else {
            Self::from(end)
        }
    }

    /// Of a connection that was answered, by how its client ended it; none if its place was needed before.
    pub(super) const fn answered(closed: Option<Closed>) -> Self {
        match closed {
            Some(Closed::Cleanly) => Self::Answered,
            _ => Self::AnsweredThenCut,
        }
    }
}

impl From<&Failure> for ConnectionOutcome {
    fn from(failure: &Failure) -> Self {
        match failure {
            Failure::Refused(_) => Self::TlsFailed,
            Failure::Ended => Self::EndedEarly,
            Failure::Lost => Self::PeerFailed,
            Failure::Deadline => Self::Deadline,
        }
    }
}

impl ConnectionOutcome {
    pub(crate) const ALL: [Self; 28] = [
        Self::Answered,
        Self::AnsweredThenCut,
        Self::WriteFailed,
        Self::Http,
        Self::Tls,
        Self::TlsFailed,
        Self::NotARequest,
        Self::EndedEarly,
        Self::Deadline,
        Self::PeerFailed,
        Self::SystemFailed,
        Self::OverLimit,
        Self::Evicted,
        Self::ProxyRefused,
        Self::BackendUnreachable,
        Self::Relayed,
        Self::ClientTruncated,
        Self::ClientReset,
        Self::BackendReset,
        Self::ClientLost,
        Self::BackendLost,
        Self::HalfOpenExpired,
        Self::IdleExpired,
        Self::Stopped,
        Self::Bridged,
        Self::WebSocketFault,
        Self::OriginRefused,
        Self::HttpAnswered,
    ];
    pub(crate) const COUNT: usize = Self::ALL.len();

    pub(crate) const fn index(self) -> usize {
        self as usize
    }

    /// The reason code in logs; it never changes its meaning.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::AnsweredThenCut => "answered-then-cut",
            Self::WriteFailed => "write-failed",
            Self::Http => "http",
            Self::Tls => "tls",
            Self::TlsFailed => "tls-failed",
            Self::NotARequest => "not-a-request",
            Self::EndedEarly => "ended-early",
            Self::Deadline => "deadline",
            Self::PeerFailed => "peer-failed",
            Self::SystemFailed => "system-failed",
            Self::OverLimit => "over-limit",
            Self::Evicted => "evicted",
            Self::ProxyRefused => "proxy-refused",
            Self::BackendUnreachable => "backend-unreachable",
            Self::Relayed => "relayed",
            Self::ClientTruncated => "client-truncated",
            Self::ClientReset => "client-reset",
            Self::BackendReset => "backend-reset",
            Self::ClientLost => "client-lost",
            Self::BackendLost => "backend-lost",
            Self::HalfOpenExpired => "half-open-expired",
            Self::IdleExpired => "idle-expired",
            Self::Stopped => "stopped",
            Self::Bridged => "bridged",
            Self::WebSocketFault => "websocket-fault",
            Self::OriginRefused => "origin-refused",
            Self::HttpAnswered => "http-answered",
        }
    }
}
