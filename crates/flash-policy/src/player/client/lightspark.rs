//! Lightspark, including its bugs: the order in which it fetches policies, and how it evaluates them.
//!
//! This follows its source (`src/backends/security.cpp`, `src/scripting/flash/net/Socket.cpp`) and was compared with
//! runs. It asks the master first. If it cannot connect, it assumes an empty policy. After an unusable answer, it asks
//! only the destination port. Otherwise it asks the locations that the movie loaded, and the destination port if the
//! meta-policy is `all`. It asks all of them before it looks at any rule, so a grant on 843 does not stop it. It waits
//! 3 seconds for a connection, and without a limit for an answer. It has no port rule: a policy from any port can grant
//! any port.

use alloc::vec::Vec;

use super::exchange::{AnswerTimeout, Exchanged, Grounds, Move, Nearest};
use super::lightspark_file::{self, LightsparkAnswer, LightsparkFile, Meta, MovieSite};
use crate::Host;
use crate::decide::{Location, PATIENCE, Place, RefusalReason, Sandbox};
use crate::player::config::Config;
use crate::player::{DecidedBy, Learnt};

/// The size of its reads. It stops after the first one that returns less.
pub(super) const READ: usize = 4096;

#[derive(Clone, Debug)]
pub(crate) struct Lightspark {
    config: Config,
    caller: MovieSite,
    /// The answers, or that there was no connection.
    answers: Vec<(Place, LightsparkAnswer)>,
}

impl Lightspark {
    pub(super) fn new(config: &Config) -> Self {
        Self {
            config: config.clone(),
            caller: MovieSite::new(config),
            answers: Vec::new(),
        }
    }

    pub(super) fn next(&self) -> Move {
        if let Some(unasked) = self.unasked() {
            return unasked;
        }
        let places = self.places();
        let unheard = places.iter().find(|place| self.answer(**place).is_none());
        if let Some(place) = unheard {
            return Move::Ask {
                place: *place,
                patience: AnswerTimeout::Connect(PATIENCE),
            };
        }
        let mut nearest = Nearest::default();
        for (place, file) in self.files(places) {
            match file.grants(&self.caller, self.config.port) {
                Ok(rule) => return Move::Connect(Grounds::granted(place, rule)),
                Err((reason, rule)) => nearest.refused(reason, place, rule),
            }
        }
        if let Some(reason) = self.meta().and_then(Meta::refusal) {
            nearest.refused(reason, Place::Master, None);
        }
        Move::Refuse(nearest.into())
    }

    pub(super) fn learn(&mut self, place: Place, heard: Exchanged<'_>) -> Learnt {
        let answer = match heard {
            Exchanged::NoConnection => LightsparkAnswer::NoConnection,
            Exchanged::Silence | Exchanged::TooMuch => LightsparkAnswer::Unusable,
            Exchanged::Document(document) | Exchanged::Broken(document) => {
                lightspark_file::read(document, place)
            }
        };
        let learnt = match (&answer, heard) {
            (LightsparkAnswer::File(_), _) => Learnt::Policy,
            (LightsparkAnswer::NoConnection, _) | (_, Exchanged::Silence) => Learnt::Nothing,
            (LightsparkAnswer::Unusable | LightsparkAnswer::Void, _) => Learnt::Unusable,
        };
        self.answers.push((place, answer));
        learnt
    }

    /// The policy that grants the connection while another one is still awaited.
    pub(super) fn granted_so_far(&self) -> Option<DecidedBy> {
        let mut files = self.files(self.places());
        files.find_map(|(place, file)| {
            let rule = file.grants(&self.caller, self.config.port).ok()?;
            Some(DecidedBy { place, rule })
        })
    }

    /// What it decides without fetching a policy.
    fn unasked(&self) -> Option<Move> {
        let here = match &self.config.target {
            Host::Name(name) => name == "localhost",
            Host::Address(address) => *address == core::net::Ipv4Addr::LOCALHOST,
        };
        match self.config.sandbox {
            Sandbox::Application => Some(Move::Connect(Grounds::NONE_NEEDED)),
            Sandbox::LocalTrusted if here => Some(Move::Connect(Grounds::NONE_NEEDED)),
            Sandbox::LocalWithFile => Some(Move::Refuse(Grounds::refused(RefusalReason::Sandbox))),
            // It takes a host with a colon for an invalid one.
            _ if self.config.client.refuses(&self.config.target) => {
                Some(Move::Refuse(Grounds::refused(RefusalReason::NoPolicy)))
            }
            Sandbox::Remote(_) | Sandbox::LocalWithNetwork | Sandbox::LocalTrusted => None,
        }
    }

    /// The places that count, as far as the master's answer is known, in the order in which they are asked.
    fn places(&self) -> Vec<Place> {
        let mut places = Vec::from([Place::Master]);
        let meta = match self.answer(Place::Master) {
            None => return places,
            Some(LightsparkAnswer::Unusable) => return Vec::from([Place::Destination]),
            Some(LightsparkAnswer::NoConnection | LightsparkAnswer::Void) => Meta::All,
            Some(LightsparkAnswer::File(file)) => file.meta,
        };
        match meta {
            Meta::None => places.clear(),
            Meta::MasterOnly => {}
            Meta::Loaded => places.extend(self.loaded()),
            Meta::All => {
                places.extend(self.loaded());
                // If the destination is the master port, it has been asked.
                places.extend(
                    (self.config.port != self.config.master()).then_some(Place::Destination),
                );
            }
        }
        places
    }

    fn loaded(&self) -> impl Iterator<Item = Place> {
        let counts = |location: &Location| {
            matches!(location, Location::Socket { host, port }
                if *host == self.config.target && *port != self.config.master())
        };
        let locations = self.config.loaded.iter().enumerate();
        locations
            .filter(move |(_, location)| counts(location))
            .map(|(index, _)| Place::Loaded(index))
    }

    /// The answer of a place, if it has been asked.
    fn answer(&self, place: Place) -> Option<&LightsparkAnswer> {
        let mut answers = self.answers.iter();
        answers
            .find(|(known, _)| *known == place)
            .map(|(_, answer)| answer)
    }

    fn files(&self, places: Vec<Place>) -> impl Iterator<Item = (Place, &LightsparkFile)> {
        let places = places.into_iter();
        places.filter_map(|place| match self.answer(place) {
            Some(LightsparkAnswer::File(file)) => Some((place, file)),
            Some(
                LightsparkAnswer::NoConnection
                | LightsparkAnswer::Unusable
                | LightsparkAnswer::Void,
            )
            | None => None,
        })
    }

    fn meta(&self) -> Option<Meta> {
        match self.answer(Place::Master) {
            Some(LightsparkAnswer::File(file)) => Some(file.meta),
            Some(
                LightsparkAnswer::NoConnection
                | LightsparkAnswer::Unusable
                | LightsparkAnswer::Void,
            )
            | None => None,
        }
    }
}
