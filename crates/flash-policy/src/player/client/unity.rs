//! Unity Web Player: port 843 or a port that the game names, one read, and only rules for `*`.
//!
//! Sources: Unity's manual, "Security sandbox of the web player", and the reference of `Security.PrefetchSocketPolicy`;
//! `SocketPolicyClient.cs` in Mono, which Unity's player used. It never asks the destination port, and loses a policy
//! whose second piece arrives later.

use alloc::vec::Vec;
use core::time::Duration;

use super::exchange::{AnswerTimeout, Exchanged, Grounds, Move, Nearest};
use crate::decide::{Grant, Location, Movie, NearestMiss, Place, RefusalReason, Sandbox, grants};
use crate::parse::PolicyPlaces;
use crate::player::config::Config;
use crate::player::{Learnt, RuleAt};
use crate::{Policy, Port, Profile, parse};

/// The size of its only read.
pub(super) const READ: usize = 5000;

/// The limit for the connect. The read has no limit.
const PATIENCE: Duration = Duration::from_secs(3);

#[derive(Clone, Debug)]
pub(crate) struct Unity {
    config: Config,
    answers: Vec<(Place, Option<UnityPolicy>)>,
}

/// A policy with the locations of its rules.
#[derive(Clone, Debug)]
struct UnityPolicy {
    policy: Policy,
    places: PolicyPlaces,
}

impl Unity {
    pub(super) fn new(config: &Config) -> Self {
        Self {
            config: config.clone(),
            answers: Vec::new(),
        }
    }

    pub(super) fn next(&self) -> Move {
        if self.config.sandbox == Sandbox::Application {
            return Move::Connect(Grounds::NONE_NEEDED);
        }
        if self.config.client.refuses(&self.config.target) {
            return Move::Refuse(Grounds::refused(RefusalReason::NoPolicy));
        }
        for (place, port) in self.places() {
            match self.answers.iter().find(|(known, _)| *known == place) {
                None => {
                    return Move::Ask {
                        place,
                        patience: AnswerTimeout::Connect(PATIENCE),
                    };
                }
                // The first policy applies for the whole session. After a failure, 843 is tried.
                Some((_, Some(read))) => return self.judge(read, place, port),
                Some((_, None)) => {}
            }
        }
        Move::Refuse(Grounds::refused(RefusalReason::NoPolicy))
    }

    pub(super) fn learn(&mut self, place: Place, heard: Exchanged<'_>) -> Learnt {
        let (read, learnt) = match heard {
            Exchanged::NoConnection | Exchanged::Silence | Exchanged::Broken(_) => {
                (None, Learnt::Nothing)
            }
            Exchanged::TooMuch => (None, Learnt::Unusable),
            Exchanged::Document(document) => {
                let parsed = parse(document, Profile::Socket);
                let places = parsed.places;
                match parsed.policy {
                    Some(policy) => (Some(UnityPolicy { policy, places }), Learnt::Policy),
                    None => (None, Learnt::Unusable),
                }
            }
        };
        self.answers.push((place, read));
        learnt
    }

    /// The prefetched locations, then the master, each with the port that counts for the rule on low ports.
    fn places(&self) -> impl Iterator<Item = (Place, Port)> {
        let prefetched = self.config.loaded.iter().enumerate();
        prefetched
            .filter_map(|(index, location)| match location {
                Location::Socket { host, port } if *host == self.config.target => {
                    Some((Place::Loaded(index), self.counted(*port)))
                }
                Location::Socket { .. } | Location::Http { .. } => None,
            })
            .chain([(Place::Master, Port::MASTER)])
    }

    /// Its rule treats 1024 as a low port; Flash Player's does not.
    fn counted(&self, port: Port) -> Port {
        if port == self.config.master() || port.get() == 1024 {
            Port::MASTER
        } else {
            port
        }
    }

    fn judge(&self, read: &UnityPolicy, place: Place, served_from: Port) -> Move {
        // As for a movie without a host, only a rule for `*` matches.
        let grant = grants(
            &read.policy,
            served_from,
            &Movie::Hostless,
            self.config.port,
        );
        let at = |rule| RuleAt::of(&read.places, rule);
        let mut nearest = Nearest::default();
        match grant {
            Grant::Allowed { rule } => return Move::Connect(Grounds::granted(place, at(rule))),
            Grant::Refused(NearestMiss::NoRuleMatches) => {
                nearest.refused(RefusalReason::NoRuleMatches, place, None);
            }
            Grant::Refused(NearestMiss::PortAuthority { rule }) => {
                nearest.refused(RefusalReason::PortAuthority, place, at(rule));
            }
            Grant::Refused(NearestMiss::SecureOnly { rule }) => {
                nearest.refused(RefusalReason::SecureOnly, place, at(rule));
            }
        }
        Move::Refuse(nearest.into())
    }
}
