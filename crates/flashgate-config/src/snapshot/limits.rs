//! Limits on connections and on time.

use std::num::NonZeroU32;
use std::time::Duration;

use tokio_flash_policy::Linger;

use super::Network;

/// All limits.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Connections at the same time, if the limit on open files allows that many.
    pub connections: usize,
    /// Where that number comes from.
    pub connections_chosen: Chosen,
    /// Connections at the same time from one address. None means no limit.
    pub per_address: Option<NonZeroU32>,
    /// New connections per second from one address. None means no limit.
    pub rate_per_address: Option<NonZeroU32>,
    /// Open relays from one address. None means no limit.
    pub relays_per_address: Option<NonZeroU32>,
    /// Networks that the three per-address limits don't apply to.
    pub exempt: Vec<Network>,
    /// The time for the first bytes, in total.
    pub request: Duration,
    /// The time for the peer to close its side after a reply.
    pub linger: Linger,
    /// The time to connect to a backend, in total.
    pub backend_connect: Duration,
    /// The time for a relay to end after one direction has ended.
    pub half_open: Duration,
    /// The time that a relay may be silent. None means no limit.
    pub idle: Option<Duration>,
    /// The time between two pings on a WebSocket.
    pub ping: Duration,
}

/// Where a setting comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chosen {
    /// The default.
    ByDefault,
    /// A flag or the config file.
    ByOperator,
}

/// The deadlines of a single connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadlines {
    /// The time for the first bytes, in total.
    pub request: Duration,
    /// The time for the peer to close its side after a reply.
    pub linger: Linger,
    /// The time to connect to a backend, in total.
    pub backend_connect: Duration,
    /// The time for a relay to end after one direction has ended.
    pub half_open: Duration,
    /// The time that a relay may be silent. None means no limit.
    pub idle: Option<Duration>,
    /// The time between two pings on a WebSocket.
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
