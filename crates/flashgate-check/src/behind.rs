//! Finds out whether a server is behind a port that accepts connections. Gates, Docker's proxy and load balancers also
//! accept for a server that is down, and the movie then gets `connect` and `close`.
//!
//! One connection that ended early is not enough for a verdict, because the server may have had a reason.

mod reactions;

use std::time::Duration;

use flash_policy::REQUEST;
use flash_policy::decide::{Place, Sandbox};
use flash_policy::player::{Learnt, Outcome, Purpose, Reason, Step, Verdict};
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use super::answer::{HandshakeAnswer, HttpStatus, KEY, read as read_answer};
use super::converse::{Call, OwnedEvent, Speech, converse, fixed};
use super::drive::READ_ON;
use super::http;
use super::setting::Setting;
use super::trace::{Seen, Trace};
use reactions::{ReactionOutcome, SOON, UNFINISHED};

/// What is known about the server behind the movie's port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Behind {
    /// No sign of a missing server, or no connection.
    Unremarkable,
    /// Some connections were closed immediately, others were not.
    ClosesAtTimes,
    /// Every connection is closed immediately, without a byte. Has the number of attempts.
    ClosesAtOnce(usize),
    /// flashgate reports that it can't reach its server. Has its message.
    GateRefuses(String),
    /// flashgate reports that its server does not answer. Has its message.
    GateWaits(String),
    /// Connections are closed without a byte after this time, as by a gate whose server does not answer.
    ClosesLate(Duration),
    /// It can't be found out from outside.
    NotKnown(NotKnown),
}

/// Why it is not known whether there is a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotKnown {
    /// Nothing happens, whatever a client does. Assumed: there is no server.
    NoReaction,
    /// Silent clients are kept, others are closed immediately. Assumed: there is a server.
    ClosesUnknown,
}

impl Behind {
    /// Whether there is no server, or one that does not answer.
    pub(crate) const fn is_nobody(&self) -> bool {
        match self {
            Self::Unremarkable | Self::ClosesAtTimes | Self::NotKnown(_) => false,
            Self::ClosesAtOnce(_)
            | Self::GateRefuses(_)
            | Self::GateWaits(_)
            | Self::ClosesLate(_) => true,
        }
    }

    /// Why it is not known, if so.
    pub(crate) const fn not_known(&self) -> Option<NotKnown> {
        match self {
            Self::NotKnown(why) => Some(*why),
            Self::Unremarkable
            | Self::ClosesAtTimes
            | Self::ClosesAtOnce(_)
            | Self::GateRefuses(_)
            | Self::GateWaits(_)
            | Self::ClosesLate(_) => None,
        }
    }

    /// Corrects the outcome: a connection without a server behind it does not count.
    pub(super) const fn settle(&self, outcome: &mut Outcome) {
        let reason = match self {
            Self::Unremarkable | Self::ClosesAtTimes | Self::NotKnown(NotKnown::ClosesUnknown) => {
                return;
            }
            Self::ClosesAtOnce(_) | Self::GateRefuses(_) => Reason::TargetRefused,
            Self::GateWaits(_) | Self::ClosesLate(_) | Self::NotKnown(NotKnown::NoReaction) => {
                Reason::TargetTimeout
            }
        };
        outcome.verdict = Verdict::Unreachable;
        outcome.reason = reason;
    }
}

/// The answer of the movie's port to a WebSocket handshake, if it was asked.
#[derive(Debug, Default)]
pub(super) struct Doorway {
    asked: Option<Trace>,
    is_gate: bool,
}

/// Asks a gate for a WebSocket. A gate accepts only after it has reached its server. A port that does not answer
/// policy requests is not a gate, and is not asked.
pub(super) async fn knock(setting: Setting<'_>, steps: &[Step]) -> Doorway {
    let Some(target) = connected(steps) else {
        return Doorway::default();
    };
    if !answers_policy(setting, target, steps).await {
        return Doorway::default();
    }
    Doorway {
        asked: Some(upgrade(setting, target).await),
        is_gate: true,
    }
}

