//! What a bridge's behaviour means for Ruffle, and what to do about it.

use flash_policy::Diagnostic;
use flash_policy::decide;
use flash_policy::player::{Reason, Verdict};

use super::super::judge::judge_tls;
use super::super::trace::Dialled;
use super::handshake::Answer;
use super::url::is_local;
use super::{Page, Scene, browser};
use crate::check::Finding;
use crate::log::escaped;

/// What is to be said of one bridge.
pub(super) struct Judged {
    pub(super) verdict: Verdict,
    pub(super) reason: Reason,
    pub(super) findings: Vec<Finding>,
}

const SANDBOX: Reason = Reason::Refused(decide::Reason::Sandbox);
const NO_MATCH: Reason = Reason::Refused(decide::Reason::NoRuleMatches);

pub(super) fn judge(scene: &Scene, page: Option<&Page>) -> Judged {
    let mut found = Vec::new();
    let (mut verdict, mut reason) = (Verdict::Allowed, Reason::NoPolicyNeeded);
    let steps = [
        blocked(scene, page),
        unreachable(scene),
        refused(scene),
        opened(scene),
    ];
    for (worst, why, finding) in steps.into_iter().flatten() {
        if verdict == Verdict::Allowed {
            (verdict, reason) = (worst, why);
        }
        found.push(finding);
    }
    found.extend(doubts(scene, page));
    let findings = found.into_iter().map(|diagnostic| Finding {
        diagnostic,
        source: None,
        of_lint: false,
    });
    Judged {
        verdict,
        reason,
        findings: findings.collect(),
    }
}

type Fault = Option<(Verdict, Reason, Diagnostic)>;

/// By the browser, whatever the bridge does.
fn blocked(scene: &Scene, page: Option<&Page>) -> Fault {
    let url = &scene.entry.url;
    if browser::blocks(url.port) {
        let finding = Diagnostic::error(
            "blocked-port",
            format!("browsers open no WebSocket to port {}", url.port),
        )
        .help("have the bridge listen on another port: 443, or the game's own");
        return Some((Verdict::Denied, SANDBOX, finding));
    }
    let page = page.filter(|page| browser::is_mixed_content(page, url))?;
    let finding = Diagnostic::error(
        "mixed-content",
        format!("a page on {page} may not open {url}: it came over HTTPS, and `ws:` is in clear"),
    )
    .note("the movie gets ioError (#2031) at once, and nothing is sent")
    .help(format!(
        "offer the bridge over TLS, and write `wss://{}{}`",
        url.host, url.path
    ));
    Some((Verdict::Denied, SANDBOX, finding))
}

fn unreachable(scene: &Scene) -> Fault {
    let url = &scene.entry.url;
    if let Some(fault) = &scene.tls {
        let finding = judge_tls(fault, &url.authority(), "no-tls-on-bridge");
        return Some((Verdict::Unreachable, Reason::TargetRefused, finding));
    }
    let last = scene.attempts.last()?;
    match last.came {
        Dialled::Connected => None,
        Dialled::Silence => {
            let message = format!(
                "port {} neither accepts nor refuses: a firewall drops what is sent to it",
                url.port
            );
            let finding = Diagnostic::error("target-filtered", message).help(format!(
                "open port {} in the firewall, or in the provider's security group",
                url.port
            ));
            Some((Verdict::Unreachable, Reason::TargetTimeout, finding))
        }
        Dialled::Refused
        | Dialled::Reset
        | Dialled::Unreachable
        | Dialled::NoRoute
        | Dialled::Failed(_) => {
            let message = format!("port {} refuses: no bridge listens there", url.port);
            let finding = Diagnostic::error("target-refused", message)
                .help("start the bridge, or look at the address that it listens on");
            Some((Verdict::Unreachable, Reason::TargetRefused, finding))
        }
    }
}

