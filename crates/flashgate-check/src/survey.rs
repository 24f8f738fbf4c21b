//! Asks the server what no player asks, once there is a verdict: repeatedly, at its other addresses, and in other
//! protocols.
//!
//! The number and time of requests are bounded, and each address gets one connection at a time, so that a check is not
//! a load.

use std::net::IpAddr;
use std::time::Duration;

use flash_policy::player::{
    ConnectionEnd, Learnt, Outcome, Protocol, Purpose, Reason, Step, Transport,
};
use flash_policy::{REQUEST, decide};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::converse::{Call, OwnedEvent, Speech, converse, fixed};
use super::http;
use super::setting::Setting;
use super::trace::Trace;

mod elsewhere;

pub(super) use elsewhere::{ACCESS_POLICY, CROSSDOMAIN, UnaskedPlaces};

/// How often a policy is fetched, to see whether it arrives every time.
pub(super) const REPEATS: usize = 20;
/// How often it is fetched if no fetch gets a reply. It must find a server that loses every second request.
const REPEATS_IF_MUTE: usize = 5;
/// The time limit of the whole survey.
const LIMIT: Duration = Duration::from_millis(2_500);
/// The time limit of one fetch.
const ONE: Duration = Duration::from_secs(1);
/// How long a connection is observed after the NUL.
const AFTER_NUL: Duration = Duration::from_millis(30);
/// How long a silent client waits for a server that speaks first.
const SILENCE: Duration = Duration::from_millis(250);
/// At most this many addresses are asked.
const MOST_ADDRESSES: usize = 8;

/// Observations in addition to the player's own connections.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// The same request at the host's other addresses.
    pub(super) others: Vec<OtherAddress>,
    /// The same request at the same address, repeated. The key is the index of the first step.
    pub(super) repeats: Vec<(usize, Vec<Trace>)>,
    /// Bytes from policy ports before any request. The key is the index of the step.
    pub(super) greetings: Vec<(usize, Trace)>,
    /// The other protocol that a silent port speaks. The key is the index of the step.
    pub(super) spoken: Vec<(usize, Spoken)>,
    /// The answer of the destination port, if the master policy stops players from asking there.
    pub(super) shadowed: Option<Trace>,
    /// The answers of the places that Silverlight did not ask.
    pub(super) elsewhere: UnaskedPlaces,
}

/// One of the player's requests, sent to another address.
#[derive(Debug)]
pub(super) struct OtherAddress {
    /// The index of the first step.
    pub(super) step: usize,
    pub(super) address: IpAddr,
    pub(super) trace: Trace,
}

/// A protocol other than that of policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spoken {
    Http,
    Tls,
}

/// Makes the survey, within the time limit of the check.
pub(super) async fn survey(setting: Setting<'_>, outcome: &Outcome, steps: &[Step]) -> Survey {
    let around = SurveyContext {
        until: setting.clock.within(LIMIT),
        setting,
        steps,
    };
    let (others, repeats, greetings, spoken, shadowed, elsewhere) = tokio::join!(
        around.others(),
        around.repeats(),
        around.greetings(),
        around.spoken(),
        around.shadowed(outcome),
        elsewhere::ask(setting, outcome, steps, ONE)
    );
    Survey {
        others,
        repeats,
        greetings,
        spoken,
        shadowed,
        elsewhere,
    }
}

struct SurveyContext<'a> {
    setting: Setting<'a>,
    steps: &'a [Step],
    until: Instant,
}

