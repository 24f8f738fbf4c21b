//! Classifies errors of `accept`.
//!
//! Linux reports pending network errors of a new connection through `accept`, so most errors say nothing about the next
//! one. Other errors mean that the process or the machine has run out of something. Then a level-triggered listener
//! would wake at once, and the loop would spin. Each error has a class, because neither "continue" nor "give up" is
//! right for all.

use rustix::io::Errno;

/// The class of an `accept` error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// Nothing is queued.
    Empty,
    /// Only this connection failed.
    Connection,
    /// File descriptors or memory have run out.
    Exhausted,
    /// The listener itself is gone.
    Dead,
}

/// From accept(2), "Error handling", and the network errors that Linux passes through.
pub(super) fn classify(errno: Errno) -> Class {
    match errno {
        Errno::AGAIN => Class::Empty,
        Errno::INTR
        | Errno::CONNABORTED
        | Errno::PROTO
        | Errno::PERM
        | Errno::NETDOWN
        | Errno::NETUNREACH
        | Errno::HOSTDOWN
        | Errno::HOSTUNREACH
        | Errno::NONET
        | Errno::NOPROTOOPT
        | Errno::OPNOTSUPP
        | Errno::TIMEDOUT => Class::Connection,
        Errno::BADF | Errno::INVAL | Errno::NOTSOCK | Errno::FAULT => Class::Dead,
        // EMFILE, ENFILE, ENOBUFS, ENOMEM, and unknown errors, which are no reason to exit.
        _ => Class::Exhausted,
    }
}

/// An errno as logs show it.
pub(super) fn text(errno: Errno) -> String {
    crate::log::reason(&errno.into())
}
