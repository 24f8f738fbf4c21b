//! What an error of `accept` means.
//!
//! Linux hands pending network errors of a new connection to `accept`, so most errors mean nothing for the next one;
//! others mean that the process or the machine has run out of something, and a level-triggered listener would wake at
//! once and spin. Each has its class here; "continue" and "give up" would both be wrong for some.

use rustix::io::Errno;

/// See the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// Nothing is queued.
    Empty,
    /// The fault belongs to that one connection.
    Connection,
    /// Descriptors or memory have run out.
    Exhausted,
    /// The listener itself is gone.
    Dead,
}

/// From accept(2), "Error handling", and the values that Linux passes through from the network.
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
        // EMFILE, ENFILE, ENOBUFS, ENOMEM, and whatever is unknown: that is no permission to exit.
        _ => Class::Exhausted,
    }
}

/// An errno as logs show it.
pub(super) fn text(errno: Errno) -> String {
    crate::log::reason(&errno.into())
}
