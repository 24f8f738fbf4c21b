//! The outcome of an attempt. Its codes are those of `flashgate check`; their meaning never changes.

use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use crate::Span;
use crate::decide::{self, Place};
use crate::parse::PolicyPlaces;
use crate::player::Choice;

/// The outcome of an attempt.
///
/// With the player's steps, it shows which rule decided:
///
/// ```
/// use core::ops::Range;
///
/// use flash_policy::player::{Outcome, Purpose, Step};
///
/// fn explain(outcome: &Outcome, steps: &[Step]) -> String {
///     let mut text = format!("{} ({})", outcome.verdict.code(), outcome.reason.code());
///     if let Some(decided) = outcome.decided_by {
///         let is_policy = |step: &&Step| step.fetch.purpose == Purpose::Policy(decided.place);
///         let document = steps.iter().find(is_policy).map(|step| &step.document[..]);
///         if let (Some(document), Some(rule)) = (document, decided.rule) {
///             let tag = document.get(Range::from(rule.tag)).unwrap_or_default();
///             text += &format!(": {}", String::from_utf8_lossy(tag));
///         }
///     }
///     for choice in &outcome.rests_on {
///         text += &format!("; it is not known {choice}");
///     }
///     text
/// }
/// # use flash_policy::decide::Sandbox;
/// # use flash_policy::player::{Action, Config, Event, Player};
/// # use flash_policy::{Moment, Port};
/// # let config = Config::new(Sandbox::Remote("http://a.test/".parse()?), "b.test".parse()?, Port::new(9339)?);
/// # let (now, mut player) = (Moment::ZERO, Player::new(config, Moment::ZERO));
/// # let policy = b"<cross-domain-policy><allow-access-from domain='*' to-ports='9339'/></cross-domain-policy>\0";
/// # let outcome = loop {
/// #     match player.poll(now) {
/// #         Action::Connect(fetch) => {
/// #             player.handle(fetch.id, Event::Connected, now);
/// #             player.handle(fetch.id, Event::Received(policy), now);
/// #         }
/// #         Action::Close(_) | Action::Wait { .. } => {}
/// #         Action::Done(outcome) => break outcome,
/// #     }
/// # };
/// # let text = explain(&outcome, player.steps());
/// # assert_eq!(text, "allowed (granted): <allow-access-from domain='*' to-ports='9339'/>");
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outcome {
    /// The verdict.
    pub verdict: Verdict,
    /// The reason.
    pub reason: Reason,
    /// The policy that decided, if there is one, even if the target could not be reached afterwards.
    pub decided_by: Option<DecidedBy>,
    /// The policy that grants the connection, if the time ran out because the client waited for another one. Lightspark
    /// asks every place that counts, even if 843 grants the connection.
    pub granted_in_vain: Option<DecidedBy>,
    /// The time from the call of `connect` to this outcome, as the player measures it.
    pub elapsed: Duration,
    /// When the movie is notified.
    pub reported: Notification,
    /// The assumptions about the real player that could change the verdict. If this is not empty, the verdict depends
    /// on assumptions of this crate.
    pub rests_on: Vec<Choice>,
}

/// The verdict on an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a caller must handle all three")]
pub enum Verdict {
    /// A policy grants the connection, or none is needed, and the port accepts connections.
    Allowed,
    /// The player refuses the connection.
    Denied,
    /// The player would connect, but the target cannot be reached.
    Unreachable,
}

impl Verdict {
    /// The verdict's code.
    ///
    /// ```
    /// use flash_policy::player::Verdict;
    ///
    /// assert_eq!(Verdict::Unreachable.code(), "unreachable");
    /// ```
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Denied => "denied",
            Self::Unreachable => "unreachable",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Allowed => "the player connects",
            Self::Denied => "the player refuses the connection",
            Self::Unreachable => "the player may connect, but the target cannot be reached",
        })
    }
}

