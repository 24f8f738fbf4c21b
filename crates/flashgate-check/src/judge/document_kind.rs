//! A policy for one client where another one asks. The formats look alike, and people confuse them: Flash's for
//! sockets and for URLs, and Silverlight's.

use flash_policy::player::{Client, ConnectionEnd};
use flash_policy::{Diagnostic, Profile, Severity, parse, silverlight};

use super::case::{Case, PolicyConnection, Rank};
use crate::findings::FindingId;

/// What a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DocumentKind {
    /// A Flash policy with ports.
    FlashSocket,
    /// A Flash policy without ports, as web servers serve it.
    FlashUrl,
    /// A Silverlight policy.
    Silverlight,
    /// A Silverlight policy that is only for HTTP requests.
    SilverlightHttp,
    /// HTML.
    WebPage,
    /// No document at all.
    Empty,
    Unknown,
}

impl DocumentKind {
    pub(super) fn of(document: &[u8]) -> Self {
        if document.trim_ascii().is_empty() {
            return Self::Empty;
        }
        if let Some(access) = silverlight::parse(document).policy {
            let mut policies = access.policies.iter();
            return if policies.all(|policy| policy.ports.is_empty()) && !names_ports(document) {
                Self::SilverlightHttp
            } else {
                Self::Silverlight
            };
        }
        let parsed = parse(document, Profile::Url);
        if parsed.policy.is_some() {
            let mut rules = parsed.places.rules.iter().chain(&parsed.places.ignored);
            let has_rules = rules.clone().next().is_some();
            return if has_rules && rules.all(|rule| rule.to_ports.is_none()) {
                Self::FlashUrl
            } else {
                Self::FlashSocket
            };
        }
        if is_page(document) {
            Self::WebPage
        } else {
            Self::Unknown
        }
    }

    const fn is_flash(self) -> bool {
        matches!(self, Self::FlashSocket | Self::FlashUrl)
    }

    const fn is_silverlight(self) -> bool {
        matches!(self, Self::Silverlight | Self::SilverlightHttp)
    }

    /// What it is, and the place where its client asks for it.
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::FlashSocket => (
                "a Flash policy for sockets (`<cross-domain-policy>`)",
                "Flash Player asks for it on port 843, and on the port that the movie connects to",
            ),
            Self::FlashUrl => (
                "a Flash policy for URLs (`<cross-domain-policy>` without `to-ports`)",
                "Flash Player asks a web server for it, as /crossdomain.xml, before it loads a URL",
            ),
            Self::Silverlight => (
                "a Silverlight policy (`<access-policy>`)",
                "Silverlight asks for it on port 943, or a web server for /clientaccesspolicy.xml",
            ),
            Self::SilverlightHttp => (
                "a Silverlight policy for URLs (`<access-policy>` without `<socket-resource>`)",
                "Silverlight asks a web server for it, as /clientaccesspolicy.xml, before it loads a URL",
            ),
            Self::WebPage => ("a web page", "browsers ask for it"),
            Self::Empty | Self::Unknown => ("not a policy", "no client asks for it"),
        }
    }
}

/// Whether a `<socket-resource>` was meant, even if it has no effect.
fn names_ports(document: &[u8]) -> bool {
    const ELEMENT: &[u8] = b"<socket-resource";
    document.windows(ELEMENT.len()).any(|part| part == ELEMENT)
}

fn is_page(document: &[u8]) -> bool {
    const MARKS: [&[u8]; 4] = [b"<!doctype html", b"<html", b"<head>", b"<body"];
    let start = document.trim_ascii_start();
    MARKS.iter().any(|mark| {
        let head = start.get(..mark.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(mark))
    })
}

/// Reports such documents, before all findings about how they are written.
pub(super) fn explain(case: &mut Case<'_>) {
    for asked in case.asked().chain(case.fetched()) {
        let Some(mut finding) = mismatch(case, asked) else {
            continue;
        };
        let rank = if case.lacks_policy() || (case.is_denied() && is_only_one(case, asked)) {
            Rank::Cause
        } else if case.is_denied() {
            Rank::Wrong
        } else {
            finding.severity = Severity::Warning;
            Rank::Doubtful
        };
        case.add(rank, finding);
    }
}

/// Whether this file reports the document, so that no other finding needs to say that it is not a policy.
pub(super) fn explains(case: &Case<'_>, asked: PolicyConnection<'_>) -> bool {
    mismatch(case, asked).is_some()
}

/// Whether no other policy was received.
fn is_only_one(case: &Case<'_>, asked: PolicyConnection<'_>) -> bool {
    let mut understood = case.understood().into_iter();
    understood.all(|other| other.index == asked.index)
}

