//! Finds the assumptions that an outcome depends on, once it is known.
//!
//! Nothing here changes an outcome. If it is unclear whether the other choice would change the verdict, the choice is
//! listed.

use alloc::vec::Vec;
use core::time::Duration;

use crate::blocked_ports;
use crate::decide::{self, Location, MetaPolicyHeader, Place, Sandbox};
use crate::document::{self, Document};
use crate::player::{
    Choice, Client, Config, ConnectionEnd, DOUBTFUL_POLICY_PORTS, Learnt, Outcome, Protocol,
    Purpose, Reason, SocketClass, Step, Transport, Verdict,
};
use crate::{Host, PlayerVersion, Profile, SiteControl, parse};

/// The choices that could change the verdict.
pub(super) fn rests_on(config: &Config, steps: &[Step], outcome: &Outcome) -> Vec<Choice> {
    let case = Attempted {
        config,
        steps,
        outcome,
    };
    let matters = |choice: &Choice| match config.client {
        Client::Flash => *choice != Choice::SilverlightReading,
        Client::Silverlight => OF_SILVERLIGHT.contains(choice),
        Client::Lightspark | Client::Unity | Client::Ruffle => false,
    };
    let choices = Choice::ALL.iter().copied().filter(matters);
    choices.filter(|choice| case.rests_on(*choice)).collect()
}

const OF_SILVERLIGHT: [Choice; 3] = [
    Choice::SilverlightReading,
    Choice::HttpRedirect,
    Choice::ContentType,
];

/// The limit of Adobe's sample server.
const LARGE: usize = 10_000;

/// A connect that needed a second SYN, which is sent after one second (RFC 6298).
const SLOW_CONNECT: Duration = Duration::from_secs(1);

const PHASE_1: core::ops::Range<PlayerVersion> =
    PlayerVersion::MASTER_POLICY..PlayerVersion::STRICT;

struct Attempted<'a> {
    config: &'a Config,
    steps: &'a [Step],
    outcome: &'a Outcome,
}

