//! What a bridge's behavior means for Ruffle, and what to do about it.

use std::net::IpAddr;
use std::time::Duration;

use flash_policy::decide;
use flash_policy::player::{Reason, Verdict};
use flash_policy::{Diagnostic, Host};
use flashgate_wire::websocket::is_bad_port;

use super::super::answer::{BadUpgrade, HandshakeAnswer};
use super::super::judge::{judge_tls, unchecked};
use super::super::shown::{shown, shown_text};
use super::super::tls::TlsFault;
use super::super::trace::DialOutcome;
use super::refusal::{NO_MATCH, NOT_TOLD};
use super::scene::{Greeting, HandshakeScene, Reached, Scene};
use super::{entry, refusal};
use crate::findings::FindingId;
use crate::web::{ProxyUrl, WebOrigin, is_local, is_mixed_content};
use crate::{Finding, LookupFault};

/// The result for one bridge.
pub(super) struct Judged {
    pub(super) verdict: Verdict,
    pub(super) reason: Reason,
    pub(super) findings: Vec<Finding>,
}

const SANDBOX: Reason = Reason::Refused(decide::RefusalReason::Sandbox);

pub(super) fn judge(scene: &Scene, page: Option<&WebOrigin>) -> Judged {
    let unused = entry::fault(&scene.entry).map(|finding| (Verdict::Denied, NO_MATCH, finding));
    let faults: Vec<_> = [unused, blocked(scene, page), reached(scene)]
        .into_iter()
        .flatten()
        .collect();
    let first = faults.first();
    let (verdict, reason) = first.map_or(FINE, |(verdict, reason, _)| (*verdict, *reason));
    let faults = faults.into_iter().map(|(.., finding)| finding);
    Judged {
        verdict,
        reason,
        findings: faults
            .chain(doubts(scene, page))
            .map(Finding::of_server)
            .collect(),
    }
}

pub(super) const FINE: (Verdict, Reason) = (Verdict::Allowed, Reason::NoPolicyNeeded);

type Objection = Option<(Verdict, Reason, Diagnostic)>;

/// Why the page does not get a WebSocket that stays open, if so.
fn reached(scene: &Scene) -> Objection {
    match &scene.reached {
        Reached::OutOfTime => None,
        Reached::Nobody(fault) => Some(nameless(fault)),
        Reached::NoConnection => Some(unreachable(scene)),
        Reached::NoTls(fault) => Some(without_tls(scene, fault)),
        Reached::Server(handshake) => answered(scene, handshake),
    }
}

/// A finding about WebSockets that there was no time for.
pub(super) fn not_checked(count: usize, of: usize, limit: Duration) -> Diagnostic {
    let message = format!(
        "{count} of {of} WebSockets could not be checked within {:.1} s",
        limit.as_secs_f64()
    );
    let id = FindingId::WebsocketNotChecked;
    let finding = if count == of {
        id.error(message)
    } else {
        id.warning(message)
    };
    finding.help("allow more time with --timeout, or check their URLs one by one")
}

fn nameless(fault: &LookupFault) -> (Verdict, Reason, Diagnostic) {
    let finding = FindingId::NoAddress
        .error(fault.to_string())
        .note("the movie gets `connect`, then `close`, as if the server were down")
        .help(fault.help());
    (Verdict::Unreachable, Reason::TargetRefused, finding)
}

fn without_tls(scene: &Scene, fault: &TlsFault) -> (Verdict, Reason, Diagnostic) {
    let name = scene.entry.url.authority();
    let (reason, finding) = if *fault == TlsFault::Silence {
        let told = format!("{name} accepts the connection but does not answer the TLS handshake");
        (Reason::TargetTimeout, handshake_unanswered(&told))
    } else {
        let finding = judge_tls(fault, &name, FindingId::NoTlsOnBridge);
        (Reason::TargetRefused, finding)
    };
    (Verdict::Unreachable, reason, finding)
}

fn handshake_unanswered(message: &str) -> Diagnostic {
    FindingId::HandshakeUnanswered
        .error(message)
        .note(NOT_TOLD)
        .help(WRONG_PORT)
}

const WRONG_PORT: &str = "check the port and the path: no WebSocket server listens there";

