//! Policies that a web server should serve: for Silverlight applications that ask over HTTP, and for old Flash players.

use flash_policy::decide::Location;
use flash_policy::player::{Client, ConnectionEnd, Learnt};
use flash_policy::{Diagnostic, PlayerVersion, Profile, Severity, SiteControl, parse, silverlight};

use super::case::{Case, PolicyConnection, Rank};
use super::document_kind::{self, right_document};
use crate::fetch::MOST_REDIRECTS;
use crate::findings::FindingId;
use crate::http::{self, WebHead};
use crate::shown::shown_text;
use crate::survey::{ACCESS_POLICY, CROSSDOMAIN};
use crate::trace::{DialOutcome, Trace};
use crate::web::WebUrl;
use incomplete::Unreadable;

mod incomplete;
mod meta_policy;

pub(super) fn judge(case: &mut Case<'_>) {
    for asked in case.fetched() {
        if let Some(finding) = delivery(case, asked) {
            case.delivery(finding);
        }
        if asked.seen.step.learnt == Some(Learnt::Policy) {
            doubtful(case, asked);
        }
    }
    meta_policy::judge(case);
    site_forbids(case);
    fallback(case);
    other_protocol(case);
}

/// Why no policy arrived.
fn delivery(case: &Case<'_>, asked: PolicyConnection<'_>) -> Option<Diagnostic> {
    let (step, trace) = (&asked.seen.step, &asked.seen.trace);
    if step.learnt == Some(Learnt::Policy) || document_kind::explains(case, asked) {
        return None;
    }
    let Some(head) = trace.visits.last().and_then(|visit| visit.head.as_ref()) else {
        // For Flash, the list of all places that were asked says the same.
        let is_listed = asked.client == Client::Flash && step.connected.is_none();
        return (!is_listed).then(|| missing(case, asked, &without_response(asked)));
    };
    if head.is_redirect() {
        return Some(redirected(asked, head));
    }
    if head.code != 200 {
        let status = format!("{} {}", head.code, head.reason);
        let why = format!("the web server answers {}", shown_text(status.trim()));
        return Some(missing(case, asked, &why));
    }
    if matches!(step.end, Some((ConnectionEnd::ContentType, _))) {
        return Some(wrong_type(asked, head));
    }
    match incomplete::body(asked) {
        Some(Unreadable { why, help }) => Some(not_loaded(asked, &why).help(help)),
        None => Some(malformed(case, asked)),
    }
}

/// What happened if there was no HTTP response.
fn without_response(asked: PolicyConnection<'_>) -> String {
    let (trace, port) = (&asked.seen.trace, asked.port());
    let last = trace.attempts.last().map(|attempt| attempt.came);
    match last {
        Some(DialOutcome::Connected) if trace.bytes.is_empty() => {
            if trace.end.is_some() {
                format!("port {port} closes the connection without an answer")
            } else {
                format!("port {port} accepts the connection but does not answer")
            }
        }
        Some(DialOutcome::Connected) => incomplete::head(asked),
        Some(DialOutcome::Silence) => {
            format!(
                "port {port} neither accepts nor refuses connections: a firewall drops the packets"
            )
        }
        _ => format!("port {port} does not accept connections"),
    }
}

fn missing(case: &Case<'_>, asked: PolicyConnection<'_>, why: &str) -> Diagnostic {
    not_loaded(asked, why).help(right_document(case, asked))
}

fn not_loaded(asked: PolicyConnection<'_>, why: &str) -> Diagnostic {
    FindingId::HttpPolicyMissing
        .error(format!("{} can't be loaded: {why}", asked.name()))
        .note(only_there(asked.client))
}

const fn only_there(client: Client) -> &'static str {
    match client {
        Client::Silverlight => {
            "an application that asks over HTTP asks only there: neither port 943 nor /crossdomain.xml counts for its sockets"
        }
        Client::Flash | Client::Lightspark | Client::Unity | Client::Ruffle | _ => {
            "this player asks only port 80 for it, without TLS"
        }
    }
}

