//! No reply, or a late one.

use std::time::Duration;

use flash_policy::decide::{PATIENCE, Place};
use flash_policy::player::{Client, ConnectionEnd, Learnt};

use super::case::{Case, PolicyConnection};
use super::{document_kind, framing};
use crate::findings::FindingId;
use crate::tls::TlsFault;
use crate::trace::{DialOutcome, Ended};

/// A reply that takes longer is slow, because users notice the delay.
const SLOW: Duration = Duration::from_secs(1);

pub(super) fn judge(case: &mut Case<'_>) {
    for asked in case.asked() {
        let step = &asked.seen.step;
        if step.learnt == Some(Learnt::Policy) {
            slow(case, asked);
        } else if asked.answered() {
            late(case, asked);
        } else if framing::loses_first(case, asked) {
            // `framing` reports it: later fetches got a policy.
        } else if step.connected.is_none() && asked.seen.trace.tls.is_none() {
            unreachable(case, asked);
        } else if asked.place != Place::Destination
            && matches!(asked.seen.trace.tls, None | Some(TlsFault::Silence))
            && !speaks_something_else(case, asked)
        {
            // A game's port need not serve policies. If it should, `no-policy` reports it.
            mute(case, asked);
        }
    }
}

fn speaks_something_else(case: &Case<'_>, asked: PolicyConnection<'_>) -> bool {
    case.survey
        .spoken
        .iter()
        .any(|(index, _)| *index == asked.index)
}

fn unreachable(case: &mut Case<'_>, asked: PolicyConnection<'_>) {
    let last = asked.seen.trace.attempts.last();
    if last.is_some_and(|attempt| attempt.came == DialOutcome::Silence) {
        filtered(case, asked);
    }
}

fn filtered(case: &mut Case<'_>, asked: PolicyConnection<'_>) {
    let port = asked.port();
    if asked.place == Place::Master {
        case.delivery(FindingId::MasterFiltered.error( format!("port {port} neither accepts nor refuses connections: a firewall drops the packets"))
                    .note(waits(asked.client))
                    .help(format!("serve a policy on port {port}, or let the firewall reject connections (`reject with tcp reset`) instead of dropping packets")));
    } else {
        case.delivery(
            FindingId::PolicyPortFiltered
                .error(format!(
                    "{} neither accepts nor refuses connections: a firewall drops the packets",
                    asked.name()
                ))
                .help(format!(
                    "open port {port} in the firewall, or in the provider's security group"
                )),
        );
    }
}

const fn waits(client: Client) -> &'static str {
    match client {
        Client::Silverlight => "Silverlight asks no other port for a policy",
        Client::Flash | Client::Lightspark | Client::Unity | Client::Ruffle | _ => {
            "at every connect, every player waits 3 s for it before it asks the target port"
        }
    }
}

fn mute(case: &mut Case<'_>, asked: PolicyConnection<'_>) {
    let name = asked.name();
    match asked.seen.trace.end.map(|(ended, _)| ended) {
        Some(Ended::Reset) => resets(case, asked),
        Some(Ended::Fin | Ended::FinThenReset) => case.delivery(FindingId::ClosedWithoutReply.error( format!("{name} closes the connection without an answer"))
                    .note("the server may not recognize the request, or may serve an empty file")
                    .help(answer(case, asked, "serve a policy there, or put a gate in front of the port, which answers the request"))),
        None if asked.seen.trace.tls.is_some() => case.delivery(FindingId::NoReply.error( format!("{name} accepts the connection but does not answer the TLS handshake"))
                    .note("a `SecureSocket` asks over TLS; a server without TLS may wait for the rest of a message in its own protocol")
                    .help("let it accept TLS and answer the request inside: `flashgate` recognizes TLS by the first byte")),
        None => case.delivery(FindingId::NoReply.error( format!("{name} accepts the connection but sends nothing"))
                    .note(unread(asked.client))
                    .help(answer(case, asked, "let the server read up to the NUL and answer, or put a gate in front of the port"))),
    }
}

/// How to get an answer. Port 943 is for policies only, so a gate there does not help Silverlight.
fn answer(case: &Case<'_>, asked: PolicyConnection<'_>, otherwise: &str) -> String {
    if asked.client == Client::Silverlight {
        document_kind::right_document(case, asked)
    } else {
        otherwise.to_owned()
    }
}

/// Why a server may not see the end of the request.
const fn unread(client: Client) -> &'static str {
    match client {
        Client::Silverlight => {
            "Silverlight's request has no end: a server that waits for a NUL or a line feed waits without a limit"
        }
        Client::Flash | Client::Lightspark | Client::Unity | Client::Ruffle | _ => {
            "a server that reads lines waits for a line feed, but the request ends with a NUL"
        }
    }
}

fn resets(case: &mut Case<'_>, asked: PolicyConnection<'_>) {
    let name = asked.name();
    case.delivery(FindingId::ResetWithoutReply.error( format!("{name} resets the connection without an answer")).help("check what listens there: forwarders whose server is down do this, and so do servers that reject unknown clients"));
}

/// Whether the reply arrived in small pieces and was incomplete when the player gave up.
pub(super) fn drips(asked: PolicyConnection<'_>) -> bool {
    const BITS: usize = 5;
    let (step, trace) = (&asked.seen.step, &asked.seen.trace);
    matches!(step.end, Some((ConnectionEnd::TimedOut, _)))
        && step.pieces >= BITS
        && trace.document().trim_ascii_start().starts_with(b"<")
}

fn unfinished(case: &mut Case<'_>, asked: PolicyConnection<'_>) {
    let (name, bytes) = (asked.name(), asked.seen.step.document.len());
    case.delivery(
        FindingId::ReplyTooLate
            .error(format!(
                "{name} answers too slowly: only {bytes} bytes had arrived when the player gave up"
            ))
            .note("a reply counts only once it is complete")
            .help("send the whole reply in one write"),
    );
}

/// A reply that began after the player had given up.
fn late(case: &mut Case<'_>, asked: PolicyConnection<'_>) {
    let (step, trace) = (&asked.seen.step, &asked.seen.trace);
    if drips(asked) {
        return unfinished(case, asked);
    }
    let Some((ConnectionEnd::TimedOut, over)) = step.end else {
        return;
    };
    let over = over.since(flash_policy::Moment::ZERO);
    let Some(first) = trace.first_byte().filter(|first| *first > over) else {
        return;
    };
    let began = step.started.since(flash_policy::Moment::ZERO);
    let took = first.saturating_sub(began);
    let name = asked.name();
    case.delivery(FindingId::ReplyTooLate.error( format!(
            "{name} answers after {:.1} s, but a player waits only {} s",
            took.as_secs_f64(),
            PATIENCE.as_secs()
        ))
                .note("the player ignores a later reply")
                .help("find out what the server waits for before it answers: often it is a lookup of the client's name"));
}

fn slow(case: &mut Case<'_>, asked: PolicyConnection<'_>) {
    let step = &asked.seen.step;
    let Some((_, ended)) = step.end else { return };
    let took = ended.since(step.started);
    if took < SLOW {
        return;
    }
    let name = asked.name();
    case.delivery(FindingId::SlowReply.error( format!("{name} takes {:.1} s to answer", took.as_secs_f64()))
                .note("a player waits 3 s for a policy that the movie did not load itself")
                .help("find out what the server waits for before it answers: often it is a lookup of the client's name"));
}
