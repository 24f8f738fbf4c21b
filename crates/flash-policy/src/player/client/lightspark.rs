//! Lightspark, with its faults: the order of its questions, and how it judges.
//!
//! Read in its source (`src/backends/security.cpp`, `src/scripting/flash/net/Socket.cpp`). It asks the master, and where
//! there is no connection takes an empty policy for its answer; where the answer is unusable it asks the destination
//! port alone. Otherwise come what the movie loaded, and the destination port where the meta-policy is `all`. It waits
//! 3 seconds for a connection and without end for an answer. No port rule: a policy from anywhere grants any port.

use alloc::vec::Vec;

use super::lightspark_file::{self, File, Meta};
use super::{Grounds, Heard, Move, Nearest, Patience};
use crate::Host;
use crate::decide::{Location, PATIENCE, Place, Reason, Sandbox};
use crate::player::Learnt;
use crate::player::config::Config;

/// The size of its reads; it stops after the first that brings less.
pub(super) const READ: usize = 4096;

#[derive(Clone, Debug)]
pub(crate) struct Lightspark {
    config: Config,
    answers: Vec<(Place, Answer)>,
}

#[derive(Clone, Debug)]
enum Answer {
    NoConnection,
    Unusable,
    File(File),
}

impl Lightspark {
    pub(super) fn new(config: &Config) -> Self {
        Self {
            config: config.clone(),
            answers: Vec::new(),
        }
    }

    pub(super) fn next(&self) -> Move {
        if let Some(unasked) = self.unasked() {
            return unasked;
        }
        let mut nearest = Nearest::default();
        for place in self.places() {
            match self.answer(place) {
                None => {
                    return Move::Ask {
                        place,
                        patience: Patience::Connect(PATIENCE),
                    };
                }
                Some(Answer::NoConnection | Answer::Unusable) => {}
                Some(Answer::File(file)) => {
                    match file.grants(&self.config.sandbox, self.config.port) {
                        Ok(rule) => return Move::Connect(Grounds::granted(place, Some(rule))),
                        Err((reason, rule)) => nearest.refused(reason, place, rule),
                    }
                }
            }
        }
        if let Some(reason) = self.meta().and_then(Meta::refusal) {
            nearest.refused(reason, Place::Master, None);
        }
        Move::Refuse(nearest.into())
    }

    pub(super) fn learn(&mut self, place: Place, heard: Heard<'_>) -> Learnt {
        let (answer, learnt) = match heard {
            Heard::NoConnection => (Answer::NoConnection, Learnt::Nothing),
            Heard::Silence => (Answer::Unusable, Learnt::Nothing),
            Heard::TooMuch => (Answer::Unusable, Learnt::Unusable),
            Heard::Document(document) => match lightspark_file::read(document, place) {
                Some(file) => (Answer::File(file), Learnt::Policy),
                None => (Answer::Unusable, Learnt::Unusable),
            },
        };
        self.answers.push((place, answer));
        learnt
    }

    /// What it decides without any question.
    fn unasked(&self) -> Option<Move> {
        let here = match &self.config.target {
            Host::Name(name) => **name == *"localhost",
            Host::Address(address) => *address == core::net::Ipv4Addr::LOCALHOST,
        };
        match self.config.sandbox {
            Sandbox::Application => Some(Move::Connect(Grounds::NONE_NEEDED)),
            Sandbox::LocalTrusted if here => Some(Move::Connect(Grounds::NONE_NEEDED)),
            Sandbox::LocalWithFile => Some(Move::Refuse(Grounds::refused(Reason::Sandbox))),
            // A host with a colon in it is an invalid one.
            _ if self.config.client.refuses(&self.config.target) => {
                Some(Move::Refuse(Grounds::refused(Reason::NoPolicy)))
            }
            Sandbox::Remote(_) | Sandbox::LocalWithNetwork | Sandbox::LocalTrusted => None,
        }
    }

    /// The places that count, as far as the master's answer is known.
    fn places(&self) -> Vec<Place> {
        let mut places = Vec::from([Place::Master]);
        let meta = match self.answer(Place::Master) {
            None => return places,
            Some(Answer::Unusable) => return Vec::from([Place::Destination]),
            Some(Answer::NoConnection) => Meta::All,
            Some(Answer::File(file)) => file.meta,
        };
        match meta {
            Meta::None => places.clear(),
            Meta::MasterOnly => {}
            Meta::Loaded => places.extend(self.loaded()),
            Meta::All => {
                places.extend(self.loaded());
                places.push(Place::Destination);
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

    fn answer(&self, place: Place) -> Option<&Answer> {
        let mut answers = self.answers.iter();
        answers
            .find(|(known, _)| *known == place)
            .map(|(_, answer)| answer)
    }

    fn meta(&self) -> Option<Meta> {
        match self.answer(Place::Master) {
            Some(Answer::File(file)) => Some(file.meta),
            Some(Answer::NoConnection | Answer::Unusable) | None => None,
        }
    }
}
