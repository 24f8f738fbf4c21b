//! The server's reply and its limits.

use core::time::Duration;

use super::{Linger, Timing};
use crate::Reply;
use crate::reply::Dialect;

/// The default of [`AcceptConfig::write_limit`].
pub const WRITE_LIMIT: Duration = Duration::from_secs(10);

/// The reply and the limits of a server. Cloning is cheap: clones share the reply.
///
/// ```
/// use core::time::Duration;
///
/// use flash_policy::accept::{AcceptConfig, Linger, Timing};
/// use flash_policy::{Policy, Reply};
///
/// let config = AcceptConfig::new(Reply::new(&Policy::new())?)
///     .timing(Timing::default().request(Duration::from_secs(5)))
///     .write_limit(Duration::from_secs(3))
///     .linger(Linger::default().total(Duration::from_secs(10)))
///     .total(Duration::from_secs(12));
/// assert_eq!(config.longest(), Duration::from_secs(12));
/// # Ok::<(), flash_policy::reply::ReplyError>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AcceptConfig {
    /// The reply to policy requests. Without one, policy requests are handed on like all other connections.
    pub reply: Option<Reply>,
    /// The limits for the first bytes. With a reply for Silverlight, no terminator is waited for.
    pub timing: Timing,
    /// How long sending the reply and ending the stream may take, in total. Default: [`WRITE_LIMIT`].
    pub write_limit: Duration,
    /// When to linger. Default: if more input may follow.
    pub linger_when: LingerWhen,
    /// The limits for lingering.
    pub linger: Linger,
    /// How long a connection may take in total, from its start until it is closed or handed on. Default: no limit of its
    /// own, so the sum of the others, as [`longest`](Self::longest) says.
    ///
    /// A policy request that is not answered by then is aborted. What was handed on is not limited.
    pub total: Option<Duration>,
}

/// When a connection lingers after the reply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum LingerWhen {
    /// If more input may follow: see [`Rest`](super::Rest). After a player's exact request, the socket is closed at
    /// once.
    #[default]
    MoreMayCome,
    /// Always. TLS needs this, because at least the peer's `close_notify` follows. `accept` of tokio-flash-policy, which
    /// takes any stream, always lingers, whatever is set here; its `accept_tcp` and `Listener` use this setting.
    Always,
}

impl AcceptConfig {
    /// Answers policy requests with this reply, with the default limits.
    ///
    /// With a [reply for Silverlight](Reply::from_silverlight_file_unchecked), `<policy-file-request/>` is answered at
    /// once, without a terminator.
    ///
    /// ```
    /// use flash_policy::accept::{AcceptConfig, LingerWhen};
    /// use flash_policy::{Policy, Reply};
    ///
    /// let policy = Policy::new().allow("www.example.com", 9339)?;
    /// let config = AcceptConfig::new(Reply::new(&policy)?);
    /// assert_eq!(config.linger_when, LingerWhen::MoreMayCome);
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    #[must_use]
    pub fn new(reply: Reply) -> Self {
        Self {
            reply: Some(reply),
            ..Self::without_reply()
        }
    }

    /// Hands on every connection, policy requests included, with the default limits.
    ///
    /// ```
    /// use flash_policy::Moment;
    /// use flash_policy::accept::{AcceptConfig, Completion, First, Operation, Rest, ServerSide};
    ///
    /// let now = Moment::ZERO;
    /// let mut side = ServerSide::new(AcceptConfig::without_reply(), now);
    /// side.room()[..23].copy_from_slice(flash_policy::REQUEST);
    /// side.handle(Completion::Read(23), now);
    /// // The request is recognized, but other code must answer it.
    /// assert_eq!(side.poll(now), Operation::HandOn(First::Policy(Rest::Nothing)));
    /// ```
    #[must_use]
    pub fn without_reply() -> Self {
        Self {
            reply: None,
            timing: Timing::default(),
            write_limit: WRITE_LIMIT,
            linger_when: LingerWhen::default(),
            linger: Linger::default(),
            total: None,
        }
    }

    /// Sets the limits for the first bytes. A server that speaks first should set [`Timing::silence`], for example to
    /// 200 ms, and serve its policy on port 843 too, because [some players](Timing#structfield.silence) ask later.
    ///
    /// ```
    /// use core::time::Duration;
    ///
    /// use flash_policy::accept::{AcceptConfig, Timing};
    ///
    /// let timing = Timing::default().request(Duration::from_secs(5));
    /// let config = AcceptConfig::without_reply().timing(timing);
    /// assert_eq!(config.longest(), Duration::from_millis(45_600)); // instead of 50.6 s
    /// ```
    #[must_use]
    pub const fn timing(mut self, timing: Timing) -> Self {
        self.timing = timing;
        self
    }