/// What the browser blocks before it connects.
fn blocked(scene: &Scene, page: Option<&WebOrigin>) -> Objection {
    let url = &scene.entry.url;
    if is_bad_port(url.port) {
        let finding = FindingId::BlockedPort
            .error(format!("browsers block WebSockets to port {}", url.port))
            .help("move the WebSocket server to a port that browsers allow, such as 443");
        return Some((Verdict::Denied, SANDBOX, finding));
    }
    let page = page.filter(|page| is_mixed_content(page, url.secure, &url.host))?;
    let finding = FindingId::MixedContent
        .error(format!(
            "a page on {page} can't open {url}: it was loaded over HTTPS, and `ws:` is not encrypted"
        ))
        .note("the movie gets ioError (#2031) immediately, and nothing is sent")
        .help(format!(
            "offer the WebSocket over TLS, and use `{}`",
            ProxyUrl {
                secure: true,
                port: secure_port(url.port),
                ..url.clone()
            }
        ));
    Some((Verdict::Denied, SANDBOX, finding))
}

/// The port for a `wss:` URL. Any port except 80 may support TLS too, as flashgate's gates do.
const fn secure_port(port: u16) -> u16 {
    if port == 80 { 443 } else { port }
}

fn unreachable(scene: &Scene) -> (Verdict, Reason, Diagnostic) {
    let url = &scene.entry.url;
    let last = scene.attempts.last().map(|attempt| attempt.came);
    let (reason, finding) = match last.unwrap_or(DialOutcome::Silence) {
        DialOutcome::Connected | DialOutcome::Silence => {
            let message = format!(
                "port {} neither accepts nor refuses connections: a firewall drops the packets",
                url.port
            );
            let finding = FindingId::TargetFiltered.error(message).help(format!(
                "open port {} in the firewall, or in the provider's security group",
                url.port
            ));
            (Reason::TargetTimeout, finding)
        }
        DialOutcome::Refused
        | DialOutcome::Unreachable
        | DialOutcome::NoRoute
        | DialOutcome::Failed(_) => {
            let message = format!(
                "port {} refuses connections: nothing listens there",
                url.port
            );
            let finding = FindingId::TargetRefused
                .error(message)
                .help("start the server, or check the address that it listens on");
            (Reason::TargetRefused, finding)
        }
    };
    (Verdict::Unreachable, reason, finding)
}

/// What the bridge's answer means.
fn answered(scene: &Scene, handshake: &HandshakeScene) -> Objection {
    let url = &scene.entry.url;
    let refused = |finding| Some((Verdict::Unreachable, Reason::TargetRefused, finding));
    let other = |id: FindingId, message: String, help: &str| {
        refused(id.error(message).note(NOT_TOLD).help(help))
    };
    match &handshake.answer {
        HandshakeAnswer::Open {
            protocol,
            extensions,
        } => refused(
            unasked(protocol.as_deref(), extensions.as_deref())
                .or_else(|| short_lived(&handshake.opening))?,
        ),
        HandshakeAnswer::Silence => {
            let message = format!("{url} accepts the connection but does not answer the handshake");
            let finding = handshake_unanswered(&message);
            Some((Verdict::Unreachable, Reason::TargetTimeout, finding))
        }
        HandshakeAnswer::NoHttpAtAll => {
            Some((Verdict::Unreachable, Reason::TargetTimeout, no_http(url)))
        }
        HandshakeAnswer::HungUp => refused(
            handshake_unanswered(&format!(
                "{url} closes the connection without answering the handshake"
            ))
            .note("game servers do this, and so do forwarders whose server is down")
            .help(IN_FRONT),
        ),
        HandshakeAnswer::NotHttp(bytes) => refused(game_itself(
            FindingId::NoWebsocket,
            format!("{url} does not answer with HTTP: {}", shown(bytes)),
        )),
        HandshakeAnswer::Lacks(lack) => other(
            FindingId::NoWebsocket,
            lacking(url, *lack),
            lack_help(*lack),
        ),
        HandshakeAnswer::Status(status) => Some(refusal::judge(scene, status)),
    }
}

fn no_http(url: &ProxyUrl) -> Diagnostic {
    let message = format!(
        "{url} accepts the connection but answers neither the handshake nor other HTTP requests"
    );
    game_itself(FindingId::HandshakeUnanswered, message)
}

/// A finding about a port that does not speak HTTP.
fn game_itself(id: FindingId, message: String) -> Diagnostic {
    id.error(message)
        .note(GAME_ITSELF)
        .note(NOT_TOLD)
        .help(IN_FRONT)
}

