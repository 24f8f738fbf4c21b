//! How a connection ended, as a closed set of reasons, each defined once: its code in logs and totals, and its documentation.

use flashgate_relay::RelayEnd;
use tokio_flash_policy::Closed;

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

        /// A row for each outcome, in Markdown.
        const ROWS: &str = concat!($("| `", $code, "` | ", $meaning, " | ", $advice, " |\n"),*);
    };
}

#[rustfmt::skip]
outcomes! {
    Answered "answered":
        "The policy was sent, and the connection closed without loss.",
        "Good.";
    AnsweredThenCut "answered-then-cut":
        "The policy was sent. Then the client failed, or stayed longer than it may.",
        "Usually harmless: a client that never closes.";
    WriteFailed "write-failed":
        "The client did not take the policy within 10 seconds, or failed.",
        "A bad line, or a client that does not read.";
    Http "http":
        "An HTTP request on a policy port. Closed.",
        "Somebody uses `http://host:843/…`. Sockets need `xmlsocket://host:port`, or nothing for port 843.";
    Tls "tls":
        "A TLS handshake where there is no TLS. Closed.",
        "Add [`[tls]`](../run/tls.md) if clients need it.";
    TlsFailed "tls-failed":
        "A TLS handshake that failed. Through a gate, also a record that the client did not make.",
        "See the [warning in the log](../operate/logs.md#clients) before it.";
    NotARequest "not-a-request":
        "Neither a policy request nor anything else known. Closed.",
        "A scan, or a game client on the wrong port.";
    EndedEarly "closed-early":
        "The client closed before its request was complete, or before its WebSocket was connected to the server.",
        "A scan or a health check.";
    Deadline "request-timeout":
        "The request was not complete in time (`request`).",
        "A client that waits for the server to speak, or a scan.";
    PeerFailed "connection-error":
        "The connection failed before the request was complete, or before its WebSocket was connected to the server.",
        "A scan, a health check or a bad line.";
    SystemFailed "system-error":
        "The system refused something to this connection.",
        "Look at the limits of the machine.";
    OverLimit "over-limit":
        "The address has too many connections or opens them too fast, or all clients of the gates together have too many.",
        "See the [warning in the log](../operate/logs.md#clients), and [Limits](../operate/limits.md).";
    Evicted "evicted":
        "Nothing was known about the client yet, and another connection needed the room. Closed.",
        "If there are many, a flood of connections. See [Limits](../operate/limits.md).";
    ProxyRefused "proxy-refused":
        "`accept-proxy` names the peer, and it sent no PROXY header, or a broken one. Closed.",
        "Set up the load balancer, or narrow the network in `accept-proxy`.";
    BackendUnreachable "backend-unreachable":
        "The server behind the gate could not be reached. Closed.",
        "See the [warning in the log](../operate/logs.md#game-servers).";
    Relayed "relayed":
        "Forwarded until both sides had closed.",
        "Good.";
    ClientTruncated "client-truncated":
        "Forwarded until both sides had closed. The client closed the connection without ending its TLS, so bytes may be missing.",
        "Many clients do that. See [TLS](../run/tls.md).";
    ClientReset "client-reset":
        "Forwarded. Then the client reset the connection, and the server's side was reset too.",
        "A crash, or a program that closes with unread bytes.";
    BackendReset "backend-reset":
        "Forwarded. Then the server reset the connection, and the client's side was reset too.",
        "A crash, or a server that closes with unread bytes.";
    ClientLost "client-lost":
        "Forwarded. Then the client acknowledged nothing any more, or the network reported it gone.",
        "A bad line, or a machine that is gone.";
    BackendLost "backend-lost":
        "Forwarded. Then the server acknowledged nothing any more, or the network reported it gone.",
        "A bad line, or a machine that is gone.";
    HalfOpenExpired "half-open-timeout":
        "Forwarded. One side had closed, and the other was silent for `half-open`.",
        "A peer that never closes.";
    IdleExpired "idle-timeout":
        "Forwarded. Both sides were silent for `idle`.",
        "Expected, if `idle` is set.";
    Stopped "stopped":
        "Forwarded, or being connected to the server, until a stop had waited for `drain`.",
        "Expected at a stop.";
    Bridged "bridged":
        "A WebSocket, forwarded until one side had closed.",
        "Good.";
    WebSocketFault "websocket-error":
        "A WebSocket, forwarded. Then the client broke the protocol. `fault` in the log says how.",
        "A client that is not Ruffle.";
    OriginRefused "origin-refused":
        "A request for a WebSocket from a page that the policy does not allow.",
        "See the [warning in the log](../operate/logs.md#websockets).";
    HttpAnswered "http-answered":
        "An HTTP request on a gate or the bridge, answered by flashgate.",
        "A browser, a scan or a health check.";
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
    pub(crate) const fn index(self) -> usize {
        self as usize
    }
}

/// The page of the book's reference.
pub(crate) fn reference() -> String {
    [REFERENCE, ROWS].concat()
}

const REFERENCE: &str = "\
# Reason codes

`outcome` in the log line `connection ended` (with `-v`) and in `flashgate_connections_total` is one of these. A code
never changes its meaning. [Logs](../operate/logs.md) has the other messages.

<!-- Generated: cargo xtask generate. -->

| code | how the connection ended | what to think of it |
|---|---|---|
";
