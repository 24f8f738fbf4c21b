//! The server's reply and its limits.

use core::time::Duration;

use super::{Linger, Timing};
use crate::Reply;

/// The default of [`AcceptConfig::write_limit`].
pub const WRITE_LIMIT: Duration = Duration::from_secs(10);

/// The reply and the limits of a server. Cloning is cheap: clones share the reply.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AcceptConfig {
    /// The reply to policy requests. Without one, policy requests are handed on like all other connections.
    pub reply: Option<Reply>,
    /// The limits for the first bytes.
    pub timing: Timing,
    /// How long sending the reply and ending the stream may take, in total. Default: [`WRITE_LIMIT`].
    pub write_limit: Duration,
    /// When to linger. Default: if more input may follow.
    pub linger_when: LingerWhen,
    /// The limits for lingering.
    pub linger: Linger,
}

/// When a connection lingers after the reply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LingerWhen {
    /// If more input may follow: see [`Rest`](super::Rest). After a player's exact request, the socket is closed at
    /// once.
    #[default]
    MoreMayCome,
    /// Always. TLS needs this, because at least the peer's `close_notify` follows.
    Always,
}

impl AcceptConfig {
    /// Answers policy requests with this reply, with the default limits.
    #[must_use]
    pub fn new(reply: Reply) -> Self {
        Self {
            reply: Some(reply),
            ..Self::without_reply()
        }
    }

    /// Hands on every connection, policy requests included, with the default limits.
    #[must_use]
    pub fn without_reply() -> Self {
        Self {
            reply: None,
            timing: Timing::default(),
            write_limit: WRITE_LIMIT,
            linger_when: LingerWhen::default(),
            linger: Linger::default(),
        }
    }

    /// Sets the limits for the first bytes.
    #[must_use]
    pub const fn timing(mut self, timing: Timing) -> Self {
        self.timing = timing;
        self
    }

    /// Sets how long sending the reply and ending the stream may take, in total.
    #[must_use]
    pub const fn write_limit(mut self, limit: Duration) -> Self {
        self.write_limit = limit;
        self
    }

    /// Sets when to linger.
    #[must_use]
    pub const fn linger_when(mut self, when: LingerWhen) -> Self {
        self.linger_when = when;
        self
    }

    /// Sets the limits for lingering.
    #[must_use]
    pub const fn linger(mut self, linger: Linger) -> Self {
        self.linger = linger;
        self
    }
}
