//! The reply is not a policy but another protocol or another document.

use flash_policy::decide::Place;
use flash_policy::player::{Client, Learnt};
use flash_policy::{Diagnostic, Severity};

use super::case::{Case, PolicyConnection, Rank};
use super::{absent, document_kind, readers, tls};
use crate::findings::FindingId;
use crate::http;
use crate::shown::shown;
use crate::survey::{Spoken, looks_like_tls};
use crate::tls::TlsFault;

pub(super) fn judge(case: &mut Case<'_>) {
    for asked in case.asked() {
        if let Some(fault) = &asked.seen.trace.tls {
            // `absent` reports a port that sends nothing at all.
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
    let (note, help) = match asked.client {
        Client::Silverlight => (
            "policies for sockets have their own protocol; over HTTP, Silverlight asks only for /clientaccesspolicy.xml on port 80",
            "serve Silverlight's policy on port 943, without HTTP",
        ),
        _ if asked.place == Place::Destination => (
            CROSSDOMAIN,
            "if this is the port of the game, put a gate in front of it, which answers policy requests too; if it is only a website's, it may stay as it is: check the port of the game",
        ),
        Client::Flash | Client::Lightspark | Client::Unity | Client::Ruffle | _ => (
            CROSSDOMAIN,
            "run a policy server on this port, and move the website to another",
        ),
    };
    let finding = FindingId::HttpOnPolicyPort.error(format!("a web server listens on {name}"));
    case.delivery(finding.note(note).help(help));
}

const CROSSDOMAIN: &str = "socket policies have their own protocol; since Flash Player 9.0.124, a `crossdomain.xml` on a web server does not allow sockets";

fn speaks_tls(case: &mut Case<'_>, asked: PolicyConnection<'_>) {
    let name = asked.name();
    case.delivery(
        FindingId::TlsOnPolicyPort
            .error(format!(
                "{name} expects TLS, but the player asks in plain text"
            ))
            .note("only movies that use `SecureSocket` ask for a policy over TLS")
            .help("answer in plain text too: `flashgate` recognizes TLS by the first byte"),
    );
}

/// Bytes arrived in time, but the player can't use them.
fn document(case: &mut Case<'_>, asked: PolicyConnection<'_>) {
    let step = &asked.seen.step;
    // `learnt` is not set if the whole attempt timed out, but what had arrived is still reported.
    if asked.place == Place::Destination && !resembles_policy(&asked.seen.trace.bytes) {
        // It is the game itself, which `no-policy` reports.
        return;
    }
    let unusable = step.learnt != Some(Learnt::Policy) && !absent::drips(asked);
    // A valid document that does not count arrived too late or was sent in the wrong way.
    let explained = super::framing::is_right(case, asked)
        || readers::refuses(asked)
        || document_kind::explains(case, asked);
    if !unusable || !asked.answered() || explained {
        return;
    }
    let name = asked.name();
    let bytes = asked.seen.trace.bytes.as_slice();
    // In UTF-16, the bytes after a NUL belong to the document.
    let is_wide = matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..]);
    let document = if is_wide {
        bytes
    } else {
        asked.seen.trace.document()
    };
    let message = format!("the answer of {name} is not a policy: {}", shown(document));
    let finding = FindingId::MalformedPolicy.error(message);
    case.delivery(hint(case, asked, finding));
    if document.is_empty() {
        return;
    }
    // Mistakes in the document come after the finding about the whole.
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

/// Whether this was meant to be a policy. Other bytes from a game's port are the game's own.
fn resembles_policy(bytes: &[u8]) -> bool {
    const WORDS: [&[u8]; 3] = [b"cross-domain", b"allow-access", b"access-policy"];
    let holds = |word: &[u8]| {
        let mut windows = bytes.windows(word.len());
        windows.any(|window| window.eq_ignore_ascii_case(word))
    };
    let is_wide = matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..]);
    is_wide || WORDS.into_iter().any(holds) || bytes.trim_ascii_start().starts_with(b"<?xml")
}

fn hint(case: &Case<'_>, asked: PolicyConnection<'_>, finding: Diagnostic) -> Diagnostic {
    let (client, bytes) = (asked.client, asked.seen.trace.bytes.as_slice());
    let finding = match client {
        Client::Silverlight => finding.note("Silverlight does not accept it as a policy"),
        Client::Lightspark => finding.note("Lightspark finds no rules in it, and asks elsewhere"),
        Client::Unity => finding.note("Unity's web player does not accept it as a policy"),
        Client::Flash | Client::Ruffle | _ => finding
            .note("how Flash Player treats it is not known; this check treats it as no reply"),
    };
    match bytes {
        _ if client == Client::Silverlight => {
            finding.help(document_kind::right_document(case, asked))
        }
        [0, ..] if bytes.len() > 2 => finding
            .note("it begins with a NUL, which ends it; Java's `writeUTF` writes a length before the text")
            .help("write only the bytes of the text, then one NUL"),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => finding.help("save the file as UTF-8: in UTF-16, every other byte is a NUL, and the first one ends the reply"),
        _ => finding.help("serve a `<cross-domain-policy>` document and one NUL, with nothing before or after them"),
    }
}
