//! The results of a check of Ruffle's bridges, in every format.

use std::fmt::Write as _;

use flash_policy::player::Verdict;
use serde_json::{Value, json};

use super::human::{attempted, detail, emphasised, findings, line};
use super::json::{attempt, document, finding};
use super::loads;
use super::nagios::{NagiosStatus, first, seconds, status};
use super::words::{milliseconds, time};
use crate::findings::FindingId;
use crate::web::LoadKind;
use crate::{BadUpgrade, BridgeReport, Finding, HandshakeAnswer, Reached, Scene};

/// A timeline, a verdict and findings, for standard output.
pub fn human(report: &BridgeReport) -> String {
    let mut text = format!(
        "{}, checked as Ruffle in a browser\n\n",
        report.plan.shown_target()
    );
    for load in &report.loads {
        loads::human(&mut text, load);
    }
    for scene in &report.scenes {
        told(&mut text, scene);
    }
    let word = emphasised(report.verdict);
    let why = match report.verdict {
        Verdict::Allowed if misses_movie(report) => {
            "the WebSocket opens, but Ruffle can't load the movie"
        }
        Verdict::Allowed => "the WebSocket opens; Ruffle asks for no policy",
        Verdict::Denied => denied(&report.findings),
        Verdict::Unreachable => unreachable(report),
    };
    let code = report.reason.code();
    // Writing to a string can't fail.
    let _ = write!(
        text,
        "\n{word}: {why}\n{:>10} [{code}] after {}\n\n",
        "",
        time(report.elapsed)
    );
    text.push_str(&findings(&report.findings, &[], report.plan.shown_target()));
    text
}

/// How many WebSockets fail.
fn unreachable(report: &BridgeReport) -> &'static str {
    let scenes = &report.scenes;
    let is_open = |scene: &Scene| {
        let answer = scene.handshake().map(|handshake| &handshake.answer);
        matches!(answer, Some(HandshakeAnswer::Open { .. }))
    };
    let unchecked = |scene: &Scene| matches!(scene.reached, Reached::OutOfTime);
    if !scenes.is_empty() && scenes.iter().all(unchecked) {
        "no WebSocket could be checked in time"
    } else if scenes.len() > 1 && scenes.iter().any(is_open) {
        "not every WebSocket opens"
    } else {
        "no WebSocket opens"
    }
}

/// Whether the movie was asked for and can't be loaded. The verdict is only about the connection.
fn misses_movie(report: &BridgeReport) -> bool {
    let mut movies = report.loads.iter();
    movies.any(|load| matches!(load.kind, LoadKind::Movie(_)) && load.result.is_err())
}

/// Which side refuses. The first finding is about the first entry that fails.
fn denied(findings: &[Finding]) -> &'static str {
    let is = |id: FindingId| move |finding: &&Finding| finding.diagnostic.rule == id.id();
    let of = |id| findings.iter().find(is(id)).is_some();
    if of(FindingId::ConfigOverwritten) {
        "a script of the page removes the entry that Ruffle needs"
    } else if of(FindingId::ScriptMixedContent) {
        "the browser blocks the script with the entries"
    } else if of(FindingId::BlockedPort) || of(FindingId::MixedContent) {
        "the browser blocks the WebSocket"
    } else if of(FindingId::OriginRefused) {
        "the server rejects the page (403)"
    } else {
        "Ruffle does not use this entry"
    }
}

fn told(text: &mut String, scene: &Scene) {
    let entry = &scene.entry;
    let movie = entry.movie.as_ref();
    let movie = movie.map_or(String::new(), |(host, port)| format!(", for {host}:{port}"));
    line(text, scene.started, &format!("{}{movie}", entry.url));
    for attempt in &scene.attempts {
        detail(text, &attempted(attempt));
    }
    match &scene.reached {
        Reached::Nobody(fault) => detail(text, &fault.to_string()),
        Reached::NoTls(_) => detail(text, "the TLS handshake fails"),
        Reached::OutOfTime => detail(text, "not checked: the time limit passed"),
        Reached::NoConnection | Reached::Server(_) => {}
    }
    let Some(handshake) = scene.handshake() else {
        return;
    };
    detail(text, &format!("handshake with Origin {}", scene.origin));
    let answer = match &handshake.answer {
        HandshakeAnswer::Silence => "no answer".to_owned(),
        HandshakeAnswer::NoHttpAtAll => "no answer, not even to a plain HTTP request".to_owned(),
        HandshakeAnswer::HungUp => "closes without an answer".to_owned(),
        HandshakeAnswer::NotHttp(_) => "does not answer with HTTP".to_owned(),
        HandshakeAnswer::Lacks(BadUpgrade::Proof) => {
            "answers 101 without a valid `Sec-WebSocket-Accept`".to_owned()
        }
        HandshakeAnswer::Lacks(BadUpgrade::Upgrade | BadUpgrade::Connection) => {
            "answers 101 without switching to WebSocket".to_owned()
        }
        HandshakeAnswer::Status(status) => format!("answers {} {}", status.code, status.reason),
        HandshakeAnswer::Open { .. } => "answers 101: open".to_owned(),
    };
    let after = handshake.answered_at.map_or(String::new(), |at| {
        format!(" after {}", time(at.saturating_sub(handshake.sent_at)))
    });
    detail(text, &format!("{answer}{after}"));
}