/// The movie's own connection, if it was established.
fn connected(steps: &[Step]) -> Option<&Step> {
    let mut steps = steps.iter();
    steps.find(|step| step.fetch.purpose == Purpose::Target && step.connected.is_some())
}

async fn answers_policy(setting: Setting<'_>, target: &Step, steps: &[Step]) -> bool {
    let port = target.fetch.port;
    let mut asked = steps.iter().filter(|step| {
        matches!(step.fetch.purpose, Purpose::Policy(place) if place != Place::SiteRoot)
            && step.fetch.port == port
    });
    if let Some(step) = asked.next() {
        return step.learnt == Some(Learnt::Policy);
    }
    let call = setting.call(target, Speech::Bytes(REQUEST));
    let trace = until_bytes(setting, call, READ_ON).await;
    trace.document().starts_with(b"<") && trace.has_nul() && names_a_policy(trace.document())
}

fn names_a_policy(document: &[u8]) -> bool {
    const ROOT: &[u8] = b"<cross-domain-policy";
    document.windows(ROOT.len()).any(|window| window == ROOT)
}

/// How long to wait for the answer to a handshake before a plain request shows whether flashgate is there.
const PROMPT: Duration = Duration::from_millis(500);

async fn upgrade(setting: Setting<'_>, target: &Step) -> Trace {
    let (later, limit) = watch::channel(setting.clock.end());
    let asked = setting.call(target, Speech::Text(handshake(setting, target)));
    let cut = watch::Sender::clone(&later);
    let tell = |said: OwnedEvent| {
        if matches!(said, OwnedEvent::Received(_)) {
            cut.send_modify(|limit| *limit = (*limit).min(Instant::now() + AFTER_ANSWER));
        }
    };
    let conversation = converse(&asked, setting.clock, limit, tell);
    let patience = async {
        sleep(PROMPT).await;
        // flashgate answers a plain request immediately, but needs `backend-connect` to find that its server is down.
        if !is_flashgate(setting, target).await {
            later.send_modify(|limit| *limit = (*limit).min(Instant::now()));
        }
        std::future::pending::<Trace>().await
    };
    tokio::select! {
        trace = conversation => trace,
        trace = patience => trace,
    }
}

/// How long to listen after the answer. The rest of it, or the end, follows immediately.
const AFTER_ANSWER: Duration = Duration::from_millis(100);

async fn is_flashgate(setting: Setting<'_>, target: &Step) -> bool {
    let request = http::request(&target.fetch.host.to_string(), "/");
    let call = setting.call(target, Speech::Text(request));
    let trace = until_bytes(setting, call, PROMPT).await;
    matches!(status(&trace), Some(status) if status.is_flashgates())
}

/// The handshake, with the movie's origin, which the policy has just allowed.
fn handshake(setting: Setting<'_>, target: &Step) -> String {
    let origin = if let Sandbox::Remote(origin) = &setting.config.sandbox {
        format!("Origin: {}://{}\r\n", origin.scheme.as_str(), origin.host)
    } else {
        String::new()
    };
    let (host, port) = (&target.fetch.host, target.fetch.port);
    format!(
        "GET / HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n{origin}\
         User-Agent: flashgate-check\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {KEY}\r\n\r\n"
    )
}

/// How often the movie's own connection is repeated after the server closed it immediately.
const AGAIN: usize = 2;

/// Combines what is known about the server behind the port.
pub(super) async fn look(setting: Setting<'_>, seen: &[Seen], doorway: Doorway) -> Behind {
    let mut targets = seen
        .iter()
        .filter(|seen| seen.step.fetch.purpose == Purpose::Target);
    let Some(target) = targets.next().filter(|seen| seen.step.connected.is_some()) else {
        return Behind::Unremarkable;
    };
    let closes = target.trace.ends_mute();
    let asked = match doorway.asked {
        None if closes => Some(upgrade(setting, &target.step).await),
        asked => asked,
    };
    if let Some(said) = asked.as_ref().and_then(status).and_then(said_by_gate) {
        return said;
    }
    if doorway.is_gate && target.trace.bytes.is_empty() && !asked.as_ref().is_some_and(stays_open) {
        return by_reactions(setting, target).await;
    }
    if !closes {
        return Behind::Unremarkable;
    }
    let again = again(setting, &target.step, b"").await;
    let all = || again.iter().chain([&target.trace]);
    // A port that answers a request, or that closes only clients that stay silent for a while, is a server.
    let is_mute = asked.is_none_or(|trace| trace.ends_mute() || opens_and_ends(&trace));
    let is_soon = all().all(|trace| trace.time_to_end() <= SOON);
    if all().all(Trace::ends_mute) && is_mute && is_soon {
        Behind::ClosesAtOnce(all().count())
    } else {
        Behind::ClosesAtTimes
    }
}