fn redirected(asked: PolicyConnection<'_>, head: &WebHead) -> Diagnostic {
    let name = asked.name();
    let message = match head.field("location") {
        None => {
            format!("{name} redirects, but the response does not say where: it has no `Location`")
        }
        Some(_) if asked.seen.trace.visits.len() > MOST_REDIRECTS => {
            format!("{name} redirects more than {MOST_REDIRECTS} times, perhaps in a circle")
        }
        Some(location) => format!(
            "{name} redirects to {}, where the policy would not count for sockets",
            shown_text(&location)
        ),
    };
    FindingId::HttpPolicyRedirected
        .error(message)
        .note("a policy counts only for the host and port that it comes from, and for sockets only from the root folder on port 80")
        .help("serve the file itself on port 80, without a redirect, even if the rest of the site is redirected to HTTPS")
}

fn wrong_type(asked: PolicyConnection<'_>, head: &WebHead) -> Diagnostic {
    let what = match head.field("content-type") {
        Some(kind) => format!("has the content type {}", shown_text(&kind)),
        None => "has no content type".to_owned(),
    };
    let client = document_kind::client(asked.client);
    let (accepted, send) = match asked.client {
        Client::Silverlight => ("`text/…` and `application/xml`", "text/xml"),
        Client::Flash | Client::Lightspark | Client::Unity | Client::Ruffle | _ => (
            "`text/…`, `application/xml` and `application/xhtml+xml`",
            "text/x-cross-domain-policy",
        ),
    };
    FindingId::HttpPolicyType
        .error(format!(
            "{} {what}, which {client} does not accept for a policy",
            asked.name()
        ))
        .note(format!("it accepts {accepted}"))
        .help(format!("let the web server send `Content-Type: {send}`"))
}

fn malformed(case: &Case<'_>, asked: PolicyConnection<'_>) -> Diagnostic {
    let document = &asked.seen.step.document;
    let finding = FindingId::MalformedPolicy.error(format!(
        "{} is not a policy: {}",
        asked.name(),
        crate::shown::shown(document)
    ));
    finding.help(right_document(case, asked))
}

/// A policy that counts, but perhaps not for every player.
fn doubtful(case: &mut Case<'_>, asked: PolicyConnection<'_>) {
    let visits = &asked.seen.trace.visits;
    if let [first, .., last] = visits.as_slice() {
        let (from, to) = (&first.url, &last.url);
        let finding = FindingId::HttpPolicyRedirected
            .warning(format!("{from} redirects to {to}"))
            .note("it is not known whether every version of the player follows redirects here")
            .help("serve the file itself, without a redirect");
        case.add(Rank::Doubtful, finding);
    }
    let head = visits.last().and_then(|visit| visit.head.as_ref());
    let kind = head.and_then(|head| head.field("content-type"));
    let is_old =
        asked.client == Client::Flash && case.plan.config.version < PlayerVersion::MASTER_POLICY;
    if let Some(head) = head.filter(|_| is_old && !is_accepted(kind.as_deref())) {
        let mut finding = wrong_type(asked, head);
        finding.severity = Severity::Warning;
        let finding =
            finding.note("this version accepts any content type; the rule came with 9.0.115");
        case.add(Rank::Doubtful, finding);
    }
}

/// Whether Flash Player from 9.0.115 on accepts a content type. Only for a warning: the player decides.
fn is_accepted(kind: Option<&str>) -> bool {
    let kind = kind.unwrap_or_default().to_ascii_lowercase();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.starts_with("text/") || matches!(kind, "application/xml" | "application/xhtml+xml")
}

/// In 9.0.115, the site's `/crossdomain.xml` can forbid other files, in its text or in a header.
fn site_forbids(case: &mut Case<'_>) {
    let in_text = |asked: PolicyConnection<'_>| {
        let policy = parse(asked.document(), Profile::Url).policy;
        let control = policy.and_then(|policy| policy.site_control);
        let forbids = matches!(control, Some(SiteControl::MasterOnly | SiteControl::None));
        (forbids && meta_policy::is_policy(asked)).then(|| "`site-control`".to_owned())
    };
    let forbids = |asked| meta_policy::forbids_others(asked).or_else(|| in_text(asked));
    let is_site = |asked: &PolicyConnection<'_>| asked.path() == Some(CROSSDOMAIN);
    let mut fetched = case.fetched();
    let site = fetched.find(is_site);
    let Some((asked, what)) = site.and_then(|asked| Some((asked, forbids(asked)?))) else {
        return;
    };
    let others = case.plan.config.loaded.iter().filter(
        |location| matches!(location, Location::Http { path, .. } if **path != *CROSSDOMAIN),
    );
    if others.count() == 0 || case.plan.config.version < PlayerVersion::MASTER_POLICY {
        return;
    }
    let finding = FindingId::LoadPolicyIgnored
        .error(format!(
            "the {what} of {} does not allow other policies on this web server",
            asked.name()
        ))
        .help("set it to `all`, or put the rules into that file and let the movie load it");
    let rank = if case.lacks_policy() {
        Rank::Cause
    } else {
        Rank::Wrong
    };
    case.add(rank, finding);
}