    /// Sets how long sending the reply and ending the stream may take, in total.
    ///
    /// ```
    /// use core::time::Duration;
    ///
    /// use flash_policy::accept::AcceptConfig;
    ///
    /// let config = AcceptConfig::without_reply().write_limit(Duration::from_secs(3));
    /// assert_eq!(config.longest(), Duration::from_millis(43_600)); // instead of 50.6 s
    /// ```
    #[must_use]
    pub const fn write_limit(mut self, limit: Duration) -> Self {
        self.write_limit = limit;
        self
    }

    /// Sets when to linger.
    ///
    /// ```
    /// use flash_policy::accept::{AcceptConfig, Closing, Completion, LingerWhen, Operation, ServerSide};
    /// use flash_policy::{Moment, Policy, REQUEST, Reply};
    ///
    /// let now = Moment::ZERO;
    /// let config = AcceptConfig::new(Reply::new(&Policy::new())?).linger_when(LingerWhen::Always);
    /// let mut side = ServerSide::new(config, now);
    /// side.room()[..23].copy_from_slice(REQUEST);
    /// side.handle(Completion::Read(23), now);
    /// let Operation::Write { bytes, .. } = side.poll(now) else { panic!() };
    /// let sent = bytes.len();
    /// side.handle(Completion::Wrote(sent), now);
    /// side.poll(now); // end our side of the stream
    /// side.handle(Completion::Ended, now);
    /// assert!(matches!(side.poll(now), Operation::Close(Closing::Discard { .. })));
    /// # Ok::<(), flash_policy::reply::ReplyError>(())
    /// ```
    #[must_use]
    pub const fn linger_when(mut self, when: LingerWhen) -> Self {
        self.linger_when = when;
        self
    }

    /// Sets the limits for lingering.
    ///
    /// ```
    /// use core::time::Duration;
    ///
    /// use flash_policy::accept::{AcceptConfig, Linger};
    ///
    /// let linger = Linger::default().total(Duration::from_secs(10));
    /// let config = AcceptConfig::without_reply().linger(linger);
    /// assert_eq!(config.longest(), Duration::from_millis(30_600)); // instead of 50.6 s
    /// ```
    #[must_use]
    pub const fn linger(mut self, linger: Linger) -> Self {
        self.linger = linger;
        self
    }

    /// Sets how long a connection may take in total, from its start until it is closed or handed on.
    ///
    /// ```
    /// use core::time::Duration;
    ///
    /// use flash_policy::accept::AcceptConfig;
    ///
    /// let config = AcceptConfig::without_reply().total(Duration::from_secs(20));
    /// assert_eq!(config.longest(), Duration::from_secs(20)); // instead of 50.6 s
    /// ```
    #[must_use]
    pub const fn total(mut self, limit: Duration) -> Self {
        self.total = Some(limit);
        self
    }

    /// The longest time from the start of a connection until it is closed or handed on. With the defaults, 50.6 s.
    ///
    /// It is [`total`](Self::total), or the sum of the limits if that is less:
    ///
    /// | limit | default |
    /// |---|---|
    /// | [`Timing::request`], for the first bytes | 10 s |
    /// | [`Timing::bare`], for a missing terminator; twice, because CR LF has two bytes | 0.6 s |
    /// | [`write_limit`](Self::write_limit), for the reply and the end of the stream | 10 s |
    /// | [`Linger::total`], for the end of the peer's side | 30 s |
    ///
    /// A driver that is late adds its delay: what it reports after a deadline still counts.
    ///
    /// ```
    /// use core::time::Duration;
    ///
    /// use flash_policy::accept::AcceptConfig;
    /// use flash_policy::{Policy, Reply};
    ///
    /// let config = AcceptConfig::new(Reply::new(&Policy::new())?);
    /// assert_eq!(config.longest(), Duration::from_millis(50_600));
    /// # Ok::<(), flash_policy::reply::ReplyError>(())
    /// ```
    #[must_use]
    pub fn longest(&self) -> Duration {
        let Timing { request, bare, .. } = self.opening_timing();
        let opening = request.saturating_add(bare).saturating_add(bare);
        let answered = opening.saturating_add(self.write_limit);
        answered
            .saturating_add(self.linger.total)
            .min(self.total.unwrap_or(Duration::MAX))
    }

    /// The limits for the first bytes. A Silverlight client sends no terminator, so its request is complete without.
    pub(super) fn opening_timing(&self) -> Timing {
        let dialect = self.reply.as_ref().map(Reply::dialect);
        match dialect {
            Some(Dialect::Silverlight) => self.timing.bare(Duration::ZERO),
            Some(Dialect::Flash) | None => self.timing,
        }
    }
}
