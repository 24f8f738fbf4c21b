//! Silverlight: port 943, 22 bytes without a NUL, or `/clientaccesspolicy.xml` over HTTP; ports 4502 to 4534.
//!
//! Sources: Microsoft, "Network security access restrictions in Silverlight" and "`SocketClientAccessPolicyProtocol`
//! enumeration"; `CrossDomainPolicyManager.cs` in Mono, which Moonlight uses. Where Microsoft's documentation is silent,
//! this follows Moonlight.
//!
//! From Silverlight 4 on, an application chooses between the two, and WCF's `net.tcp` always takes HTTP (Microsoft's
//! team of web services for Silverlight, "Policy file for `NetTcp`"). If the one has no policy, Silverlight does not ask
//! the other (Microsoft's network team, "Silverlight 4 socket policy changes", quoted in Mono's source). Nor does it ask
//! for `/crossdomain.xml`, which counts for HTTP requests only: Mono's socket policies are of Silverlight's format only.

use core::time::Duration;

use super::exchange::{AnswerTimeout, Exchanged, Grounds, Move, Nearest};
use crate::decide::{Location, Place, RefusalReason, Sandbox};
use crate::player::Learnt;
use crate::player::config::Config;
use crate::silverlight::{self, AccessPolicy};
use crate::write::SILVERLIGHT_PORTS;
use crate::{Host, Movie, Port, Scheme};

/// The size of Moonlight's reads. It stops after the first one that returns less.
pub(super) const READ: usize = 256;

/// Moonlight's limit for the complete answer. Microsoft's is not known.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Clone, Debug)]
pub(crate) struct Silverlight {
    config: Config,
    answer: Option<SilverlightAnswer>,
}

#[derive(Clone, Debug)]
enum SilverlightAnswer {
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
        let (low, high) = SILVERLIGHT_PORTS;
        let application = match &self.config.sandbox {
            // An out-of-browser application with elevated trust.
            Sandbox::Application => return Move::Connect(Grounds::NONE_NEEDED),
            Sandbox::Remote(origin) => Movie::Remote(origin.clone()),
            Sandbox::LocalWithNetwork | Sandbox::LocalWithFile | Sandbox::LocalTrusted => {
                Movie::Hostless
            }
        };
        if !(low..=high).contains(&self.config.port.get()) {
            return Move::Refuse(Grounds::refused(RefusalReason::PortAuthority));
        }
        let (place, patience) = self.source();
        let mut nearest = Nearest::default();
        match &self.answer {
            None => return Move::Ask { place, patience },
            Some(SilverlightAnswer::None) => {}
            Some(SilverlightAnswer::Policy(policy))
                if policy.connects(&application, self.config.port).is_ok() =>
            {
                // Its `<policy>` elements are not single rules.
                return Move::Connect(Grounds::granted(place, None));
            }
            Some(SilverlightAnswer::Policy(_)) => {
                nearest.refused(RefusalReason::NoRuleMatches, place, None);
            }
        }
        Move::Refuse(nearest.into())
    }

    /// Where the policy comes from. How long Silverlight waits for it over HTTP is not known.
    fn source(&self) -> (Place, AnswerTimeout) {
        let mut loaded = self.config.loaded.iter();
        let over_http = loaded.position(|location| is_of_site(location, &self.config.target));
        over_http.map_or((Place::Master, AnswerTimeout::Answer(PATIENCE)), |index| {
            (Place::Loaded(index), AnswerTimeout::Unlimited)
        })
    }

    pub(super) fn learn(&mut self, heard: Exchanged<'_>) -> Learnt {
        let (answer, learnt) = match heard {
            Exchanged::NoConnection | Exchanged::Silence | Exchanged::Broken(_) => {
                (SilverlightAnswer::None, Learnt::Nothing)
            }
            Exchanged::TooMuch => (SilverlightAnswer::None, Learnt::Unusable),
            Exchanged::Document(document) => match silverlight::parse(document).policy {
                Some(policy) => (SilverlightAnswer::Policy(policy), Learnt::Policy),
                None => (SilverlightAnswer::None, Learnt::Unusable),
            },
        };
        self.answer = Some(answer);
        learnt
    }
}

/// Whether this is the file that Silverlight asks for over HTTP: always on port 80, without TLS.
fn is_of_site(location: &Location, target: &Host) -> bool {
    match location {
        Location::Socket { .. } => false,
        Location::Http {
            scheme,
            host,
            port,
            path,
        } => {
            (*scheme, *port, &**path) == (Scheme::Http, Port::HTTP, ACCESS_POLICY) && host == target
        }
    }
}

const ACCESS_POLICY: &str = "/clientaccesspolicy.xml";