/// The reason for a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// A rule grants it.
    Granted,
    /// The player's version or the movie's sandbox needs no policy here.
    NoPolicyNeeded,
    /// The player refuses, for this reason from [`decide`](fn@crate::decide).
    Refused(decide::RefusalReason),
    /// The total time ran out while the player waited for a policy.
    Timeout,
    /// The player may connect, but the target refused the connection, or TLS failed.
    TargetRefused,
    /// The player may connect, but the target did not answer in time.
    TargetTimeout,
}

impl Reason {
    /// The reason's code.
    ///
    /// ```
    /// use flash_policy::decide::RefusalReason;
    /// use flash_policy::player::Reason;
    ///
    /// assert_eq!(Reason::Refused(RefusalReason::NoPolicy).code(), "no-policy");
    /// ```
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::NoPolicyNeeded => "no-policy-needed",
            Self::Refused(reason) => reason.code(),
            Self::Timeout => "timeout",
            Self::TargetRefused => "target-refused",
            Self::TargetTimeout => "target-timeout",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Granted => "a rule allows the connection",
            Self::NoPolicyNeeded => "no policy is needed",
            Self::Refused(reason) => return reason.fmt(f),
            Self::Timeout => "the time ran out while the player waited for a policy",
            Self::TargetRefused => "the target refused the connection, or TLS failed",
            Self::TargetTimeout => "the target did not answer in time",
        })
    }
}

/// The policy that decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct DecidedBy {
    /// Where it came from.
    pub place: Place,
    /// The rule that grants the connection or came nearest, if the client evaluates rules individually.
    pub rule: Option<RuleAt>,
}

/// A rule in a policy, as the client that read it sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct RuleAt {
    /// Its index among the rules that take effect in this client.
    pub index: usize,
    /// Its start tag in the received document.
    pub tag: Span,
}

impl DecidedBy {
    /// The source as a word: `master`, `loaded` or `destination`.
    ///
    /// The `/crossdomain.xml` that old players fetch is the master policy of a web server.
    ///
    /// ```
    /// use flash_policy::{Moment, Port};
    /// use flash_policy::decide::Sandbox;
    /// use flash_policy::player::{Action, Config, DecidedBy, Event, Player};
    ///
    /// let config = Config::new(Sandbox::LocalWithNetwork, "play.example.com".parse()?, Port::new(9339)?);
    /// let now = Moment::ZERO;
    /// let mut player = Player::new(config, now);
    /// let policy = b"<cross-domain-policy><allow-access-from domain='*' to-ports='*'/></cross-domain-policy>\0";
    /// let outcome = loop {
    ///     match player.poll(now) {
    ///         Action::Connect(fetch) => {
    ///             player.handle(fetch.id, Event::Connected, now);
    ///             player.handle(fetch.id, Event::Received(policy), now);
    ///         }
    ///         Action::Close(_) | Action::Wait { .. } => {}
    ///         Action::Done(outcome) => break outcome,
    ///     }
    /// };
    /// assert_eq!(outcome.decided_by.map(DecidedBy::source), Some("master"));
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn source(self) -> &'static str {
        match self.place {
            Place::Master | Place::SiteRoot => "master",
            Place::Loaded(_) => "loaded",
            Place::Destination => "destination",
        }
    }
}

impl RuleAt {
    /// The rule with this index in a parsed policy.
    pub(super) fn of(places: &PolicyPlaces, index: usize) -> Option<Self> {
        let tag = places.rules.get(index)?.tag;
        Some(Self { index, tag })
    }
}

/// When the movie is notified of the outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the movie gets an event or an error, at once or late"
)]
pub enum Notification {
    /// Immediately, with an event.
    AtOnce,
    /// By an error thrown from `connect` itself.
    Thrown,
    /// With an event after the total time, counted from the start of the attempt.
    ///
    /// Adobe's note "Flash Player 10 socket connection" says this of refusals, from version 10 on. Whether it is always
    /// true is not known: see [`Choice::LateRefusal`].
    AtTimeout(Duration),
}