impl SurveyContext<'_> {
    /// The steps that requested a policy over the socket protocol.
    fn asked(&self) -> impl Iterator<Item = (usize, &Step)> {
        let steps = self.steps.iter().enumerate();
        steps.filter(|(_, step)| {
            matches!(step.fetch.purpose, Purpose::Policy(_))
                && matches!(step.fetch.protocol, Protocol::Policy(_))
        })
    }

    async fn others(&self) -> Vec<OtherAddress> {
        let mut others = Vec::new();
        if self.setting.lookup.addresses.len() < 2 {
            return others;
        }
        for (index, step) in self.steps.iter().enumerate() {
            if step.fetch.host != self.setting.lookup.host {
                continue;
            }
            let mut at_once = JoinSet::new();
            for address in self.setting.lookup.addresses.iter().take(MOST_ADDRESSES) {
                let (address, fetch) = (*address, self.fetch(step, &[*address], ONE));
                at_once.spawn(async move { (address, fetch.await) });
            }
            let mut answers = at_once.join_all().await;
            if Instant::now() >= self.until {
                // They were cut off by the end of the survey, and prove nothing.
                break;
            }
            answers.sort_by_key(|(address, _)| self.rank(*address));
            others.extend(answers.into_iter().map(|(address, trace)| OtherAddress {
                step: index,
                address,
                trace,
            }));
        }
        others
    }

    /// The index of an address in the resolver's order.
    fn rank(&self, address: IpAddr) -> Option<usize> {
        let mut addresses = self.setting.lookup.addresses.iter();
        addresses.position(|known| *known == address)
    }

    async fn repeats(&self) -> Vec<(usize, Vec<Trace>)> {
        let mut all = Vec::new();
        // A slow server is not asked repeatedly. A few quick fetches would not show how often a slow answer arrives.
        let quick = |step: &Step| {
            step.end
                .is_some_and(|(_, at)| at.since(step.started) < ONE / 2)
        };
        // A reply that a reset discarded may arrive the next time.
        let lost = |step: &Step| {
            step.first_byte.is_some() && matches!(step.end, Some((ConnectionEnd::Reset, _)))
        };
        let worth = |(_, step): &(usize, &Step)| {
            ((step.learnt == Some(Learnt::Policy) || lost(step)) && quick(step)) || is_mute(step)
        };
        for (index, step) in self.asked().filter(worth) {
            let mut traces = Vec::new();
            while may_continue(step, &traces) && Instant::now() < self.until {
                let trace = self.fetch(step, &self.setting.lookup.addresses, ONE).await;
                // The last fetch may have been cut off by the end of the survey, and prove nothing.
                if Instant::now() < self.until {
                    traces.push(trace);
                }
            }
            all.push((index, traces));
        }
        all
    }

    async fn greetings(&self) -> Vec<(usize, Trace)> {
        let mut all = Vec::new();
        let spoke = |(_, step): &(usize, &Step)| {
            step.first_byte.is_some() && step.fetch.transport == Transport::Tcp
        };
        for (index, step) in self.asked().filter(spoke) {
            let call = self.call(step, &self.setting.lookup.addresses, b"");
            let limit = fixed((Instant::now() + SILENCE).min(self.until));
            all.push((
                index,
                converse(&call, self.setting.clock, limit, |_| ()).await,
            ));
        }
        all
    }

    async fn spoken(&self) -> Vec<(usize, Spoken)> {
        let mut all = Vec::new();
        let mute =
            |(_, step): &(usize, &Step)| is_mute(step) && step.fetch.transport == Transport::Tcp;
        for (index, step) in self.asked().filter(mute) {
            let (http, tls) = tokio::join!(
                self.answer_to(step, HTTP_REQUEST),
                self.answer_to(step, CLIENT_HELLO)
            );
            if http::is_response(&http) {
                all.push((index, Spoken::Http));
            } else if looks_like_tls(&tls) {
                all.push((index, Spoken::Tls));
            }
        }
        all
    }

    async fn answer_to(&self, step: &Step, question: &'static [u8]) -> Vec<u8> {
        let call = self.call(step, &self.setting.lookup.addresses, question);
        let limit = fixed((Instant::now() + ONE).min(self.until));
        converse(&call, self.setting.clock, limit, |_| ())
            .await
            .bytes
    }

    async fn shadowed(&self, outcome: &Outcome) -> Option<Trace> {
        let master = self.steps.first()?;
        let forbidden = matches!(
            outcome.reason,
            Reason::Refused(
                decide::RefusalReason::MetaPolicyMasterOnly | decide::RefusalReason::MetaPolicyNone
            )
        );
        if !forbidden || self.setting.config.port == master.fetch.port {
            return None;
        }
        let mut call = self.call(master, &self.setting.lookup.addresses, REQUEST);
        call.port = self.setting.config.port.get();
        Some(self.until_nul(call, ONE).await)
    }

    /// Repeats the request of a step.
    fn fetch(
        &self,
        step: &Step,
        addresses: &[IpAddr],
        limit: Duration,
    ) -> impl Future<Output = Trace> + Send + use<> {
        let request: &'static [u8] = match step.fetch.protocol {
            Protocol::Policy(request) => request,
            Protocol::Nothing | Protocol::Http { .. } => b"",
        };
        // If nothing is sent, only the connection itself is observed.
        let limit = if request.is_empty() { SILENCE } else { limit };
        self.until_nul(self.call(step, addresses, request), limit)
    }

    /// Makes a connection that ends soon after the NUL.
    fn until_nul(&self, call: Call, limit: Duration) -> impl Future<Output = Trace> + Send + use<> {
        let (clock, end) = (self.setting.clock, self.until);
        async move {
            let (sooner, limit) = watch::channel((Instant::now() + limit).min(end));
            let tell = |said: OwnedEvent| {
                if matches!(said, OwnedEvent::Received(bytes) if bytes.contains(&0)) {
                    sooner.send_modify(|limit| *limit = (*limit).min(Instant::now() + AFTER_NUL));
                }
            };
            converse(&call, clock, limit, tell).await
        }
    }

    fn call(&self, step: &Step, addresses: &[IpAddr], bytes: &'static [u8]) -> Call {
        Call {
            addresses: addresses.to_vec(),
            ..self.setting.call(step, Speech::Bytes(bytes))
        }
    }
}

/// Whether the server accepted the request but sent nothing. The next fetch may get a reply.
fn is_mute(step: &Step) -> bool {
    step.connected.is_some() && step.first_byte.is_none()
}

/// Whether to fetch again. A port that never answers is probably not a policy server, and is left alone soon.
fn may_continue(step: &Step, traces: &[Trace]) -> bool {
    let never_answered = is_mute(step) && traces.iter().all(|trace| trace.bytes.is_empty());
    traces.len()
        < if never_answered {
            REPEATS_IF_MUTE
        } else {
            REPEATS
        }
}

const HTTP_REQUEST: &[u8] = b"GET / HTTP/1.0\r\n\r\n";

/// The smallest TLS 1.2 hello that servers answer, possibly with an alert: one cipher suite, no extensions.
const CLIENT_HELLO: &[u8] = b"\x16\x03\x01\x00\x2d\x01\x00\x00\x29\x03\x03flashgate: is this port for TLS?\x00\x00\x02\xc0\x2f\x01\x00";

/// Whether bytes are a TLS record: a handshake or an alert.
pub(super) fn looks_like_tls(bytes: &[u8]) -> bool {
    matches!(bytes, [0x15 | 0x16, 0x03, 0..=4, ..])
}
