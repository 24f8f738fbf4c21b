//! The reasons why a connection ended. Each is defined once, with its code in logs and totals and its documentation.

use flashgate_relay::RelayEnd;
use tokio_flash_policy::CloseReason;

use super::handshake::Failure;

macro_rules! outcomes {
    ($($name:ident $code:literal: $meaning:literal, $advice:literal;)*) => {
        /// How a connection ended.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(usize)]
        pub(crate) enum ConnectionOutcome {
            $(#[doc = $meaning] $name,)*
        }

        impl ConnectionOutcome {
            pub(crate) const COUNT: usize = [$($code),*].len();
            pub(crate) const ALL: [Self; Self::COUNT] = [$(Self::$name),*];

            /// The reason code in logs and metrics; it never changes its meaning.
            pub(crate) const fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)*
                }
            }
        }

        /// A Markdown table row for each outcome.
        const ROWS: &str = concat!($("| `", $code, "` | ", $meaning, " | ", $advice, " |\n"),*);
    };
}

#[rustfmt::skip]
outcomes! {
    Answered "answered":
        "The policy was sent, and the connection closed: at once after exactly a player's request, otherwise after the client.",
        "Good.";
    AnsweredThenCut "answered-then-cut":
        "The policy was sent. Then the client failed, or did not close in time.",
        "Usually harmless: a client that never closes.";
    WriteFailed "write-failed":
        "The client did not read the policy within 10 seconds, or the connection failed.",
        "A bad connection, or a client that does not read.";
    Http "http":
        "An HTTP request on a policy port. Closed.",
        "A movie or page uses `http://host:843/…`. Sockets need `xmlsocket://host:port`, or nothing for port 843.";
    Tls "tls":
        "A TLS handshake on a port without TLS. Closed.",
        "Add [`[tls]`](../run/tls.md) if clients need it.";
    TlsFailed "tls-failed":
        "A TLS handshake failed. On a connection through a gate, also an invalid TLS record.",
        "See the [warning in the log](../operate/logs.md#clients) before it.";
    NotARequest "not-a-request":
        "Not a policy request, and nothing else that flashgate recognizes. Closed.",
        "A scan, or a game client on the wrong port.";
    EndedEarly "closed-early":
        "The client closed before its request was complete, or before its WebSocket was connected to the server.",
        "A scan or a health check.";
    Deadline "request-timeout":
        "The request was not complete in time (`request`).",
        "A client that waits for the server to speak, or a scan.";
    PeerFailed "connection-error":
        "The connection failed before the request was complete, or before its WebSocket was connected to the server.",
        "A scan, a health check or a bad connection.";
    SystemFailed "system-error":
        "The system refused something that this connection needed.",
        "Check the limits of the machine.";
    OverLimit "over-limit":
        "The address has too many connections or opens them too fast, or all clients of the gates together have too many.",
        "See the [warning in the log](../operate/logs.md#clients), and [Limits](../operate/limits.md).";
    Evicted "evicted":
        "The client had not been recognized yet, and another connection needed its place. Closed.",
        "If there are many: a flood of connections. See [Limits](../operate/limits.md).";
    ProxyRefused "proxy-refused":
        "The peer is in `accept-proxy`, but sent no PROXY header or a broken one. Closed.",
        "Turn on PROXY headers in the load balancer, or narrow the network in `accept-proxy`.";
    BackendUnreachable "backend-unreachable":
        "The server behind the gate could not be reached. Closed.",
        "See the [warning in the log](../operate/logs.md#game-servers).";
    Relayed "relayed":
        "Forwarded until both sides had closed.",
        "Good.";
    ClientTruncated "client-truncated":
        "Forwarded until both sides had closed. The client closed the connection without ending its TLS, so bytes may be missing.",
        "Many clients do this. See [TLS](../run/tls.md).";
    ClientReset "client-reset":
        "Forwarded. Then the client reset the connection, and the server's side was reset too.",
        "A crash, or a program that closes with unread bytes.";
    BackendReset "backend-reset":
        "Forwarded. Then the server reset the connection, and the client's side was reset too.",
        "A crash, or a server that closes with unread bytes.";
    ClientLost "client-lost":
        "Forwarded. Then the client stopped acknowledging data, or the network reported it unreachable.",
        "A bad connection, or a machine that is gone.";
    BackendLost "backend-lost":
        "Forwarded. Then the server stopped acknowledging data, or the network reported it unreachable.",
        "A bad connection, or a machine that is gone.";
    HalfOpenExpired "half-open-timeout":
        "Forwarded. One side had closed, and the other sent nothing for `half-open`.",
        "A peer that never closes.";
    IdleExpired "idle-timeout":
        "Forwarded. Both sides sent nothing for `idle`.",
        "Expected, if `idle` is set.";
    Stopped "stopped":
        "Still forwarded, or still connecting to the server, after a stop had waited for `drain`.",
        "Expected when flashgate stops.";
    Bridged "bridged":
        "A WebSocket, forwarded until one side had closed.",
        "Good.";
    WebSocketFault "websocket-error":
        "A forwarded WebSocket whose client broke the protocol. `fault` in the log says how.",
        "A client that is not Ruffle.";
    OriginRefused "origin-refused":
        "A WebSocket request from a page that the policy does not allow.",
        "See the [warning in the log](../operate/logs.md#websockets).";
    HttpAnswered "http-answered":
        "An HTTP request on a gate, the bridge or the address of `[http]`, answered by flashgate.",
        "A browser, a scan or a health check.";
    HttpPolicy "http-policy":
        "A [master policy file](../run/http.md) was sent over HTTP, or the client already had it.",
        "Good.";
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
    /// The outcome of a forwarded WebSocket.
    pub(super) fn of_websocket(end: RelayEnd) -> Self {
        if end == RelayEnd::Clean {
            Self::Bridged
        } else {
            Self::from(end)
        }
    }

    /// The outcome of an answered connection, by how its client closed it; `None` if it was closed early to make room.
    pub(super) const fn answered(closed: Option<CloseReason>) -> Self {
        match closed {
            Some(CloseReason::Cleanly | CloseReason::AtOnce) => Self::Answered,
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
    pub(crate) const fn index(self) -> usize {
        self as usize
    }
}

/// The reference page of the book.
pub(crate) fn reference() -> String {
    [REFERENCE, ROWS].concat()
}

const REFERENCE: &str = "\
# Reason codes

The log line `connection ended` (with `-v`) and the metric `flashgate_connections_total` have one of these codes as
`outcome`. A code never changes its meaning. [Logs](../operate/logs.md) lists the other messages.

<!-- Generated: cargo xtask generate. -->

| code | how the connection ended | what it usually means |
|---|---|---|
";
