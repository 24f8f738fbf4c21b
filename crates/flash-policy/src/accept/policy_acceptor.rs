//! The reply and the limits, for code that accepts connections without tokio.

use super::AcceptConfig;
use crate::Reply;

/// Answers policy requests and returns every other stream, with every byte that was read.
///
/// This one is for blocking sockets ([`accept_blocking`](Self::accept_blocking)) and, with the feature `futures-io`, for
/// runtimes such as smol (`accept_async`). For tokio, the crate `tokio-flash-policy` has one.
///
/// [`new`](Self::new) uses the default limits. To change them, convert an [`AcceptConfig`]. Cloning is cheap: clones
/// share the reply.
///
/// ```
/// use core::time::Duration;
///
/// use flash_policy::accept::{AcceptConfig, PolicyAcceptor, Timing};
/// use flash_policy::{Policy, Reply};
///
/// // For a server that speaks first: a client that says nothing for 200 ms is waiting for it. `Timing::silence` says
/// // which players that costs their policy.
/// let config = AcceptConfig::new(Reply::new(&Policy::new())?)
///     .timing(Timing::default().silence(Duration::from_millis(200)))
///     .total(Duration::from_secs(20));
/// let acceptor = PolicyAcceptor::from(config);
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
    /// Creates an acceptor that answers with this reply, with the default limits.
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

    /// The reply and all limits.
    ///
    /// ```
    /// use flash_policy::accept::{PolicyAcceptor, ServerSide};
    /// use flash_policy::{Moment, Policy, Reply};
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
