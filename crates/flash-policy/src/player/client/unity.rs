//! Unity's web player: port 843 or a port that the game names, one read, and rules for `*` only.
//!
//! Sources: Unity's manual, "Security sandbox of the web player", and the reference of
//! `Security.PrefetchSocketPolicy`; `SocketPolicyClient.cs` in Mono, which Unity's player used. There is no way to the
//! destination port, and a policy whose second piece comes later is lost.

use alloc::vec::Vec;
use core::time::Duration;

use super::exchange::{AnswerTimeout, Exchanged, Grounds, Move, Nearest};
use crate::decide::{Grant, Location, Movie, NearestMiss, Place, RefusalReason, Sandbox, grants};
use crate::parse::PolicyPlaces;
use crate::player::config::Config;
use crate::player::{Learnt, RuleAt};
use crate::{Policy, Port, Profile, parse};

/// How much one read takes.
pub(super) const READ: usize = 5000;

/// For the connect; the read has no limit.
const PATIENCE: Duration = Duration::from_secs(3);

#[derive(Clone, Debug)]
pub(crate) struct Unity {
    config: Config,
    answers: Vec<(Place, Option<UnityPolicy>)>,
}

/// A policy, and where its rules stand.
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
                // The first policy stands for the session; a failure is tried again, at 843.
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

    /// What the game prefetched, then the master; each with the port that counts for low ports.
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

    /// Its rule on low ports begins above 1024, where Flash Player's begins at it.
    fn counted(&self, port: Port) -> Port {
        if port == self.config.master() || port.get() == 1024 {
            Port::MASTER
        } else {
            port
        }
    }

    fn judge(&self, read: &UnityPolicy, place: Place, served_from: Port) -> Move {
        // A rule for anything but `*` admits nobody, just as for a movie without a host.
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