impl Attempted<'_> {
    fn rests_on(&self, choice: Choice) -> bool {
        match choice {
            Choice::UnusableMaster => self.unusable_master(),
            Choice::Encoding => self.encoding(),
            Choice::Size => self.size(),
            Choice::LimitStart => self.limit_start(),
            Choice::DestinationLimit => self.destination_limit(),
            Choice::LoadedReplacesDestination => self.loaded_replaces_destination(),
            // This affects when a refusal is reported, but never the verdict.
            Choice::LateRefusal => false,
            Choice::OwnHost => self.own_host(),
            Choice::HttpPolicy => self.http_policy(),
            Choice::LocalTrusted => self.config.sandbox == Sandbox::LocalTrusted,
            Choice::LocalWithNetwork => self.local_with_network(),
            Choice::PolicyPort => self.policy_port(),
            Choice::BlockedPort => self.blocked_port(),
            Choice::SecureInClear => self.secure_in_clear(),
            Choice::Ipv6 => self.ipv6(),
            Choice::MetaPolicyValue => self.meta_policy_value(),
            Choice::HalfAnswer => self.half_answer(),
            Choice::AskedAgain => self.asked_again(),
            Choice::Timeout => self.timeout(),
            Choice::HttpRedirect => self.http_redirect(),
            Choice::ContentType => self.content_type(),
            Choice::HttpMetaPolicy => self.http_meta_policy(),
            Choice::SilverlightReading => self.silverlight_reading(),
        }
    }

    fn denied(&self) -> bool {
        self.outcome.verdict == Verdict::Denied
    }

    fn granted_by(&self, test: impl Fn(Place) -> bool) -> bool {
        !self.denied() && self.outcome.decided_by.is_some_and(|by| test(by.place))
    }

    fn any_step(&self, test: impl Fn(&Step, Place) -> bool) -> bool {
        self.steps.iter().any(|step| match step.fetch.purpose {
            Purpose::Policy(place) => test(step, place),
            Purpose::Target => false,
        })
    }

    fn unusable_master(&self) -> bool {
        !self.denied()
            && self.any_step(|step, place| {
                place == Place::Master && step.learnt == Some(Learnt::Unusable)
            })
    }

    /// Whether the deciding policy, or the master policy, has such an encoding.
    fn encoding(&self) -> bool {
        let odd = |document: &[u8]| {
            let text = document.trim_ascii_start();
            document.starts_with(b"\xEF\xBB\xBF")
                || (text.starts_with(b"<?xml") && text.len() < document.len())
        };
        self.any_step(|step, place| self.decides(step, place) && odd(&step.document))
    }

    fn size(&self) -> bool {
        self.any_step(|step, place| {
            let large = step.document.len() > LARGE;
            let given_up = matches!(step.end, Some((ConnectionEnd::TooLarge, _)));
            large && (self.decides(step, place) || (given_up && self.denied()))
        })
    }

    fn decides(&self, step: &Step, place: Place) -> bool {
        let decides = self.outcome.decided_by.is_some_and(|by| by.place == place);
        step.learnt == Some(Learnt::Policy) && (decides || place == Place::Master)
    }

    fn limit_start(&self) -> bool {
        self.denied()
            && self.any_step(|step, place| {
                let implicit = matches!(place, Place::Master | Place::Destination);
                let slow = |at: super::Moment| at.since(step.started) >= SLOW_CONNECT;
                implicit && timed_out(step) && step.connected.is_some_and(slow)
            })
    }

    fn destination_limit(&self) -> bool {
        self.denied()
            && self.any_step(|step, place| {
                place == Place::Destination && timed_out(step) && step.connected.is_some()
            })
    }

    fn loaded_replaces_destination(&self) -> bool {
        let loaded = |_: &Step, place| matches!(place, Place::Loaded(_));
        self.granted_by(|place| place == Place::Destination) && self.any_step(loaded)
    }

    fn own_host(&self) -> bool {
        PHASE_1.contains(&self.config.version)
            && matches!(self.config.sandbox, Sandbox::Remote(_))
            && !self.denied()
            && self.outcome.decided_by.is_none()
    }

    fn http_policy(&self) -> bool {
        PHASE_1.contains(&self.config.version)
            && self.granted_by(|place| matches!(self.loaded(place), Some(Location::Http { .. })))
    }

    fn loaded(&self, place: Place) -> Option<&Location> {
        match place {
            Place::Loaded(index) => self.config.loaded.get(index),
            Place::Master | Place::Destination | Place::SiteRoot => None,
        }
    }

    fn local_with_network(&self) -> bool {
        self.config.sandbox == Sandbox::LocalWithNetwork
            && self.outcome.reason == Reason::Refused(decide::RefusalReason::NoRuleMatches)
    }

    fn policy_port(&self) -> bool {
        self.config.version.major() < 10
            && self.granted_by(|place| {
                let port = match (place, self.loaded(place)) {
                    (_, Some(Location::Socket { port, .. })) => port.get(),
                    (Place::Destination, _) => self.config.port.get(),
                    _ => 0,
                };
                DOUBTFUL_POLICY_PORTS.contains(&port)
            })
    }

    fn blocked_port(&self) -> bool {
        self.config.version >= blocked_ports::SINCE
            && self.config.sandbox != Sandbox::Application
            && !self.denied()
            && blocked_ports::is_blocked(self.config.port)
    }

    fn secure_in_clear(&self) -> bool {
        self.config.socket == SocketClass::Secure
            && self.denied()
            && self.any_step(|step, _| {
                step.fetch.transport == Transport::Tls
                    && matches!(step.end, Some((ConnectionEnd::TlsFailed, _)))
            })
    }

    /// A rule for an IPv6 address grants the connection, or no rule matches a movie from one.
    fn ipv6(&self) -> bool {
        let Sandbox::Remote(origin) = &self.config.sandbox else {
            return false;
        };
        let from_v6 = matches!(origin.host, Host::Address(address) if address.is_ipv6());
        let no_rule = self.outcome.reason == Reason::Refused(decide::RefusalReason::NoRuleMatches);
        from_v6 && (no_rule || self.any_step(|step, place| self.grants_by_name(step, place)))
    }

    fn grants_by_name(&self, step: &Step, place: Place) -> bool {
        let rule = self.outcome.decided_by.filter(|by| by.place == place);
        let rule = rule.and_then(|by| by.rule).filter(|_| !self.denied());
        let Some(rule) = rule else { return false };
        let policy = parse(&step.document, Profile::Socket).policy;
        policy.is_some_and(|policy| {
            let rule = policy.rules.get(rule.index);
            rule.is_some_and(|rule| !rule.domain.is_any())
        })
    }

    fn meta_policy_value(&self) -> bool {
        let by_meta_policy = matches!(
            self.outcome.reason,
            Reason::Refused(
                decide::RefusalReason::MetaPolicyMasterOnly | decide::RefusalReason::MetaPolicyNone
            )
        );
        by_meta_policy
            && self.any_step(|step, place| {
                place == Place::Master && has_odd_site_control(&step.document)
            })
    }

    fn half_answer(&self) -> bool {
        self.denied()
            && self.any_step(|step, _| {
                matches!(step.end, Some((ConnectionEnd::Reset, _))) && !step.document.is_empty()
            })
    }

    /// The destination would have been asked next, but its port had already been asked for another place. If the time
    /// ran out before, asking again could not change that.
    fn asked_again(&self) -> bool {
        let asked = |wanted| self.any_step(move |_, place| place == wanted);
        let before = self.any_step(|step, place| {
            let same = step.fetch.port == self.config.port
                && step.fetch.host == self.config.target
                && matches!(step.fetch.protocol, Protocol::Policy(_));
            same && place != Place::Destination && step.learnt != Some(Learnt::Policy)
        });
        let in_time = self.outcome.reason != Reason::Timeout;
        let asks = self.config.version.era().asks_destination();
        self.denied() && in_time && asks && before && !asked(Place::Destination)
    }

    fn timeout(&self) -> bool {
        self.outcome.reason == Reason::Timeout && self.config.version.major() < 10
    }

    /// A redirect led to the policy that grants the connection, or no policy came from where it led.
    fn http_redirect(&self) -> bool {
        let redirected = |step: &Step| {
            let response = step.response.as_ref();
            response.is_some_and(|response| response.redirects > 0)
        };
        self.any_step(|step, place| {
            redirected(step) && (self.denied() || self.granted_by(|granting| granting == place))
        })
    }

    fn content_type(&self) -> bool {
        let is_refused = |step: &Step| matches!(step.end, Some((ConnectionEnd::ContentType, _)));
        self.denied() && self.any_step(|step, _| is_refused(step))
    }

    /// A response had a header that could forbid its policy: in a version that may not know it, with a value whose
    /// meaning is assumed, or on a response that may not count.
    fn http_meta_policy(&self) -> bool {
        let is_old = self.config.version < PlayerVersion::MASTER_POLICY;
        self.any_step(|step, place| {
            let response = step.response.as_ref();
            let header = response.and_then(|response| response.meta_policy.as_deref());
            let (Some(header), Protocol::Http { path }) = (header, &step.fetch.protocol) else {
                return false;
            };
            let is_granting = self.granted_by(|granting| granting == place);
            let read = MetaPolicyHeader::read(header);
            if is_old {
                return is_granting && !read.allows(path);
            }
            let is_of_site = **path == *decide::SITE_ROOT || read.site != SiteControl::MasterOnly;
            let has_file = step.learnt == Some(Learnt::Policy);
            let is_clear = is_of_site && has_file && !decide::has_odd_value(header);
            (is_granting || self.denied()) && read.restricts() && !is_clear
        })
    }

    fn silverlight_reading(&self) -> bool {
        let is_over_sockets = |step: &Step| matches!(step.fetch.protocol, Protocol::Policy(_));
        self.denied()
            && self
                .any_step(|step, _| is_over_sockets(step) && step.learnt == Some(Learnt::Unusable))
    }
}

fn timed_out(step: &Step) -> bool {
    matches!(step.end, Some((ConnectionEnd::TimedOut, _)))
}

fn has_odd_site_control(document: &[u8]) -> bool {
    let document = document::read(document).0;
    let elements = document.as_ref().map_or(&[][..], Document::elements);
    let mut controls = elements
        .iter()
        .filter(|element| element.name == "site-control");
    controls.any(|control| {
        let mut values = control.attributes.iter();
        values.any(|value| !matches!(value.value.as_str(), "all" | "master-only" | "none"))
    })
}
