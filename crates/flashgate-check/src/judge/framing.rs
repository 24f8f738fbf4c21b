//! The document may be valid, but it is sent in the wrong way: pieces, ends, resets.

use flash_policy::player::{Client, ConnectionEnd, Learnt};
use flash_policy::{Diagnostic, Profile, parse};

use super::case::{Case, PolicyConnection, Rank};
use super::readers;
use crate::findings::FindingId;
use crate::survey::REPEATS;
use crate::{DialOutcome, Trace};

mod silverlight;

pub(super) fn judge(case: &mut Case<'_>) {
    for asked in case.asked() {
        if loses_first(case, asked) {
            first_lost(case, asked);
            continue;
        }
        let is_policy = asked.seen.step.learnt == Some(Learnt::Policy);
        if !is_policy && !explains(case, asked) {
            continue;
        }
        if endless(case, asked) {
            continue;
        }
        if is_lost(asked) {
            reset(case, asked);
        }
        without_nul(case, asked);
        lost_at_times(case, asked);
        if !is_lost(asked) {
            reset(case, asked);
        }
        greeting(case, asked);
        pieces(case, asked);
        if case.plan.config.client == Client::Silverlight {
            silverlight::judge(case, asked);
        } else {
            surplus(case, asked);
        }
    }
}

/// Whether the player got no reply, but a later fetch got a policy.
pub(super) fn loses_first(case: &Case<'_>, asked: PolicyConnection<'_>) -> bool {
    let mut later = repeats(case, asked).iter();
    !asked.answered() && later.any(|trace| is_policy(case, asked, trace.document()))
}

/// Whether a reply does not count because of how it was sent.
pub(super) fn explains(case: &Case<'_>, asked: PolicyConnection<'_>) -> bool {
    let ended = asked.seen.step.end.map(|(end, _)| end);
    let counts = asked.seen.step.learnt == Some(Learnt::Policy);
    ended == Some(ConnectionEnd::TooLarge)
        || breaks_off(asked)
        || (is_document(case, asked) && !counts && !is_late(asked) && !readers::refuses(asked))
}

/// Whether the bytes before a reset are the beginning of a policy.
fn breaks_off(asked: PolicyConnection<'_>) -> bool {
    const BEGINNINGS: [&[u8]; 5] = [
        b"<?xml",
        b"<!--",
        b"<!DOCTYPE cross-domain-policy",
        b"<cross-domain-policy",
        b"<access-policy",
    ];
    let document = asked.seen.trace.document().trim_ascii_start();
    let mut beginnings = BEGINNINGS.iter();
    let begins = beginnings.any(|start| document.starts_with(start) || start.starts_with(document));
    is_lost(asked) && begins && !document.is_empty()
}

/// Whether the document is valid and only its delivery is wrong.
pub(super) fn is_right(case: &Case<'_>, asked: PolicyConnection<'_>) -> bool {
    is_document(case, asked) || explains(case, asked)
}

fn is_document(case: &Case<'_>, asked: PolicyConnection<'_>) -> bool {
    let document = asked.seen.trace.document();
    match case.plan.config.client {
        Client::Silverlight => silverlight::is_usable(asked, document),
        Client::Flash | Client::Lightspark | Client::Unity | Client::Ruffle | _ => {
            is_flash_policy(case, document)
        }
    }
}

/// Whether a document is a policy for this client.
fn is_policy(case: &Case<'_>, asked: PolicyConnection<'_>, document: &[u8]) -> bool {
    match case.plan.config.client {
        Client::Silverlight => asked.lint_of(document).access.is_some(),
        Client::Flash | Client::Lightspark | Client::Unity | Client::Ruffle | _ => {
            is_flash_policy(case, document)
        }
    }
}

fn is_flash_policy(case: &Case<'_>, document: &[u8]) -> bool {
    case.plan.config.client != Client::Silverlight
        && parse(document, Profile::Socket).policy.is_some()
}

/// A reply whose first byte arrived after the player had given up.
fn is_late(asked: PolicyConnection<'_>) -> bool {
    asked.seen.step.first_byte.is_none()
}

