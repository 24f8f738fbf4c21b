//! What holds where neither a flag nor the config file says otherwise, each with its reason.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::num::NonZeroU32;
use std::time::Duration;

use tokio_flash_policy::Linger;

use crate::snapshot::ListenAddress;
use crate::snapshot::{
    Chosen, Limits, Network, PathPattern, Process, Sandbox, Segment, User, Violation, WebSocket,
};

/// The name of the policy that flags make, in logs.
pub(crate) const POLICY: &str = "default";

/// At 2 KiB each, all of them waiting stay within 32 MiB of memory: a small machine holds them too.
const CONNECTIONS: usize = 16_384;

/// Room for a school or an office behind one address; somebody who only holds connections open gets no further.
const PER_ADDRESS: NonZeroU32 = NonZeroU32::new(64).expect("64 is not zero");

/// Such a place may start its players in the same second, each with a question or two.
const RATE_PER_ADDRESS: NonZeroU32 = NonZeroU32::new(50).expect("50 is not zero");

/// Three retransmissions of a SYN (1 s, 3 s, 7 s) fit: a bad line is no reason to be turned away.
const REQUEST: Duration = Duration::from_secs(10);

/// A peer that has not acknowledged for so long is retransmitting in vain, or is not going to end its side.
const LINGER: Duration = Duration::from_secs(5);

/// With 2 s, 3 of 100,000 connections with a trailing byte failed at 5 % packet loss.
const LINGER_IN_ALL: Duration = Duration::from_secs(30);

/// A backend is near: two retransmissions of a SYN fit.
const BACKEND_CONNECT: Duration = Duration::from_secs(5);

/// An end of stream is often the last thing a client says; a server that still answers then does so within a minute.
const HALF_OPEN: Duration = Duration::from_secs(60);

/// A player's request comes with the first packets, or a round trip later at worst. Nobody notices the wait before a
/// greeting.
pub(crate) const SPEAKS_FIRST_AFTER: Duration = Duration::from_millis(200);

/// Ruffle can open nothing else, and the policy says which pages may.
pub(crate) const WEBSOCKET: WebSocket = WebSocket::Upgrade;

/// Proxies cut what is silent for a minute (nginx, `HAProxy`'s examples), and one ping may be late.
const PING: Duration = Duration::from_secs(30);

/// As long as a lingering connection may take; Kubernetes leaves as much between its two signals.
const DRAIN: Duration = Duration::from_secs(30);

/// One thread answers far more players than a site has, and shares nothing with another.
const THREADS: NonZeroU32 = NonZeroU32::MIN;

/// Every limit's default.
pub(crate) fn limits() -> Limits {
    Limits {
        connections: CONNECTIONS,
        connections_chosen: Chosen::ByDefault,
        per_address: Some(PER_ADDRESS),
        rate_per_address: Some(RATE_PER_ADDRESS),
        // Players share addresses, and stay: a number that is right for one game is wrong for the next.
        relays_per_address: None,
        exempt: exempt(),
        request: REQUEST,
        linger: linger(LINGER),
        backend_connect: BACKEND_CONNECT,
        half_open: HALF_OPEN,
        // Chats are silent for hours, and only the server behind knows what is too long.
        idle: None,
        ping: PING,
    }
}

/// The port that the movie names, as its socket does.
pub(super) fn bridge_path() -> PathPattern {
    PathPattern {
        before: "/".to_owned(),
        segment: Segment::Port,
        after: String::new(),
    }
}

/// How the process behaves unless told.
pub(crate) fn process() -> Process {
    Process {
        // The account without rights that every distribution has.
        user: User::Nobody,
        threads: THREADS,
        // Old kernels serve too; who must know asks for `required`.
        sandbox: Sandbox::BestEffort,
        violation: Violation::Refuse,
        drain: DRAIN,
        // A path that others can reach is for the operator to choose.
        handover: None,
    }
}

/// How long to linger, given the wait between reads; never shorter in all than between two reads.
pub(super) fn linger(between_reads: Duration) -> Linger {
    Linger {
        between_reads,
        total: LINGER_IN_ALL.max(between_reads),
    }
}

/// Health checks and proxies of the machine itself: they come from one address by nature.
fn exempt() -> Vec<Network> {
    vec![
        Network::new(IpAddr::V4(Ipv4Addr::new(127, 0, 0, 0)), 8),
        Network::new(IpAddr::V6(Ipv6Addr::LOCALHOST), 128),
    ]
}

/// Loopback: what the daemon tells is for the machine's own tools.
pub(super) fn admin_address() -> ListenAddress {
    ListenAddress::Exactly(SocketAddr::from((Ipv4Addr::LOCALHOST, 9_843)))
}
