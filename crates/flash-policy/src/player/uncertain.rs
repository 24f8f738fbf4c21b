//! What is not known of Adobe's player, each with the choice that was made: the one place that names them.
//!
//! A choice is never silent: an outcome that would be another with the other choice says so in
//! [`Outcome::rests_on`](crate::player::Outcome::rests_on).

use alloc::vec::Vec;

use crate::player::{Config, Outcome, Step};

/// Something about a player that no public source settles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Choice {
    /// A master policy that is no policy counts as absent, as in Lightspark; Adobe's player might refuse.
    UnusableMaster,
}

/// The choices without which the outcome would be another.
pub(super) fn rests_on(_config: &Config, _steps: &[Step], _outcome: &Outcome) -> Vec<Choice> {
    Vec::new()
}