fn endless(case: &mut Case<'_>, asked: PolicyConnection<'_>) -> bool {
    if !matches!(asked.seen.step.end, Some((ConnectionEnd::TooLarge, _))) {
        return false;
    }
    let name = asked.name();
    case.delivery(
        FindingId::EndlessReply
            .error(format!("{name} sends more than 64 KiB without a NUL"))
            .help("check what listens there: it is not a policy server"),
    );
    true
}

fn without_nul(case: &mut Case<'_>, asked: PolicyConnection<'_>) {
    let trace = &asked.seen.trace;
    let wants_nul = case.plan.config.client != Client::Silverlight;
    // Half a document lacks more than its NUL.
    let is_half = breaks_off(asked) && !is_document(case, asked);
    if trace.has_nul() || !asked.answered() || !wants_nul || is_half {
        return;
    }
    let name = asked.name();
    let held = trace.end.is_none();
    let message = if held {
        format!(
            "the answer of {name} does not end with a NUL, and the connection stays open: the player keeps waiting"
        )
    } else {
        format!("the answer of {name} does not end with a NUL")
    };
    let note = if held {
        "a player reads up to the first NUL, or until the server closes"
    } else if is_lost(asked) {
        "for Flash Player, a close would also end it; a reset does not, and the reply is discarded"
    } else {
        "for Flash Player, the close also ends it, but Adobe's documents require the NUL"
    };
    case.delivery(
        FindingId::ReplyWithoutNul
            .error(message)
            .note(note)
            .help("send one NUL after the document, in the same write"),
    );
}

fn reset(case: &mut Case<'_>, asked: PolicyConnection<'_>) {
    let repeats = repeats(case, asked);
    let all = || repeats.iter().chain([&asked.seen.trace]);
    let resets = all().filter(|trace| is_reset(trace)).count();
    if resets == 0 {
        return;
    }
    let name = asked.name();
    let message = if breaks_off(asked) && !is_document(case, asked) {
        let bytes = asked.seen.trace.bytes.len();
        format!("{name} resets the connection in the middle of its answer, after {bytes} bytes")
    } else {
        let times = all().count();
        format!("{name} resets the connection after its answer, {resets} of {times} times")
    };
    let finding = FindingId::ResetAfterReply.error( message)
        .note("Windows discards data that the player has not read yet, so the movie sometimes gets `Error #2048`")
        .help("read the request up to its NUL before answering; then shut down the write side, read to the end, and only then close");
    let rank = if is_lost(asked) && case.lacks_policy() {
        Rank::Cause
    } else {
        Rank::Wrong
    };
    case.add(rank, finding);
}

/// Whether a reset discarded the reply.
fn is_lost(asked: PolicyConnection<'_>) -> bool {
    matches!(asked.seen.step.end, Some((ConnectionEnd::Reset, _)))
}

fn is_reset(trace: &Trace) -> bool {
    !trace.bytes.is_empty() && trace.end.is_some_and(|(ended, _)| ended.is_reset())
}

/// The "one in twenty" failure: repeats the same request.
fn lost_at_times(case: &mut Case<'_>, asked: PolicyConnection<'_>) {
    let repeats = repeats(case, asked);
    let first = asked.seen.trace.document();
    let lost = repeats
        .iter()
        .filter(|trace| trace.bytes.is_empty())
        .count();
    let other = repeats
        .iter()
        .filter(|trace| !trace.bytes.is_empty() && trace.document() != first)
        .count();
    if lost + other == 0 {
        return;
    }
    let asked_for = repeats.len();
    if lost == asked_for && asked_for > 1 {
        return only_once(case, asked, repeats);
    }
    let name = asked.name();
    let message = if lost > 0 {
        format!("{name} does not always answer: {lost} of {asked_for} fetches got no reply")
    } else {
        format!(
            "{name} does not always give the same answer: {other} of {asked_for} fetches got a different reply"
        )
    };
    case.add(Rank::Wrong, at_times(message));
}

