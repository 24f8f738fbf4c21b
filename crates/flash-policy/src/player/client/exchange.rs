//! What the machine and a client exchange: the answer of a place, and what is wanted next.

use core::time::Duration;

use crate::decide::{self, Place};
use crate::player::{DecidedBy, Reason, RuleAt};

/// What a client wants next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::player) enum Move {
    Ask {
        place: Place,
        patience: AnswerTimeout,
    },
    /// Connect, because a policy grants it or none is needed.
    Connect(Grounds),
    Refuse(Grounds),
}

/// What a decision is based on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::player) struct Grounds {
    pub(in crate::player) reason: Reason,
    pub(in crate::player) decided_by: Option<DecidedBy>,
}

/// How long a client waits for an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::player) enum AnswerTimeout {
    /// This long from the connect to the complete answer.
    Answer(Duration),
    /// This long for the connect. The answer may take as long as the attempt.
    Connect(Duration),
    /// As long as the attempt may take.
    Unlimited,
}

/// What a place answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::player) enum Exchanged<'a> {
    /// These bytes: at least one, or properly terminated.
    Document(&'a [u8]),
    /// These bytes, then a reset.
    Broken(&'a [u8]),
    /// More bytes than any document has.
    TooMuch,
    /// The connection was established, but the answer did not arrive, or not completely.
    Silence,
    /// There was no connection.
    NoConnection,
}

impl Grounds {
    pub(in crate::player) const OUT_OF_TIME: Self = Self {
        reason: Reason::Timeout,
        decided_by: None,
    };
    pub(in crate::player) const NONE_NEEDED: Self = Self {
        reason: Reason::NoPolicyNeeded,
        decided_by: None,
    };

    pub(super) const fn granted(place: Place, rule: Option<RuleAt>) -> Self {
        Self {
            reason: Reason::Granted,
            decided_by: Some(DecidedBy { place, rule }),
        }
    }

    pub(super) const fn refused(reason: decide::RefusalReason) -> Self {
        Self {
            reason: Reason::Refused(reason),
            decided_by: None,
        }
    }
}

/// The refusal that came nearest to a grant. Among equals, the first one.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Nearest(pub(super) Option<(decide::RefusalReason, DecidedBy)>);

impl Nearest {
    pub(super) fn refused(
        &mut self,
        reason: decide::RefusalReason,
        place: Place,
        rule: Option<RuleAt>,
    ) {
        if self.0.is_none_or(|(nearest, _)| reason > nearest) {
            self.0 = Some((reason, DecidedBy { place, rule }));
        }
    }
}

impl From<Nearest> for Grounds {
    fn from(Nearest(nearest): Nearest) -> Self {
        nearest.map_or(
            Self::refused(decide::RefusalReason::NoPolicy),
            |(reason, by)| Self {
                reason: Reason::Refused(reason),
                decided_by: Some(by),
            },
        )
    }
}