fn mismatch(case: &Case<'_>, asked: PolicyConnection<'_>) -> Option<Diagnostic> {
    if !asked.has_answered() {
        return None;
    }
    let kind = DocumentKind::of(asked.reply());
    let for_silverlight = asked.client == Client::Silverlight;
    let is_wrong = if for_silverlight {
        kind.is_flash() || kind == DocumentKind::SilverlightHttp
    } else {
        kind.is_silverlight() || (kind == DocumentKind::FlashUrl && !asked.is_over_http())
    };
    match kind {
        _ if is_wrong => Some(for_others(case, asked, kind)),
        DocumentKind::WebPage => Some(page(case, asked)),
        DocumentKind::Empty if is_really_empty(asked) => Some(empty(case, asked)),
        DocumentKind::FlashSocket
        | DocumentKind::FlashUrl
        | DocumentKind::Silverlight
        | DocumentKind::SilverlightHttp
        | DocumentKind::Empty
        | DocumentKind::Unknown => None,
    }
}

/// Whether nothing else arrived: a NUL in front of a document is another mistake, and so are spaces without an end.
fn is_really_empty(asked: PolicyConnection<'_>) -> bool {
    let step = &asked.seen.step;
    let is_blank = |byte: &u8| *byte == 0 || byte.is_ascii_whitespace();
    let bytes = &asked.seen.trace.bytes;
    let is_endless = matches!(step.end, Some((ConnectionEnd::TooLarge, _)));
    step.learnt.is_some() && !is_endless && (asked.is_over_http() || bytes.iter().all(is_blank))
}

fn for_others(case: &Case<'_>, asked: PolicyConnection<'_>, kind: DocumentKind) -> Diagnostic {
    let (what, asks) = kind.words();
    let (name, client) = (asked.name(), client(asked.client));
    FindingId::WrongKind
        .error(format!(
            "{name} serves {what}; {client} needs {}",
            needed(asked)
        ))
        .note(asks)
        .help(remedy(case, asked, kind))
}

fn page(case: &Case<'_>, asked: PolicyConnection<'_>) -> Diagnostic {
    let (name, client) = (asked.name(), client(asked.client));
    FindingId::WebPage
        .error(format!(
            "{name} serves a web page (HTML); {client} needs {}",
            needed(asked)
        ))
        .note("it is often a web server's error page, or its page for every unknown address")
        .help(remedy(case, asked, DocumentKind::WebPage))
}

fn empty(case: &Case<'_>, asked: PolicyConnection<'_>) -> Diagnostic {
    let (name, client) = (asked.name(), client(asked.client));
    FindingId::EmptyPolicy
        .error(format!(
            "{name} serves an empty document; {client} needs {}",
            needed(asked)
        ))
        .help(remedy(case, asked, DocumentKind::Empty))
}

pub(super) const fn client(client: Client) -> &'static str {
    match client {
        Client::Lightspark => "Lightspark",
        Client::Unity => "Unity's web player",
        Client::Silverlight => "Silverlight",
        Client::Flash | Client::Ruffle | _ => "Flash Player",
    }
}

/// What the client needs there.
fn needed(asked: PolicyConnection<'_>) -> &'static str {
    match asked.client {
        Client::Silverlight => "an `<access-policy>` with a `<socket-resource>`",
        _ if asked.is_over_http() => "a `<cross-domain-policy>`",
        Client::Flash | Client::Lightspark | Client::Unity | Client::Ruffle | _ => {
            "a `<cross-domain-policy>` whose rules have `to-ports`"
        }
    }
}

fn remedy(case: &Case<'_>, asked: PolicyConnection<'_>, kind: DocumentKind) -> String {
    let port = case.plan.config.port;
    match (asked.client, kind) {
        (Client::Silverlight, DocumentKind::SilverlightHttp) => format!(
            "add `<socket-resource port=\"{port}\" protocol=\"tcp\"/>` to its `<grant-to>`; the `<resource>` there may stay, for HTTP requests"
        ),
        (Client::Silverlight, _) => right_document(case, asked),
        (_, DocumentKind::FlashUrl) => format!(
            "add `to-ports=\"{port}\"` to the rules that this port needs; the file on a web server stays as it is"
        ),
        _ => right_document(case, asked),
    }
}

/// What to serve in this place.
pub(super) fn right_document(case: &Case<'_>, asked: PolicyConnection<'_>) -> String {
    let (port, site) = (case.plan.config.port, case.site());
    match asked.client {
        Client::Silverlight if asked.is_over_http() => format!(
            "serve a Silverlight policy there: `flashgate policy --dialect silverlight --allow '{site}:{port}'` prints one, and flashgate serves it with `clientaccesspolicy` in `[http]`"
        ),
        Client::Silverlight => format!(
            "serve a Silverlight policy there: `flashgate policy --dialect silverlight --allow '{site}:{port}'` prints one, and flashgate serves it in a `[[listen]]` with `dialect = \"silverlight\"`"
        ),
        _ if asked.is_over_http() => format!(
            "serve a `<cross-domain-policy>` there, with the rule `<allow-access-from domain=\"{site}\"/>`; flashgate serves one with `crossdomain` in `[http]`"
        ),
        Client::Unity => {
            format!("serve a Flash policy there: `flashgate serve --allow '*:{port}'`")
        }
        Client::Flash | Client::Lightspark | Client::Ruffle | _ => {
            format!("serve a Flash policy there: `flashgate serve --allow '{site}:{port}'`")
        }
    }
}
