//! What a status other than 101 means: which of the servers on the way says it, and what that shows of the others.

use flash_policy::player::{Reason, Verdict};
use flash_policy::{Diagnostic, decide};

use super::super::answer::{Hop, HttpStatus};
use super::super::shown::shown_text;
use super::scene::Scene;
use super::url::ProxyUrl;
use crate::findings::FindingId;

/// No rule of the bridge admits the page, or no entry the movie.
pub(super) const NO_MATCH: Reason = Reason::Refused(decide::RefusalReason::NoRuleMatches);

pub(super) const NOT_TOLD: &str = "the movie sees connect, then close: Ruffle reports the connection before the handshake is over";

pub(super) fn judge(scene: &Scene, status: &HttpStatus) -> (Verdict, Reason, Diagnostic) {
    if status.code == 403 && !is_a_proxys_own(status) {
        let finding = FindingId::OriginRefused.error( origin_refused(scene, status))
            .note(NOT_TOLD)
            .help("add a rule for the page's host to the policy: Ruffle is judged by the page's address, not the movie's");
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

/// Web servers that are put before a bridge, by the beginning of their `Server` field.
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

/// Whether a proxy before the bridge answers by itself, as far as that shows.
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
    let said = said.map_or(String::new(), |said| format!(": {}", shown_text(said)));
    format!("the bridge refuses pages of {} (403){said}", scene.origin)
}

fn message(url: &ProxyUrl, status: &HttpStatus) -> String {
    let to = status.location.as_ref();
    let to = to.map_or(String::new(), |to| format!(", to {}", shown_text(to)));
    let by = match &status.by {
        Hop::Flashgate => "flashgate itself".to_owned(),
        Hop::Named(name) => format!("by its `Server` field {}", shown_text(name)),
        Hop::Unnamed => "a server that does not give its name".to_owned(),
    };
    let said = status.said.as_ref();
    let said = said.map_or(String::new(), |said| format!(": {}", shown_text(said)));
    let (code, reason) = (status.code, shown_text(&status.reason));
    format!("{url} answers {code} {reason}{to}, and opens no WebSocket (this is {by}){said}")
}

/// What is known of the servers on the way, and what is not.
fn shows(status: &HttpStatus) -> [Option<String>; 2] {
    match (&status.by, status.code) {
        (Hop::Flashgate, 502 | 504) => [
            Some("so flashgate runs, and the page's path is right; the game server is what does not answer".to_owned()),
            None,
        ],
        (Hop::Flashgate, _) => [None, None],
        (_, 502..=504) => [
            Some("a proxy before the bridge answers so when it gets no answer from the bridge".to_owned()),
            Some("nothing shows whether the bridge runs, and nothing shows whether the game server does".to_owned()),
        ],
        _ if is_a_proxys_own(status) => [
            Some("a proxy names itself also where it passes on what the bridge answers".to_owned()),
            None,
        ],
        _ => [None, None],
    }
}

fn help(status: &HttpStatus) -> &'static str {
    let ours = status.is_flashgates();
    match status.code {
        300..=399 => "write the URL that it redirects to: browsers follow no redirect here",
        401 | 407 => "let the bridge ask for no password: browsers have none to send here",
        403 => "look at the proxy's access rules, then at the policy of the bridge",
        404 if ours => "look at the path: flashgate has no gate for it",
        404 => {
            "look at the path, and at the proxy's block that passes it on: neither has to know it"
        }
        429 | 503 if ours => "flashgate is at its limits, or shutting down: its log says which",
        502 | 504 if ours => {
            "start the game server, or correct the gate's `backend` in flashgate's config"
        }
        502..=504 => {
            "first see that flashgate runs and listens where the proxy sends requests (`proxy_pass`), then look at the game server"
        }
        429 => "the bridge is at its limits",
        _ => {
            "look at the port and the path, and at the proxy before the bridge: it must pass `Upgrade` on"
        }
    }
}