/// The JSON document, with the same keys as for the other clients.
pub fn json(report: &BridgeReport) -> String {
    let scenes = report.scenes.iter().map(step);
    let steps: Vec<_> = report.loads.iter().map(loads::step).chain(scenes).collect();
    let findings: Vec<_> = report.findings.iter().map(finding).collect();
    let value = json!({
        "target": report.plan.target,
        "verdict": report.verdict.code(),
        "reason": report.reason.code(),
        "error": null,
        "decided-by": {"source": "none", "rule": null},
        "elapsed-ms": milliseconds(report.elapsed),
        "reported-after-ms": milliseconds(report.elapsed),
        "not-known": [],
        "steps": steps,
        "findings": findings,
    });
    document(&value)
}

fn step(scene: &Scene) -> Value {
    let attempts: Vec<_> = scene.attempts.iter().map(attempt).collect();
    let handshake = scene.handshake().map(|handshake| {
        let opening = &handshake.opening;
        let (status, protocol, extensions) = match &handshake.answer {
            HandshakeAnswer::Status(status) => (Some(status.code), None, None),
            HandshakeAnswer::Open {
                protocol,
                extensions,
            } => (Some(101), protocol.as_deref(), extensions.as_deref()),
            HandshakeAnswer::Lacks(_) => (Some(101), None, None),
            HandshakeAnswer::Silence
            | HandshakeAnswer::NoHttpAtAll
            | HandshakeAnswer::HungUp
            | HandshakeAnswer::NotHttp(_) => (None, None, None),
        };
        json!({
            "sent-at-ms": milliseconds(handshake.sent_at),
            "answered-at-ms": handshake.answered_at.map(milliseconds),
            "status": status,
            "open": matches!(handshake.answer, HandshakeAnswer::Open { .. }),
            "subprotocol": protocol,
            "extensions": extensions,
            "text-frame": opening.text_frame,
            "binary-frame": opening.binary_frame,
            "close-code": opening.close.as_ref().and_then(|(code, _)| *code),
            "closed": opening.close.is_some() || opening.ended,
        })
    });
    let addresses: Vec<_> = scene.addresses.iter().map(ToString::to_string).collect();
    let tls = match &scene.reached {
        _ if !scene.entry.url.secure => None,
        Reached::OutOfTime => None,
        Reached::Nobody(_) | Reached::NoConnection | Reached::NoTls(_) => Some(false),
        Reached::Server(_) => Some(true),
    };
    json!({
        "action": "open-websocket",
        "url": scene.entry.url.to_string(),
        "for": scene.entry.movie.as_ref().map(|(host, port)| format!("{host}:{port}")),
        "origin": scene.origin,
        "addresses": addresses,
        "at-ms": milliseconds(scene.started),
        "attempts": attempts,
        "tls": tls,
        "handshake": handshake,
    })
}

/// One line, and its status.
pub fn nagios(report: &BridgeReport) -> (String, NagiosStatus) {
    let status = status(report.verdict, &report.findings);
    let text = format!(
        "{} {} ({}){}",
        report.plan.shown_target(),
        report.verdict.code(),
        report.reason.code(),
        first(&report.findings)
    );
    let limit = report.plan.timeout.as_secs_f64();
    let performance = format!(
        "time={}s;;;0;{limit} findings={};;;0",
        seconds(report.elapsed),
        report.findings.len()
    );
    (status.line(&text, &performance), status)
}
