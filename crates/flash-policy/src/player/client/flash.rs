//! Flash Player and AIR: every question goes to [`decide`](fn@decide), which alone knows the rules.

use alloc::vec::Vec;

use crate::decide::{Answer, Decision, Known, Location, Place, Request, decide};
use crate::player::Learnt;
use crate::player::client::{Grounds, Heard, Move, Patience};
use crate::player::config::Config;
use crate::{Port, Profile, parse};

#[derive(Clone, Debug)]
pub(crate) struct Flash {
    request: Request,
    known: Known,
}

impl Flash {
    pub(super) fn new(config: &Config) -> Self {
        let master = config.master();
        let request = Request {
            player: config.version,
            sandbox: config.sandbox.clone(),
            target: config.target.clone(),
            port: config.port,
            loaded: config
                .loaded
                .iter()
                .map(|location| by_rule(location, master))
                .collect::<Vec<_>>(),
        };
        Self {
            request,
            known: Known::default(),
        }
    }

    pub(super) fn next(&self) -> Move {
        match decide(&self.request, &self.known) {
            Decision::Ask(ask) => Move::Ask {
                place: ask.place,
                patience: ask.limit.map_or(Patience::Unlimited, Patience::Answer),
            },
            Decision::Allowed(allowed) => Move::Connect(Grounds::from(allowed)),
            Decision::Denied(denied) => Move::Refuse(Grounds::from(denied)),
        }
    }

    pub(super) fn learn(&mut self, place: Place, heard: Heard<'_>) -> Learnt {
        let (answer, learnt) = match heard {
            Heard::NoConnection | Heard::Silence => (Answer::Absent, Learnt::Nothing),
            Heard::TooMuch => (Answer::Unusable, Learnt::Unusable),
            Heard::Document(document) => match parse(document, self.profile(place)).policy {
                Some(policy) => (Answer::Policy(policy), Learnt::Policy),
                None => (Answer::Unusable, Learnt::Unusable),
            },
        };
        self.known.learn(place, answer);
        learnt
    }

    fn profile(&self, place: Place) -> Profile {
        match place {
            Place::SiteRoot => Profile::Url,
            Place::Loaded(index) => match self.request.loaded.get(index) {
                Some(Location::Http { .. }) => Profile::Url,
                Some(Location::Socket { .. }) | None => Profile::Socket,
            },
            Place::Master | Place::Destination => Profile::Socket,
        }
    }
}

/// The location as the rules see it: a master port for test set-ups is 843 there, and 843 any low port.
fn by_rule(location: &Location, master: Port) -> Location {
    match location {
        Location::Socket { host, port } if *port == master => Location::Socket {
            host: host.clone(),
            port: Port::MASTER,
        },
        Location::Socket { host, port } if *port == Port::MASTER => Location::Socket {
            host: host.clone(),
            port: Port::HTTP,
        },
        Location::Socket { .. } | Location::Http { .. } => location.clone(),
    }
}
