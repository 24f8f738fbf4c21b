//! Flash Player and AIR. All decisions come from [`decide`](fn@crate::decide), which has the rules.

use alloc::vec::Vec;

use super::content_type;
use super::exchange::{AnswerTimeout, Exchanged, Grounds, Move};
use crate::decide::{
    Allowed, Decision, Denied, Known, Location, MetaPolicyHeader, Place, PolicyAnswer, Request,
    decide_with_master,
};
use crate::parse::PolicyPlaces;
use crate::player::config::Config;
use crate::player::{DecidedBy, Learnt, Reason, RuleAt};
use crate::{PlayerVersion, Port, Profile, parse};

#[derive(Clone, Debug)]
pub(crate) struct Flash {
    request: Request,
    /// Another port that counts as 843 in test setups.
    master: Port,
    known: Known,
    /// The locations of the rules in the received policies.
    read: Vec<(Place, PolicyPlaces)>,
}

impl Flash {
    pub(super) fn new(config: &Config) -> Self {
        let request = Request {
            player: config.version,
            sandbox: config.sandbox.clone(),
            target: config.target.clone(),
            port: config.port,
            loaded: config.loaded.clone(),
        };
        Self {
            request,
            master: config.master(),
            known: Known::default(),
            read: Vec::new(),
        }
    }

    pub(super) fn next(&self) -> Move {
        match decide_with_master(&self.request, &self.known, self.master) {
            Decision::Ask(ask) => Move::Ask {
                place: ask.place,
                patience: ask
                    .limit
                    .map_or(AnswerTimeout::Unlimited, AnswerTimeout::Answer),
            },
            Decision::Allowed(allowed) => Move::Connect(self.granted(allowed)),
            Decision::Denied(denied) => Move::Refuse(self.refused(denied)),
        }
    }

    pub(super) fn learn(&mut self, place: Place, heard: Exchanged<'_>) -> Learnt {
        let (answer, learnt) = match heard {
            Exchanged::NoConnection | Exchanged::Silence | Exchanged::Broken(_) => {
                (PolicyAnswer::Absent, Learnt::Nothing)
            }
            Exchanged::TooMuch => (PolicyAnswer::Unusable, Learnt::Unusable),
            Exchanged::Document(document) => {
                let parsed = parse(document, self.profile(place));
                self.read.push((place, parsed.places));
                match parsed.policy {
                    Some(policy) => (PolicyAnswer::Policy(policy), Learnt::Policy),
                    None => (PolicyAnswer::Unusable, Learnt::Unusable),
                }
            }
        };
        self.known.learn(place, answer);
        learnt
    }

    pub(super) fn learn_header(&mut self, place: Place, header: &str) {
        self.known
            .learn_header(place, MetaPolicyHeader::read(header));
    }

    /// Before 9.0.115, any content type was accepted: that version introduced the rule, and the log that reports it.
    pub(super) fn accepts(&self, content_type: Option<&str>) -> bool {
        self.request.player < PlayerVersion::MASTER_POLICY
            || content_type::is_for_flash(content_type)
    }

    fn granted(&self, allowed: Allowed) -> Grounds {
        match allowed {
            Allowed::Rule { place, rule } => Grounds::granted(place, self.at(place, rule)),
            Allowed::OwnHost | Allowed::LocalTrusted | Allowed::Application => Grounds::NONE_NEEDED,
        }
    }

    fn refused(&self, denied: Denied) -> Grounds {
        Grounds {
            reason: Reason::Refused(denied.reason),
            decided_by: denied.place.map(|place| DecidedBy {
                place,
                rule: denied.rule.and_then(|rule| self.at(place, rule)),
            }),
        }
    }

    fn at(&self, place: Place, rule: usize) -> Option<RuleAt> {
        // The first answer of a place is kept, as in `Known`.
        let (_, places) = self.read.iter().find(|(known, _)| *known == place)?;
        RuleAt::of(places, rule)
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
