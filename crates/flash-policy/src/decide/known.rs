//! What a decision knows, and what it still needs.

use alloc::vec::Vec;
use core::time::Duration;

use super::{Allowed, Denied, Place};
use crate::Policy;

/// What a place answered.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "an answer is a policy, something else, or missing"
)]
pub enum PolicyAnswer {
    /// A policy. From [`Place::SiteRoot`] and HTTP locations it is parsed as [`Profile::Url`](crate::Profile::Url).
    Policy(Policy),
    /// Bytes that are not a policy. How Adobe's player treats a malformed master policy is not known; here it counts as
    /// absent.
    Unusable,
    /// No answer within the limit, a refused connection, or an end of stream without a byte.
    Absent,
}

/// The answers so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    answers: Vec<(Place, PolicyAnswer)>,
}

impl Known {
    /// Adds the answer of a place. The first answer is kept, as in a player's session.
    ///
    /// ```
    /// use flash_policy::decide::{Known, Place, PolicyAnswer};
    ///
    /// let mut known = Known::default();
    /// known.learn(Place::Master, PolicyAnswer::Absent);
    /// let same = known.clone();
    /// known.learn(Place::Master, PolicyAnswer::Unusable);
    /// assert_eq!(known, same);
    /// ```
    pub fn learn(&mut self, place: Place, answer: PolicyAnswer) {
        if self.get(place).is_none() {
            self.answers.push((place, answer));
        }
    }

    pub(super) fn get(&self, place: Place) -> Option<&PolicyAnswer> {
        self.answers
            .iter()
            .find(|(known, _)| *known == place)
            .map(|(_, answer)| answer)
    }
}

/// The decision, or what is needed for it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a caller must handle all three")]
pub enum Decision {
    /// The player connects.
    Allowed(Allowed),
    /// The player refuses.
    Denied(Denied),
    /// The decision needs this policy.
    Ask(Ask),
}

/// A policy to fetch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Ask {
    /// Where to fetch it.
    pub place: Place,
    /// How long the player waits. `None`: as long as the whole connection attempt may take.
    pub limit: Option<Duration>,
}
