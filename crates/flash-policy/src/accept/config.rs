//! What a server answers, and the limits it sets.

use core::time::Duration;

use super::{Linger, Timing};
use crate::Reply;

/// How long a client may take to make room for the reply, unless a server sets another limit.
pub const WRITE_LIMIT: Duration = Duration::from_secs(10);

/// The reply and the limits of a server. Cloning is cheap: the clones share the reply.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AcceptConfig {
    /// What policy requests are answered with. Without a reply they are handed on like everything else.
    pub reply: Option<Reply>,
    /// The limits for the first bytes.
    pub timing: Timing,
    /// How long a client may take to make room for the reply and its end, in all. Default: [`WRITE_LIMIT`].
    pub write_limit: Duration,
    /// When to linger. Default: if more may come.
    pub linger_when: LingerWhen,
    /// The limits for lingering.
    pub linger: Linger,
}

/// When a connection lingers after the reply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LingerWhen {
    /// If more may come than was read: see [`Rest`](super::Rest). A player's own request is closed at once.
    #[default]
    MoreMayCome,
    /// Always: for TLS, where at least the peer's `close_notify` follows.
    Always,
}

impl AcceptConfig {
    /// A server that answers with this reply, with the default limits.
    #[must_use]
    pub fn new(reply: Reply) -> Self {
        Self {
            reply: Some(reply),
            ..Self::without_reply()
        }
    }

    /// A server that hands every connection on, policy requests too, with the default limits.
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

    /// Sets how long a client may take to make room for the reply and its end, in all.
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