/// What flashgate reports about its server, if it can't reach it.
fn said_by_gate(status: HttpStatus) -> Option<Behind> {
    let code = status.is_flashgates().then_some(status.code)?;
    let said = status.said.unwrap_or_default();
    match code {
        502 => Some(Behind::GateRefuses(said)),
        504 => Some(Behind::GateWaits(said)),
        _ => None,
    }
}

/// Decides about a gate that did not accept a WebSocket, or a server that answers policy requests itself.
async fn by_reactions(setting: Setting<'_>, target: &Seen) -> Behind {
    match reactions::find(setting, &target.step).await {
        ReactionOutcome::Nobody(after) if after > READ_ON => Behind::ClosesLate(after),
        ReactionOutcome::Nobody(_) => {
            let again = again(setting, &target.step, UNFINISHED).await;
            if again.iter().all(Trace::ends_mute) {
                Behind::ClosesAtOnce(again.len() + 1)
            } else {
                Behind::ClosesAtTimes
            }
        }
        ReactionOutcome::Server if target.trace.ends_mute() => Behind::ClosesAtTimes,
        ReactionOutcome::Server => Behind::Unremarkable,
        ReactionOutcome::NoReaction => Behind::NotKnown(NotKnown::NoReaction),
        ReactionOutcome::ClosesUnknown => Behind::NotKnown(NotKnown::ClosesUnknown),
    }
}

async fn again(setting: Setting<'_>, target: &Step, bytes: &'static [u8]) -> Vec<Trace> {
    let mut traces = Vec::new();
    for _ in 0..AGAIN {
        let call = setting.call(target, Speech::Bytes(bytes));
        let limit = fixed(setting.clock.within(READ_ON));
        traces.push(converse(&call, setting.clock, limit, |_| ()).await);
    }
    traces
}

/// Whether a WebSocket was accepted and stayed open: the gate reached a server.
fn stays_open(trace: &Trace) -> bool {
    matches!(
        read_answer(&trace.bytes),
        Ok(Some((HandshakeAnswer::Open { .. }, _)))
    ) && !opens_and_ends(trace)
}

/// Whether a WebSocket was accepted and closed immediately: the gate reached a forwarder whose server is down.
fn opens_and_ends(trace: &Trace) -> bool {
    let Ok(Some((HandshakeAnswer::Open { .. }, head))) = read_answer(&trace.bytes) else {
        return false;
    };
    let is_close_frame = |first: &u8| first & 0x0f == 0x8;
    trace.end.is_some() || trace.bytes.get(head).is_some_and(is_close_frame)
}

fn status(trace: &Trace) -> Option<HttpStatus> {
    match read_answer(&trace.bytes) {
        Ok(Some((HandshakeAnswer::Status(status), _))) => Some(status),
        Ok(_) | Err(_) => None,
    }
}

/// Makes a connection that ends soon after the first bytes.
async fn until_bytes(setting: Setting<'_>, call: Call, limit: Duration) -> Trace {
    let (sooner, limit) = watch::channel(setting.clock.within(limit));
    let tell = |said: OwnedEvent| {
        if matches!(said, OwnedEvent::Received(_)) {
            sooner.send_modify(|limit| *limit = (*limit).min(Instant::now() + AFTER_ANSWER));
        }
    };
    converse(&call, setting.clock, limit, tell).await
}
