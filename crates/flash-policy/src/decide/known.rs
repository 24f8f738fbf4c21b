//! What a decision knows, and what it still needs.

use alloc::vec::Vec;
use core::time::Duration;

use super::{Allowed, Denied, MetaPolicyHeader, Place};
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
    headers: Vec<(Place, MetaPolicyHeader)>,
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

    /// Adds the `X-Permitted-Cross-Domain-Policies` of a place's HTTP response, whether it has a document or not. The
    /// first one is kept. Players before 9.0.115 ignore it.
    ///
    /// ```
    /// use flash_policy::decide::{Decision, Known, MetaPolicyHeader, Place, PolicyAnswer, Request, decide};
    /// use flash_policy::{Policy, Port};
    ///
    /// let movie = "http://www.example.com/game.swf".parse()?;
    /// let request = Request::new(movie, "game.example.com".parse()?, Port::new(9339)?)
    ///     .player("9.0.115".parse()?)
    ///     .loaded(["http://game.example.com/crossdomain.xml".parse()?]);
    /// let mut known = Known::default();
    /// known.learn(Place::Master, PolicyAnswer::Absent);
    /// known.learn(Place::Destination, PolicyAnswer::Absent);
    /// known.learn(Place::Loaded(0), PolicyAnswer::Policy(Policy::for_urls().allow_from("*")?));
    /// assert!(matches!(decide(&request, &known), Decision::Allowed(_)));
    /// known.learn_header(Place::Loaded(0), MetaPolicyHeader::read("none"));
    /// assert!(matches!(decide(&request, &known), Decision::Denied(_)));
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub fn learn_header(&mut self, place: Place, header: MetaPolicyHeader) {
        if self.header(place).is_none() {
            self.headers.push((place, header));
        }
    }

    pub(super) fn header(&self, place: Place) -> Option<MetaPolicyHeader> {
        let mut headers = self.headers.iter();
        headers.find_map(|(known, header)| (*known == place).then_some(*header))
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