/// By the bridge.
fn refused(scene: &Scene) -> Fault {
    let url = &scene.entry.url;
    let refused = |id, message: String, help: &str| {
        let finding = Diagnostic::error(id, message)
            .note("the movie sees connect, then close: Ruffle reports the connection before the handshake is over")
            .help(help);
        Some((Verdict::Unreachable, Reason::TargetRefused, finding))
    };
    let wrong_port = "look at the port and the path: what listens there is no WebSocket bridge";
    match &scene.handshake.as_ref()?.answer {
        Answer::Open { .. } => None,
        Answer::Silence => {
            let (_, _, finding) = refused(
                "handshake-unanswered",
                format!("{url} accepts the connection and does not answer the handshake"),
                wrong_port,
            )?;
            Some((Verdict::Unreachable, Reason::TargetTimeout, finding))
        }
        Answer::HungUp => refused(
            "handshake-unanswered",
            format!("{url} closes the connection without an answer to the handshake"),
            wrong_port,
        ),
        Answer::NotHttp(bytes) => refused(
            "no-websocket",
            format!("{url} answers with what is no HTTP: {}", escaped(bytes)),
            wrong_port,
        ),
        Answer::WrongAccept => refused(
            "no-websocket",
            format!("{url} answers 101 without the proof that it speaks WebSocket"),
            wrong_port,
        ),
        Answer::Status { code: 403, .. } => {
            let (_, _, finding) = refused(
                "origin-refused",
                format!("the bridge refuses pages of {} (403)", scene.origin),
                "add a rule for the page's host to the policy: on the web it is the page's that counts, not the movie's",
            )?;
            Some((Verdict::Denied, NO_MATCH, finding))
        }
        Answer::Status {
            code,
            reason,
            location,
        } => {
            let to = location
                .as_ref()
                .map_or(String::new(), |location| format!(", to {location}"));
            refused(
                "handshake-refused",
                format!("{url} answers {code} {reason}{to} and opens no WebSocket"),
                status_help(*code),
            )
        }
    }
}

fn status_help(code: u16) -> &'static str {
    match code {
        300..=399 => "write the URL that it redirects to: browsers follow no redirect here",
        401 | 407 => "let the bridge ask for no password: browsers have none to send here",
        404 => "look at the path: the bridge knows no such gate",
        429 | 503 => "the bridge is at its limits, or shutting down",
        502 | 504 => "look at the game server behind the bridge: it does not accept",
        _ => {
            "look at the port and the path, and at the proxy before the bridge: it must pass `Upgrade` on"
        }
    }
}

/// 101, and yet no connection that lasts.
fn opened(scene: &Scene) -> Fault {
    let handshake = scene.handshake.as_ref()?;
    let Answer::Open { protocol, .. } = &handshake.answer else {
        return None;
    };
    if let Some(protocol) = protocol {
        let finding = Diagnostic::error(
            "subprotocol-answered",
            format!("the bridge answers with the subprotocol `{protocol}`, and Ruffle asks for none: browsers then fail the connection"),
        )
        .help("have the bridge answer without `Sec-WebSocket-Protocol`");
        return Some((Verdict::Unreachable, Reason::TargetRefused, finding));
    }
    let opening = &handshake.opening;
    let told = match &opening.close {
        Some((code, reason)) => {
            let code = code.map_or("without a code".to_owned(), |code| {
                format!("with code {code}")
            });
            let reason = if reason.is_empty() {
                String::new()
            } else {
                format!(" ({})", escaped(reason.as_bytes()))
            };
            format!("the bridge opens the WebSocket, and closes it at once {code}{reason}")
        }
        None if opening.ended => {
            "the bridge opens the WebSocket, and drops the connection at once".to_owned()
        }
        None => return None,
    };
    let finding = Diagnostic::error("bridge-closes-at-once", told)
        .note("a bridge that answers before it has reached the game server does this when that server is down")
        .help("look at the game server behind the bridge");
    Some((Verdict::Unreachable, Reason::TargetRefused, finding))
}

/// What works here, and may not elsewhere.
fn doubts(scene: &Scene, page: Option<&Page>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let opening = scene.handshake.as_ref().map(|handshake| &handshake.opening);
    if opening.is_some_and(|opening| opening.text_frame) {
        found.push(
            Diagnostic::warning(
                "text-frame",
                "the bridge sends text frames: Ruffle drops them",
            )
            .help("have it send binary frames only"),
        );
    }
    let local = scene
        .lookup
        .addresses
        .iter()
        .find(|address| is_local(**address));
    if let (Some(address), Some(_)) = (local, page.filter(|page| !page.is_local())) {
        found.push(
            Diagnostic::warning(
                "local-network-access",
                format!("{} is on a local network ({address}), and the page is not: Chrome from 147 on asks the user first", scene.entry.url.host),
            )
            .note("until the user allows it, the browser connects, sends nothing and closes; in a frame the page must also have `allow=\"local-network\"`")
            .help("offer the bridge at a public address, or tell players to allow access to the local network"),
        );
    }
    found
}
