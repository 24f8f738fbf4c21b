//! Silverlight: port 943, 22 bytes without a NUL, ports 4502 to 4534.
//!
//! Sources: Microsoft, "Network security access restrictions in Silverlight"; `CrossDomainPolicyManager.cs` in Mono,
//! which is Moonlight's. Where Microsoft says nothing, what Moonlight does is done here.

use core::time::Duration;

use super::access_policy::{self, AccessPolicy};
use super::exchange::{Grounds, Heard, Move, Nearest, Patience};
use crate::decide::{Place, Reason, Sandbox};
use crate::player::Learnt;
use crate::player::config::Config;
use crate::write::SILVERLIGHT_PORTS;

/// The size of Moonlight's reads; it stops after the first that brings less.
pub(super) const READ: usize = 256;

/// Moonlight's limit for the whole answer. Microsoft's is not known.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Clone, Debug)]
pub(crate) struct Silverlight {
    config: Config,
    answer: Option<Answer>,
}

#[derive(Clone, Debug)]
enum Answer {
    None,
    Policy(AccessPolicy),
}

impl Silverlight {
    pub(super) fn new(config: &Config) -> Self {
        Self {
            config: config.clone(),
            answer: None,
        }
    }

    pub(super) fn next(&self) -> Move {
        let place = Place::Master;
        let (low, high) = SILVERLIGHT_PORTS;
        let origin = match &self.config.sandbox {
            // An application with elevated trust, out of the browser.
            Sandbox::Application => return Move::Connect(Grounds::NONE_NEEDED),
            Sandbox::Remote(origin) => Some(origin),
            Sandbox::LocalWithNetwork | Sandbox::LocalWithFile | Sandbox::LocalTrusted => None,
        };
        if !(low..=high).contains(&self.config.port.get()) {
            return Move::Refuse(Grounds::refused(Reason::PortAuthority));
        }
        let mut nearest = Nearest::default();
        match &self.answer {
            None => {
                return Move::Ask {
                    place,
                    patience: Patience::Answer(PATIENCE),
                };
            }
            Some(Answer::None) => {}
            Some(Answer::Policy(policy)) if policy.grants(origin, self.config.port) => {
                // Its `<policy>` elements are no single rules.
                return Move::Connect(Grounds::granted(place, None));
            }
            Some(Answer::Policy(_)) => nearest.refused(Reason::NoRuleMatches, place, None),
        }
        Move::Refuse(nearest.into())
    }

    pub(super) fn learn(&mut self, heard: Heard<'_>) -> Learnt {
        let (answer, learnt) = match heard {
            Heard::NoConnection | Heard::Silence | Heard::Broken(_) => {
                (Answer::None, Learnt::Nothing)
            }
            Heard::TooMuch => (Answer::None, Learnt::Unusable),
            Heard::Document(document) => match access_policy::read(document) {
                Some(policy) => (Answer::Policy(policy), Learnt::Policy),
                None => (Answer::None, Learnt::Unusable),
            },
        };
        self.answer = Some(answer);
        learnt
    }
}
