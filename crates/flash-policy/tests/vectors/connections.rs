//! Connections as servers see them, and how they end.
//!
//! Five tests share this table: the state machine (`accept/`), the drivers for blocking sockets and for `futures-io`
//! (`drivers/`), tokio-flash-policy's `connections.rs`, and testkit's `serve/connections.rs` with the daemon. They include
//! this file by its path, so it uses no items of any crate.

/// What a client sends, and how its connection ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Connection {
    /// The parts, each in a packet of its own.
    pub(crate) parts: &'static [&'static [u8]],
    /// Whether the client ends its side after that, or waits.
    pub(crate) ends: bool,
    pub(crate) outcome: ConnectionEnd,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ConnectionEnd {
    /// The policy is sent, then the server ends its side.
    Answered,
    /// The server's own code gets the connection with every byte; a policy server closes it without an answer.
    Other,
    Tls,
    /// The client has left before its request was complete.
    End,
}

use ConnectionEnd::{Answered, End, Other, Tls};

const fn answered(parts: &'static [&'static [u8]], ends: bool) -> Connection {
    let outcome = Answered;
    Connection {
        parts,
        ends,
        outcome,
    }
}

const fn passed(parts: &'static [&'static [u8]], outcome: ConnectionEnd) -> Connection {
    let ends = matches!(outcome, End);
    Connection {
        parts,
        ends,
        outcome,
    }
}

pub(crate) const CONNECTIONS: [Connection; 30] = [
    answered(&[b"<policy-file-request/>\0"], false),
    answered(&[b"<policy-file-request/>\0"], true),
    answered(&[b"<", b"policy-file-request/>\0"], false),
    answered(&[b"<policy-file", b"-request/>", b"\0"], false),
    answered(&[b"<policy-file-request/>", b"\0"], true),
    answered(&[b"<policy-file-request />\0"], true),
    answered(&[b"<policy-file-request/>\n"], true),
    answered(&[b"<policy-file-request/>\r\n"], true),
    answered(&[b"<policy-file-request/>\r", b"\n"], true),
    answered(&[b"<policy-file-request />\r\n"], true),
    // Without a terminator, it is answered at the end or after a moment.
    answered(&[b"<policy-file-request/>"], true),
    answered(&[b"<policy-file-request/>\r"], true),
    answered(&[b"<policy-file-request />"], true),
    answered(&[b"<policy-file-request/>"], false),
    // What follows does not matter. It never begins a part of its own: a server closes the connection as soon as it has
    // read exactly a request, and what arrives after that resets it.
    answered(&[b"<policy-file-request/>\0x"], true),
    answered(&[b"<policy-file-request/>\0m", b"ore"], true),
    answered(&[b"<policy-file-request/>\0<policy-file-request/>\0"], true),
    answered(&[b"<policy-file-request/>\0x", &[b'x'; 5000]], true),
    passed(&[b"LOGIN guest\0"], Other),
    passed(&[b"L", b"OGIN guest\0"], Other),
    passed(&[b"<msg t='sys'/>\0"], Other),
    passed(&[b"<policy-file-requests/>\0"], Other),
    passed(&[b"<policy-file-request/>x"], Other),
    passed(&[b"<policy-file-request/>", b"x"], Other),
    passed(&[b" <policy-file-request/>\0"], Other),
    passed(&[b"\0"], Other),
    passed(&[b"\x16\x03\x01"], Tls),
    passed(&[b""], End),
    passed(&[b"<"], End),
    passed(&[b"<policy-file", b"-request/"], End),
];
