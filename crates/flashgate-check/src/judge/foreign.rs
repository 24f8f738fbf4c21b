//! What came is no policy: another protocol, or another document.

use flash_policy::decide::Place;
use flash_policy::player::{Client, Learnt};
use flash_policy::{Diagnostic, Severity};

use super::case::{Case, PolicyConnection, Rank};
use super::{absent, readers, tls};
use crate::findings::FindingId;
use crate::http;
use crate::shown::shown;
use crate::survey::{Spoken, looks_like_tls};
use crate::tls::TlsFault;

pub(super) fn judge(case: &mut Case<'_>) {
    for asked in case.asked() {
        if let Some(fault) = &asked.seen.trace.tls {
            // What says nothing at all is `absent`'s.
            if *fault == TlsFault::Silence {
                continue;
            }
            let rank = if case.lacks_policy() {
                Rank::Cause
            } else {
                Rank::Wrong
            };
            let finding = tls::judge(fault, &asked.name(), FindingId::NoTlsOnPolicyPort);
            case.add(rank, finding);
            continue;
        }
        let bytes = &asked.seen.trace.bytes;
        let spoken = case.survey.spoken.iter();
        let spoken = spoken.filter(|(index, _)| *index == asked.index);
        match spoken.map(|(_, spoken)| *spoken).next() {
            Some(Spoken::Http) => speaks_http(case, asked),
            Some(Spoken::Tls) => speaks_tls(case, asked),
            None if http::is_response(bytes) => speaks_http(case, asked),
            None if looks_like_tls(bytes) => speaks_tls(case, asked),
            None => document(case, asked),
        }
    }
}

fn speaks_http(case: &mut Case<'_>, asked: PolicyConnection<'_>) {
    let name = asked.name();
    case.delivery(FindingId::HttpOnPolicyPort.error( format!("a web server listens on {name}"))
                .note("socket policies are fetched by a protocol of their own; since Flash Player 9.0.124 no `crossdomain.xml` opens sockets")
                .help("serve the policy there with a policy server, and the web site elsewhere"));
}

fn speaks_tls(case: &mut Case<'_>, asked: PolicyConnection<'_>) {
    let name = asked.name();
    case.delivery(
        FindingId::TlsOnPolicyPort
            .error(format!("{name} wants TLS, and the player asks in clear"))
            .note("only a movie that connects with `SecureSocket` asks for its policy over TLS")
            .help("answer in clear too: `flashgate` tells the two apart by the first byte"),
    );
}

/// Bytes came, in time, and the player makes nothing of them.
fn document(case: &mut Case<'_>, asked: PolicyConnection<'_>) {
    let step = &asked.seen.step;
    // Nothing is learnt where the time of the whole attempt ran out over it; what had come by then is told all the same.
    if asked.place == Place::Destination && !resembles_policy(&asked.seen.trace.bytes) {
        // It is the game itself, which `no-policy` reports.
        return;
    }
    let unusable = step.learnt != Some(Learnt::Policy) && !absent::drips(asked);
    // A document that is right and counts for nothing came too late, or in the wrong way.
    let explained = super::framing::is_right(case, asked) || readers::refuses(asked);
    if !unusable || !asked.answered() || explained {
        return;
    }
    let name = asked.name();
    let bytes = asked.seen.trace.bytes.as_slice();
    // What follows a NUL inside UTF-16 belongs to the document all the same.
    let is_wide = matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..]);
    let document = if is_wide {
        bytes
    } else {
        asked.seen.trace.document()
    };
    let message = format!("what {name} answers is no policy: {}", shown(document));
    let finding = FindingId::MalformedPolicy.error(message);
    case.delivery(hint(finding, asked.client, bytes));
    if document.is_empty() {
        return;
    }
    // What is wrong in it stands behind what is wrong with it.
    let rank = if case.lacks_policy() {
        Rank::Wrong
    } else {
        Rank::Doubtful
    };
    let source = case.source(asked, document);
    let findings = asked.lint_of(document).findings.into_iter();
    for diagnostic in findings.filter(|finding| finding.severity == Severity::Error) {
        case.add_lint(rank, diagnostic, source);
    }
}

/// Whether somebody meant this for a policy; what else a game's port says is the game's own.
fn resembles_policy(bytes: &[u8]) -> bool {
    const WORDS: [&[u8]; 3] = [b"cross-domain", b"allow-access", b"access-policy"];
    let holds = |word: &[u8]| {
        let mut windows = bytes.windows(word.len());
        windows.any(|window| window.eq_ignore_ascii_case(word))
    };
    let is_wide = matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..]);
    is_wide || WORDS.into_iter().any(holds) || bytes.trim_ascii_start().starts_with(b"<?xml")
}

fn hint(finding: Diagnostic, client: Client, bytes: &[u8]) -> Diagnostic {
    let finding = match client {
        Client::Silverlight => finding.note("Silverlight takes it for no policy at all"),
        Client::Lightspark => {
            finding.note("Lightspark finds no rules in it, and asks the other places")
        }
        Client::Unity => finding.note("Unity's web player takes it for no policy at all"),
        Client::Flash | Client::Ruffle | _ => finding.note(
            "what Flash Player makes of it is not known; here it counts as if nothing had come",
        ),
    };
    match bytes {
        _ if client == Client::Silverlight => finding.help(
            "serve an `<access-policy>` document, in one write: `flashgate policy --dialect silverlight` prints one",
        ),
        [0, ..] if bytes.len() > 2 => finding
            .note("it begins with a NUL, which ends it: Java's `writeUTF` puts a length before the text")
            .help("write the bytes of the text alone, and one NUL after them"),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => finding.help("save the file as UTF-8: in UTF-16 every other byte is a NUL, and the first one ends it"),
        _ => finding.help("serve a `<cross-domain-policy>` document and one NUL, and nothing before or after it"),
    }
}