/// The player's own fetch got no reply, which is why no policy arrived.
fn first_lost(case: &mut Case<'_>, asked: PolicyConnection<'_>) {
    let repeats = repeats(case, asked);
    let later = repeats.iter().filter(|trace| trace.bytes.is_empty());
    let (lost, all) = (1 + later.count(), 1 + repeats.len());
    let finding = at_times(format!(
        "{} does not always answer: {lost} of {all} fetches got no reply, including the first",
        asked.name()
    ));
    let rank = if case.lacks_policy() {
        Rank::Cause
    } else {
        Rank::Wrong
    };
    case.add(rank, finding);
}

/// A finding about replies that depend on chance.
fn at_times(message: String) -> Diagnostic {
    FindingId::ReplyLostAtTimes.error(message)
        .note(format!("fetched up to {REPEATS} more times, one after the other; movies get a random `Error #2048`"))
        .help("look for a load balancer with one bad server behind it, a limit on connections per address, or a server that closes too early")
}

/// The first fetch got a reply but no later one did: neither a load balancer nor chance.
fn only_once(case: &mut Case<'_>, asked: PolicyConnection<'_>, repeats: &[Trace]) {
    let name = asked.name();
    let accepts = |trace: &Trace| {
        let last = trace.attempts.last();
        last.is_some_and(|attempt| attempt.came == DialOutcome::Connected)
    };
    let then = if repeats.iter().any(accepts) {
        "it still accepts connections but does not answer"
    } else {
        "it no longer accepts connections"
    };
    let count = repeats.len();
    let finding = FindingId::ReplyLostAtTimes.error(
        format!("{name} answers the first fetch but none of the next {count}: {then}"),
    )
    .note("every player after the first fails")
    .help("let the server keep accepting connections after it has answered one; a firewall that blocks repeated connections from an address has the same effect");
    case.add(Rank::Wrong, finding);
}

fn repeats<'a>(case: &Case<'a>, asked: PolicyConnection<'a>) -> &'a [Trace] {
    let mut of_step = case.survey.repeats.iter();
    of_step
        .find(|(index, _)| *index == asked.index)
        .map_or(&[], |(_, traces)| traces.as_slice())
}

fn greeting(case: &mut Case<'_>, asked: PolicyConnection<'_>) {
    let mut greetings = case.survey.greetings.iter();
    // Behind a gate, the game may send a greeting, which is fine.
    let answer = asked.seen.trace.document();
    let answers = |trace: &Trace| {
        let greeting = trace.document();
        !greeting.is_empty() && (answer.starts_with(greeting) || greeting.starts_with(answer))
    };
    if !greetings.any(|(index, trace)| *index == asked.index && answers(trace)) {
        return;
    }
    let name = asked.name();
    case.delivery(FindingId::ReplyBeforeRequest.error( format!("{name} answers before the request"))
                .note("a server that closes before reading the request resets the connection, and the answer can be lost")
                .help("read the request up to its NUL first"));
}

fn pieces(case: &mut Case<'_>, asked: PolicyConnection<'_>) {
    let trace = &asked.seen.trace;
    if !trace.in_pieces() {
        return;
    }
    let name = asked.name();
    let count = trace.reads.len();
    let (note, help) = match asked.client {
        Client::Silverlight => (
            silverlight::READS_ONE_PIECE,
            "send the document in one write",
        ),
        Client::Flash | Client::Lightspark | Client::Unity | Client::Ruffle | _ => (
            "Flash Player joins them; Unity's web player and Lightspark use only the first",
            "send the document and the NUL in one write",
        ),
    };
    case.delivery(
        FindingId::ReplyInPieces
            .error(format!("{name} sends its answer in {count} pieces"))
            .note(note)
            .help(help),
    );
}

fn surplus(case: &mut Case<'_>, asked: PolicyConnection<'_>) {
    let count = asked.seen.trace.surplus();
    if count == 0 {
        return;
    }
    let name = asked.name();
    let bytes = if count == 1 {
        "1 byte".to_owned()
    } else {
        format!("{count} bytes")
    };
    case.delivery(
        FindingId::BytesAfterNul
            .error(format!("{name} sends {bytes} after the NUL"))
            .note(
                "the player has stopped reading by then, and unread bytes can reset the connection",
            )
            .help(
                "end the answer with one NUL: a common cause is a line feed at the end of the text",
            ),
    );
}
