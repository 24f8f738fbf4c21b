//! The reply and the limits, for code that accepts connections without tokio.

use core::time::Duration;

use super::{AcceptConfig, Linger, Timing};
use crate::Reply;

/// Answers policy requests and returns every other stream, with every byte that was read.
///
/// This one is for blocking sockets ([`accept_blocking`](Self::accept_blocking)) and, with the feature `futures-io`, for
/// runtimes such as smol (`accept_async`). For tokio, the crate `tokio-flash-policy` has one with the same settings.
///
/// Cloning is cheap: clones share the reply.
///
/// ```
/// use core::time::Duration;
///
/// use flash_policy::accept::{PolicyAcceptor, Timing};
/// use flash_policy::{Policy, Reply};
///
/// // For a server that speaks first: a client that says nothing for 200 ms is waiting for it.
/// let acceptor = PolicyAcceptor::new(Reply::new(&Policy::new())?)
///     .timing(Timing::default().silence(Duration::from_millis(200)))
///     .total(Duration::from_secs(20));
/// assert_eq!(acceptor.config().longest(), Duration::from_secs(20));
/// # Ok::<(), flash_policy::reply::ReplyError>(())
/// ```
#[derive(Clone, Debug)]
pub struct PolicyAcceptor {
    config: AcceptConfig,
}

impl From<AcceptConfig> for PolicyAcceptor {
    fn from(config: AcceptConfig) -> Self {
        Self { config }
    }
}

impl PolicyAcceptor {
    /// Creates an acceptor that answers with this reply.
    #[must_use]
    pub fn new(reply: Reply) -> Self {
        AcceptConfig::new(reply).into()
    }

    /// Sets the limits for the first bytes. A server that speaks first should set [`Timing::silence`], for example to
    /// 200 ms.
    #[must_use]
    pub const fn timing(mut self, timing: Timing) -> Self {
        self.config.timing = timing;
        self
    }

    /// Sets how long sending the reply and ending the stream may take. Default: 10 s.
    #[must_use]
    pub const fn write_limit(mut self, limit: Duration) -> Self {
        self.config.write_limit = limit;
        self
    }

    /// Sets the limits for closing after a reply.
    #[must_use]
    pub const fn linger(mut self, linger: Linger) -> Self {
        self.config.linger = linger;
        self
    }

    /// Sets how long it may take in total. Default: the sum of the other limits, see [`AcceptConfig::longest`].
    #[must_use]
    pub const fn total(mut self, limit: Duration) -> Self {
        self.config.total = Some(limit);
        self
    }

    /// The reply and all limits.
    #[must_use]
    pub const fn config(&self) -> &AcceptConfig {
        &self.config
    }
}
