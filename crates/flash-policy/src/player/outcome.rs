//! What came of an attempt: in the words of `flashgate check`, which never change their meaning.

use alloc::vec::Vec;
use core::time::Duration;

use crate::Span;
use crate::decide::{self, Place};
use crate::parse::PolicyPlaces;
use crate::player::Choice;

/// What came of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outcome {
    /// In a word.
    pub verdict: Verdict,
    /// Why.
    pub reason: Reason,
    /// The policy that decided, if one did; also where the target could not be reached after it.
    pub decided_by: Option<DecidedBy>,
    /// The policy that grants, where the time was over because the client waits for another one before it connects:
    /// Lightspark asks every place that counts, whatever 843 grants.
    pub granted_in_vain: Option<DecidedBy>,
    /// From the call of `connect` to this outcome, as the player knows it.
    pub elapsed: Duration,
    /// When the movie hears of it.
    pub reported: Notification,
    /// What is not known of the real player and would make another verdict: where this is not empty, the verdict is
    /// this crate's choice and not knowledge.
    pub rests_on: Vec<Choice>,
}

/// In a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// A policy grants it, or none is needed, and the port accepts connections.
    Allowed,
    /// The player refuses.
    Denied,
    /// The player would connect, and cannot.
    Unreachable,
}

impl Verdict {
    /// The word.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Denied => "denied",
            Self::Unreachable => "unreachable",
        }
    }
}

/// Why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// A rule grants it.
    Granted,
    /// Neither version nor sandbox need a policy here.
    NoPolicyNeeded,
    /// The player refuses, for the reason that [`decide`](fn@crate::decide) gives.
    Refused(decide::RefusalReason),
    /// The attempt's time ran out while a policy was waited for.
    Timeout,
    /// The player may connect, and the target refused, or failed at TLS.
    TargetRefused,
    /// The player may connect, and the target did not answer while there was time.
    TargetTimeout,
}

impl Reason {
    /// The reason's code.
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

/// The policy that decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DecidedBy {
    /// Where it came from.
    pub place: Place,
    /// The rule that grants or came nearest to it, if the client goes by single rules.
    pub rule: Option<RuleAt>,
}

/// A rule of a policy that came, as the client has it that read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RuleAt {
    /// Its index among those that take effect in this client.
    pub index: usize,
    /// Its start tag, in the document as it came.
    pub tag: Span,
}

impl DecidedBy {
    /// The source in one word: `master`, `loaded` or `destination`.
    ///
    /// The `/crossdomain.xml` that old players asked for is the master policy of a web server.
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
    /// The rule with this index in a policy that was parsed.
    pub(super) fn of(places: &PolicyPlaces, index: usize) -> Option<Self> {
        let tag = places.rules.get(index)?.tag;
        Some(Self { index, tag })
    }
}

/// When the movie hears of the outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Notification {
    /// By an event as soon as it is known.
    AtOnce,
    /// By an error thrown from `connect` itself.
    Thrown,
    /// By an event once the attempt's whole time is over, this long after its start.
    ///
    /// So Adobe's note "Flash Player 10 socket connection" says of refusals, from version 10 on. Whether it is always
    /// so is not known: [`Choice::LateRefusal`].
    AtTimeout(Duration),
}