/// For HTTP requests, Silverlight asks for `/crossdomain.xml` if there is no `/clientaccesspolicy.xml`.
fn fallback(case: &mut Case<'_>) {
    let Some(trace) = &case.survey.elsewhere.crossdomain else {
        return;
    };
    let mut fetched = case.fetched();
    let has_file = fetched.any(|asked| {
        let visits = &asked.seen.trace.visits;
        let head = visits.last().and_then(|visit| visit.head.as_ref());
        head.is_some_and(|head| head.code == 200)
    });
    let Some(document) = loaded(trace).filter(|_| !has_file) else {
        return;
    };
    let url = WebUrl::in_clear(&case.plan.config.target, 80, CROSSDOMAIN);
    let problem = silverlight_problem(&document);
    let counts = problem.map_or_else(
        || "it allows Silverlight's HTTP requests".to_owned(),
        |problem| format!("even for HTTP requests, Silverlight can't use it: {problem}"),
    );
    let finding = FindingId::SilverlightFallback
        .warning(format!(
            "{url} exists, but it never counts for Silverlight's sockets; {counts}"
        ))
        .note("for HTTP requests, Silverlight asks for /crossdomain.xml if there is no /clientaccesspolicy.xml")
        .help("serve a /clientaccesspolicy.xml: with a `<socket-resource>` for sockets, and a `<resource>` for HTTP requests");
    case.add(Rank::Wrong, finding);
}

/// Why Silverlight can't use a `/crossdomain.xml`, if so.
///
/// It must allow every domain (Microsoft, *Network Security Access Restrictions in Silverlight*). An attribute other
/// than `domain` and `secure` voids the file (Mono's `FlashCrossDomainPolicyParser.cs`).
fn silverlight_problem(document: &[u8]) -> Option<&'static str> {
    let parsed = parse(document, Profile::Url);
    let Some(policy) = parsed.policy else {
        return Some("it is not a Flash policy");
    };
    if parsed
        .places
        .rules
        .iter()
        .any(|rule| rule.to_ports.is_some())
    {
        return Some("it does not accept `to-ports`");
    }
    let allows_all = policy.rules.iter().any(|rule| rule.domain.is_any());
    (!allows_all).then_some("it accepts only a file with a rule for `*`")
}

/// The body of a file that a web server has.
fn loaded(trace: &Trace) -> Option<Vec<u8>> {
    let reply = http::read(&trace.bytes)?;
    (reply.head.code == 200).then_some(reply.body)
}

/// A Silverlight application asks port 943 or the web server. The place that it does not ask has a policy.
fn other_protocol(case: &mut Case<'_>) {
    let config = &case.plan.config;
    let elsewhere = &case.survey.elsewhere;
    let is_policy = |document: &[u8]| {
        let policy = silverlight::parse(document).policy;
        policy.is_some_and(|access| {
            access
                .policies
                .iter()
                .any(|policy| !policy.ports.is_empty())
        })
    };
    let url = WebUrl::in_clear(&config.target, 80, ACCESS_POLICY);
    let over_http = elsewhere.access_policy.as_ref().and_then(loaded);
    let over_socket = elsewhere.socket.as_ref().map(Trace::document);
    let finding = if over_http.is_some_and(|document| is_policy(&document)) {
        FindingId::SilverlightOtherProtocol
            .warning(format!("{url} is a Silverlight policy for sockets, but this application asks only port {}", config.master()))
            .help(format!("set `SocketClientAccessPolicyProtocol` to `Http` in the application, and check that with `--load-policy {url}`; or serve the same policy on port {}", config.master()))
    } else if over_socket.is_some_and(is_policy) {
        FindingId::SilverlightOtherProtocol
            .warning(format!("port {} serves a Silverlight policy for sockets, but this application asks only for {url}", config.master()))
            .help(format!("serve the same policy as {url}; or, if the application is not WCF's `net.tcp`, let it use `SocketClientAccessPolicyProtocol.Tcp`, and check that without `--load-policy`"))
    } else {
        return;
    };
    case.add(Rank::Wrong, finding);
}
