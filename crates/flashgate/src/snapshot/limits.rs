//! How much of everything there may be, and how long it may take.

use std::num::NonZeroU32;
use std::time::Duration;

use tokio_flash_policy::Linger;

use super::Network;

/// How much of everything.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    /// Connections at a time, where the limit on open files allows so many.
    pub(crate) connections: usize,
    /// Who says so.
    pub(crate) connections_chosen: Chosen,
    /// Connections at a time from one address; none is no limit.
    pub(crate) per_address: Option<NonZeroU32>,
    /// New connections a second from one address; none is no limit.
    pub(crate) rate_per_address: Option<NonZeroU32>,
    /// Open relays from one address; none is no limit.
    pub(crate) relays_per_address: Option<NonZeroU32>,
    /// Who is exempt from the three.
    pub(crate) exempt: Vec<Network>,
    /// For the first bytes, in all.
    pub(crate) request: Duration,
    /// For the peer to end its side after a reply.
    pub(crate) linger: Linger,
    /// For connecting to a backend, in all.
    pub(crate) backend_connect: Duration,
    /// For a relay of which one direction has ended.
    pub(crate) half_open: Duration,
    /// For a relay without a byte; none is no limit.
    pub(crate) idle: Option<Duration>,
    /// Between two pings on a WebSocket.
    pub(crate) ping: Duration,
}

/// Where a setting comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Chosen {
    ByDefault,
    ByOperator,
}

/// How long everything may take that one connection does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Deadlines {
    /// For the first bytes, in all.
    pub(crate) request: Duration,
    /// For the peer to end its side after a reply.
    pub(crate) linger: Linger,
    /// For connecting to a backend, in all.
    pub(crate) backend_connect: Duration,
    /// For a relay of which one direction has ended.
    pub(crate) half_open: Duration,
    /// For a relay without a byte; none is no limit.
    pub(crate) idle: Option<Duration>,
    /// Between two pings on a WebSocket.
    pub(crate) ping: Duration,
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
