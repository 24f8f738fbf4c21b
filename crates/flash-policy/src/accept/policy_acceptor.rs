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
    ///
    /// ```
    /// use flash_policy::accept::PolicyAcceptor;
    /// use flash_policy::{Policy, Reply};
    ///
    /// let policy = Policy::new().allow("www.example.com", 9339)?;
    /// let acceptor = PolicyAcceptor::new(Reply::new(&policy)?);
    /// assert!(acceptor.config().reply.is_some());
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    #[must_use]
    pub fn new(reply: Reply) -> Self {
        AcceptConfig::new(reply).into()
    }

    /// Sets the limits for the first bytes. A server that speaks first should set [`Timing::silence`], for example to
    /// 200 ms.
    ///
    /// ```
    /// use core::time::Duration;
    ///
    /// use flash_policy::accept::{PolicyAcceptor, Timing};
    /// use flash_policy::{Policy, Reply};
    ///
    /// let timing = Timing::default().request(Duration::from_secs(5));
    /// let acceptor = PolicyAcceptor::new(Reply::new(&Policy::new())?).timing(timing);
    /// assert_eq!(acceptor.config().longest(), Duration::from_millis(45_600)); // instead of 50.6 s
    /// # Ok::<(), flash_policy::reply::ReplyError>(())
    /// ```
    #[must_use]
    pub const fn timing(mut self, timing: Timing) -> Self {
        self.config.timing = timing;
        self
    }

    /// Sets how long sending the reply and ending the stream may take. Default: 10 s.
    ///
    /// ```
    /// use core::time::Duration;
    ///
    /// use flash_policy::accept::PolicyAcceptor;
    /// use flash_policy::{Policy, Reply};
    ///
    /// let acceptor = PolicyAcceptor::new(Reply::new(&Policy::new())?).write_limit(Duration::from_secs(3));
    /// assert_eq!(acceptor.config().longest(), Duration::from_millis(43_600)); // instead of 50.6 s
    /// # Ok::<(), flash_policy::reply::ReplyError>(())
    /// ```
    #[must_use]
    pub const fn write_limit(mut self, limit: Duration) -> Self {
        self.config.write_limit = limit;
        self
    }

    /// Sets the limits for closing after a reply.
    ///
    /// ```
    /// use core::time::Duration;
    ///
    /// use flash_policy::accept::{Linger, PolicyAcceptor};
    /// use flash_policy::{Policy, Reply};
    ///
    /// let linger = Linger::default().total(Duration::from_secs(10));
    /// let acceptor = PolicyAcceptor::new(Reply::new(&Policy::new())?).linger(linger);
    /// assert_eq!(acceptor.config().longest(), Duration::from_millis(30_600)); // instead of 50.6 s
    /// # Ok::<(), flash_policy::reply::ReplyError>(())
    /// ```
    #[must_use]
    pub const fn linger(mut self, linger: Linger) -> Self {
        self.config.linger = linger;
        self
    }

    /// Sets how long it may take in total. Default: the sum of the other limits, see [`AcceptConfig::longest`].
    ///
    /// ```
    /// use core::time::Duration;
    ///
    /// use flash_policy::accept::PolicyAcceptor;
    /// use flash_policy::{Policy, Reply};
    ///
    /// let acceptor = PolicyAcceptor::new(Reply::new(&Policy::new())?).total(Duration::from_secs(20));
    /// assert_eq!(acceptor.config().longest(), Duration::from_secs(20)); // instead of 50.6 s
    /// # Ok::<(), flash_policy::reply::ReplyError>(())
    /// ```
    #[must_use]
    pub const fn total(mut self, limit: Duration) -> Self {
        self.config.total = Some(limit);
        self
    }

    /// The reply and all limits.
    ///
    /// ```
    /// use flash_policy::accept::{Moment, PolicyAcceptor, ServerSide};
    /// use flash_policy::{Policy, Reply};
    ///
    /// let acceptor = PolicyAcceptor::new(Reply::new(&Policy::new())?);
    /// // For a driver of your own, with the same settings.
    /// let side = ServerSide::new(acceptor.config(), Moment::ZERO);
    /// assert_eq!(side.deadline(), Moment::after(acceptor.config().timing.request));
    /// # Ok::<(), flash_policy::reply::ReplyError>(())
    /// ```
    #[must_use]
    pub const fn config(&self) -> &AcceptConfig {
        &self.config
    }
}
