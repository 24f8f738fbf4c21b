//! How much of everything there may be, and how long it may take.

use std::num::NonZeroU32;
use std::time::Duration;

use tokio_flash_policy::Linger;

use super::Network;

/// How much of everything.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Connections at a time, where the limit on open files allows so many.
    pub connections: usize,
    /// Who says so.
    pub connections_chosen: Chosen,
    /// Connections at a time from one address; none is no limit.
    pub per_address: Option<NonZeroU32>,
    /// New connections a second from one address; none is no limit.
    pub rate_per_address: Option<NonZeroU32>,
    /// Open relays from one address; none is no limit.
    pub relays_per_address: Option<NonZeroU32>,
    /// Who is exempt from the three.
    pub exempt: Vec<Network>,
    /// For the first bytes, in all.
    pub request: Duration,
    /// For the peer to end its side after a reply.
    pub linger: Linger,
    /// For connecting to a backend, in all.
    pub backend_connect: Duration,
    /// For a relay of which one direction has ended.
    pub half_open: Duration,
    /// For a relay without a byte; none is no limit.
    pub idle: Option<Duration>,
    /// Between two pings on a WebSocket.
    pub ping: Duration,
}

/// Where a setting comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chosen {
    /// Nobody has said anything.
    ByDefault,
    /// A flag or the config file.
    ByOperator,
}

/// How long everything may take that one connection does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadlines {
    /// For the first bytes, in all.
    pub request: Duration,
    /// For the peer to end its side after a reply.
    pub linger: Linger,
    /// For connecting to a backend, in all.
    pub backend_connect: Duration,
    /// For a relay of which one direction has ended.
    pub half_open: Duration,
    /// For a relay without a byte; none is no limit.
    pub idle: Option<Duration>,
    /// Between two pings on a WebSocket.
    pub ping: Duration,
}

impl From<&Limits> for Deadlines {
    fn from(limits: &Limits) -> Self {
        Self {
            request: limits.request,
            linger: limits.linger,
            backend_connect: limits.backend_connect,
            half_open: limits.half_open,
            idle: limits.idle,
            ping: limits.ping,
        }
    }
}
