//! The keys of the daemon itself: `[admin]`, `[limits]` and `[process]`. Each default has its reason.

use super::{Kind, SANDBOXES, Section, Unset, key, words};

/// `[admin]`.
pub(in crate::config) static ADMIN: Section = Section {
    title: "[admin]",
    keys: &[
        // Loopback: the reports are for the machine's own tools.
        key(
            "address",
            Kind::TextOrNumber,
            Unset::Is("\"127.0.0.1:9843\""),
            "Where to listen, in the form that `--listen` takes. Must be loopback unless `danger-public` is `true`.",
        ),
        key(
            "danger-public",
            Kind::Boolean,
            Unset::Is("false"),
            "`true` allows any `address`. Everybody who reaches it can read everything there.",
        ),
    ],
};

/// More than the kernel lets a process open (`fs.nr_open`) in any setting of today.
const MOST_CONNECTIONS: u32 = 1 << 24;

/// `[limits]`.
pub(in crate::config) static LIMITS: Section = Section {
    title: "[limits]",
    keys: &[
        // At 2 KiB each, all of them waiting stay within 32 MiB of memory: a small machine holds them too.
        key(
            "connections",
            Kind::Number(MOST_CONNECTIONS),
            Unset::Is("16384"),
            "Connections at a time. Fewer if the limit on open files does not allow that many.",
        ),
        // Room for a school or an office behind one address; a client that only holds connections open gets no further.
        key(
            "per-address",
            Kind::Cap,
            Unset::Is("64"),
            "Connections at a time from one IPv4 address or IPv6 /64, or `\"off\"`.",
        ),
        // Such a place may start its players in the same second, each with a question or two.
        key(
            "rate-per-address",
            Kind::Cap,
            Unset::Is("50"),
            "New connections a second from one address, or `\"off\"`.",
        ),
        // Players share addresses, and stay: a number that is right for one game is wrong for the next.
        key(
            "relays-per-address",
            Kind::Cap,
            Unset::Is("\"off\""),
            "Open connections to servers behind gates from one address, or `\"off\"`.",
        ),
        // Health checks and proxies of the machine itself: they come from one address by nature.
        key(
            "exempt",
            Kind::Networks,
            Unset::Is("[\"127.0.0.0/8\", \"::1/128\"]"),
            "Networks to which the three limits by address do not apply.",
        ),
        // Three retransmissions of a SYN (1 s, 3 s, 7 s) fit: a bad line is no reason to be turned away.
        key(
            "request",
            Kind::Duration,
            Unset::Is("\"10s\""),
            "For a client's first bytes, in all.",
        ),
        // A peer that has not acknowledged for this long is retransmitting in vain, or will not end its side.
        key(
            "linger",
            Kind::Duration,
            Unset::Is("\"5s\""),
            "Between two reads after a reply, until the client ends its side; 30 s in all.",
        ),
        // A backend is near: two retransmissions of a SYN fit.
        key(
            "backend-connect",
            Kind::Duration,
            Unset::Is("\"5s\""),
            "For connecting to a server behind a gate, in all.",
        ),
        // An end of stream is often the last thing a client says; a server that still answers does so within a minute.
        key(
            "half-open",
            Kind::Duration,
            Unset::Is("\"60s\""),
            "For the second side of a connection through a gate to end, once the first has ended. 15 times as long if the other side has stopped reading.",
        ),
        // Chats are silent for hours, and only the server behind the gate knows what is too long.
        key(
            "idle",
            Kind::Idle,
            Unset::Is("\"off\""),
            "For a connection through a gate without a byte in either direction, or `\"off\"`.",
        ),
    ],
};

/// More than any machine has.
const MOST_THREADS: u32 = 1_024;

/// `[process]`.
pub(in crate::config) static PROCESS: Section = Section {
    title: "[process]",
    keys: &[
        // The account without rights that every distribution has.
        key(
            "user",
            Kind::TextOrNumber,
            Unset::Is("\"nobody\""),
            "The user to become after binding, when started as root: a name or a number.",
        ),
        // One thread answers far more players than a site has, and shares nothing with another.
        key(
            "threads",
            Kind::Number(MOST_THREADS),
            Unset::Is("1"),
            "How many threads serve. A change takes a restart.",
        ),
        // Old kernels serve too; whoever must know asks for `required`.
        key(
            "sandbox",
            Kind::OneOf(|| words(&SANDBOXES)),
            Unset::Is("\"best-effort\""),
            "`best-effort`, `required` or `off`, see [Least privilege](#least-privilege).",
        ),
        // As long as a lingering connection may take; Kubernetes leaves as much between its two signals.
        key(
            "drain",
            Kind::Duration,
            Unset::Is("\"30s\""),
            "How long open connections may continue after a stop.",
        ),
        // A path that others can reach is for the operator to choose.
        key(
            "handover",
            Kind::Socket,
            Unset::Is("\"off\""),
            "A path at which [a second start takes over](#a-second-start-takes-over), or `\"off\"`. A change takes a restart.",
        ),
    ],
};
