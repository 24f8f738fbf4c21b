//! What a status other than 101 means: which server on the path sent it, and what that shows about the others.

use flash_policy::player::{Reason, Verdict};
use flash_policy::{Diagnostic, Origin, decide};

use super::super::answer::{Hop, HttpStatus};
use super::super::shown::{shown_line, shown_text};
use super::scene::Scene;
use crate::findings::FindingId;
use crate::web::ProxyUrl;

/// No rule of the bridge allows the page, or no entry matches the movie.
pub(super) const NO_MATCH: Reason = Reason::Refused(decide::RefusalReason::NoRuleMatches);

pub(super) const NOT_TOLD: &str = "the movie gets `connect`, then `close`: Ruffle reports the connection before the handshake is complete";

pub(super) fn judge(scene: &Scene, status: &HttpStatus) -> (Verdict, Reason, Diagnostic) {
    if status.code == 403 && !is_a_proxys_own(status) {
        let finding = FindingId::OriginRefused
            .error(origin_refused(scene, status))
            .note(NOT_TOLD)
            .help(rule_for_page(scene));
        return (Verdict::Denied, NO_MATCH, finding);
    }
    let reason = if status.code == 504 {
        Reason::TargetTimeout
    } else {
        Reason::TargetRefused
    };
    let mut finding = FindingId::HandshakeRefused.error(message(&scene.entry.url, status));
    for note in shows(status).into_iter().flatten() {
        finding = finding.note(note);
    }
    let finding = finding.note(NOT_TOLD).help(help(status));
    (Verdict::Unreachable, reason, finding)
}

/// The rule to add. An entry for a movie has the port that the rule must cover.
fn rule_for_page(scene: &Scene) -> String {
    let host = scene.origin.parse::<Origin>();
    let host = host.map_or_else(|_| "*".to_owned(), |origin| origin.host.to_string());
    let movie = scene.entry.movie.as_ref();
    let port = movie.map_or(String::new(), |(_, port)| format!(":{port}"));
    format!(
        "add a rule for the page's host to the policy, such as `--allow '{host}{port}'`: for Ruffle, the page's address counts, not the movie's"
    )
}

/// Web servers that people put in front of a bridge, by the beginning of their `Server` field.
const PROXIES: [&str; 8] = [
    "nginx",
    "openresty",
    "Apache",
    "Caddy",
    "cloudflare",
    "LiteSpeed",
    "Microsoft-IIS",
    "HAProxy",
];

/// Whether the answer is a proxy's own, as far as its fields show.
fn is_a_proxys_own(status: &HttpStatus) -> bool {
    let Hop::Named(name) = &status.by else {
        return false;
    };
    let starts = |proxy: &str| {
        let start = name.get(..proxy.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(proxy))
    };
    PROXIES.iter().any(|proxy| starts(proxy))
}

fn origin_refused(scene: &Scene, status: &HttpStatus) -> String {
    let said = status.said.as_ref();
    let said = said.map_or(String::new(), |said| format!(": {}", shown_line(said)));
    format!("the server rejects pages from {} (403){said}", scene.origin)
}

fn message(url: &ProxyUrl, status: &HttpStatus) -> String {
    let to = status.location.as_ref();
    let to = to.map_or(String::new(), |to| format!(", to {}", shown_text(to)));
    let by = match &status.by {
        Hop::Flashgate => "flashgate itself".to_owned(),
        Hop::Named(name) => format!("{}, according to its `Server` field", shown_text(name)),
        Hop::Unnamed => "a server without a `Server` field".to_owned(),
    };
    let said = status.said.as_ref();
    let said = said.map_or(String::new(), |said| format!(": {}", shown_line(said)));
    let (code, reason) = (status.code, shown_text(&status.reason));
    format!("{url} answers {code} {reason}{to} instead of opening a WebSocket (from {by}){said}")
}

/// What is known about the servers on the path, and what is not.
fn shows(status: &HttpStatus) -> [Option<String>; 2] {
    match (&status.by, status.code) {
        (Hop::Flashgate, 502 | 504) => [
            Some("so flashgate runs and the path is correct; it is the game server that does not answer".to_owned()),
            None,
        ],
        (Hop::Flashgate, _) => [None, None],
        (_, 502..=504) => [
            Some("a proxy answers like this if it gets no answer from the WebSocket server behind it".to_owned()),
            Some("it is not known whether the WebSocket server and the game server are running".to_owned()),
        ],
        _ if is_a_proxys_own(status) => [
            Some("a proxy also sends its own name when it forwards an answer from the server behind it".to_owned()),
            None,
        ],
        _ => [None, None],
    }
}

fn help(status: &HttpStatus) -> &'static str {
    let ours = status.is_flashgates();
    match status.code {
        300..=399 => "use the URL that it redirects to: browsers don't follow redirects here",
        401 | 407 => "turn off the password of the WebSocket: browsers can't send one here",
        403 => "check the proxy's access rules, then the policy of the server behind it",
        404 if ours => "check the path: flashgate has no gate for it",
        404 => "check the path, and the proxy's block that forwards it: either may not know it",
        429 | 503 if ours => "flashgate has reached a limit, or is shutting down: see its log",
        502 | 504 if ours => {
            "start the game server; flashgate's log shows the address that it connects to: if it is wrong, correct the gate's `backend`"
        }
        502..=504 => {
            "first check that flashgate runs and listens where the proxy sends requests (`proxy_pass`), then check the game server"
        }
        429 => "the server has reached a limit: try again later, or raise it",
        _ => {
            "check the port, the path, and the proxy in front of the server: it must forward `Upgrade`"
        }
    }
}