const GAME_ITSELF: &str = "this may be the game's own port: Ruffle opens WebSockets, but the game uses its own protocol over TCP";

const IN_FRONT: &str = "put a gate in front of the game, and use its URL here: `flashgate serve --allow 'www.example.com' --gate 9339=127.0.0.1:9340`";

fn lacking(url: &ProxyUrl, lack: BadUpgrade) -> String {
    let what = match lack {
        BadUpgrade::Upgrade => "`Upgrade: websocket`",
        BadUpgrade::Connection => "`Connection: Upgrade`",
        BadUpgrade::Proof => "a valid `Sec-WebSocket-Accept`",
    };
    format!("{url} answers 101 without {what}: browsers fail the connection")
}

const fn lack_help(lack: BadUpgrade) -> &'static str {
    match lack {
        BadUpgrade::Upgrade | BadUpgrade::Connection => {
            "check the proxy in front of the server: it must forward `Upgrade` and `Connection` in both directions"
        }
        BadUpgrade::Proof => WRONG_PORT,
    }
}

/// What a 101 must not contain because the client did not ask for it (RFC 6455, section 4.1).
fn unasked(protocol: Option<&str>, extensions: Option<&str>) -> Option<Diagnostic> {
    if let Some(protocol) = protocol {
        return Some(FindingId::SubprotocolAnswered.error(
            format!("the server answers with the subprotocol {}, but Ruffle asks for none: browsers fail the connection", shown_text(protocol)),
        )
        .help("let the server answer without `Sec-WebSocket-Protocol`"));
    }
    let extension = extensions?.split(',').map(name_of).find(|name| {
        // Browsers offer this one.
        !name.eq_ignore_ascii_case("permessage-deflate")
    })?;
    Some(FindingId::ExtensionAnswered.error(
        format!("the server answers with the extension {}, which browsers do not offer: they fail the connection", shown_text(extension)),
    )
    .help("let the server answer without `Sec-WebSocket-Extensions`, or only with `permessage-deflate`"))
}

fn name_of(extension: &str) -> &str {
    extension.split(';').next().unwrap_or_default().trim()
}

/// 101, but the connection does not last.
fn short_lived(opening: &Greeting) -> Option<Diagnostic> {
    let told = match &opening.close {
        Some((code, reason)) => {
            let code = code.map_or("without a code".to_owned(), |code| {
                format!("with code {code}")
            });
            let reason = if reason.is_empty() {
                String::new()
            } else {
                format!(" ({})", shown_text(reason))
            };
            format!("the server opens the WebSocket and closes it immediately {code}{reason}")
        }
        None if opening.ended => {
            "the server opens the WebSocket and drops the connection immediately".to_owned()
        }
        None => return None,
    };
    Some(
        FindingId::BridgeClosesAtOnce
            .error(told)
            .note("a server that answers before it reaches the game does this if the game is down")
            .help("check the game server behind it"),
    )
}

/// What works here but may fail elsewhere.
fn doubts(scene: &Scene, page: Option<&WebOrigin>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if let Some(fault) = &scene.overlooked {
        found.push(unchecked(fault, &scene.entry.url.authority()));
    }
    let opening = scene.handshake().map(|handshake| &handshake.opening);
    if opening.is_some_and(|opening| opening.text_frame) {
        found.push(
            FindingId::TextFrame
                .warning("the server sends text frames, which Ruffle drops")
                .help("let it send only binary frames"),
        );
    }
    let mut addresses = scene.addresses.iter();
    let local = addresses.find(|address| is_local(**address));
    // A page on the same host is as local as the WebSocket, whatever its name.
    let elsewhere = page.filter(|page| !page.is_local() && page.host != scene.entry.url.host);
    if let (Some(address), Some(_)) = (local, elsewhere) {
        found.push(
            FindingId::LocalNetworkAccess.warning(
                format!("{} is {}, but the page is not: Chrome 147 and later asks the user first", scene.entry.url.host, on_local_network(&scene.entry.url.host, *address)),
            )
            .note("until the user allows it, the browser connects, sends nothing and closes; a page in a frame also needs `allow=\"local-network\"`")
            .help("offer the WebSocket at a public address, or tell players to allow access to the local network"),
        );
    }
    found
}

fn on_local_network(host: &Host, address: IpAddr) -> String {
    match host {
        Host::Address(_) => "on a local network".to_owned(),
        Host::Name(_) => format!("on a local network ({address})"),
    }
}
