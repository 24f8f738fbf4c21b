//! A check as a JSON document. `docs/check.schema.json` describes it. The meaning of a key never changes.

use flash_policy::player::{
    ConnectionEnd, Learnt, Notification as Heard, Outcome, Purpose, Transport,
};
use flashgate_report::render;
use flashgate_report::visible;
use serde_json::{Value, json};

use super::rule;
use super::words::{self, milliseconds, since_start};
use crate::trace::WebVisit;
use crate::{CheckReport, DialAttempt, Finding, Seen};

pub use super::bridge::json as bridge;

/// The whole report, ending with a line feed.
pub fn report(report: &CheckReport) -> String {
    let outcome = &report.outcome;
    let lookup = &report.lookup;
    let addresses: Vec<_> = lookup.addresses.iter().map(ToString::to_string).collect();
    let look = json!({
        "action": "look-up",
        "at-ms": 0,
        "took-ms": milliseconds(lookup.took),
        "host": lookup.host.to_string(),
        "addresses": addresses,
    });
    let steps: Vec<_> = std::iter::once(look)
        .chain(report.seen.iter().map(step))
        .collect();
    let unknown: Vec<_> = words::not_known(report)
        .into_iter()
        .map(|(id, message)| json!({"id": id, "message": message}))
        .collect();
    let findings: Vec<_> = report.findings.iter().map(finding).collect();
    let value = json!({
        "target": report.plan.target,
        "verdict": outcome.verdict.code(),
        "reason": outcome.reason.code(),
        "error": null,
        "decided-by": decided_by(outcome, &report.seen),
        "elapsed-ms": milliseconds(outcome.elapsed),
        "reported-after-ms": match outcome.reported {
            Heard::AtTimeout(after) => milliseconds(after),
            Heard::AtOnce | Heard::Thrown => milliseconds(outcome.elapsed),
        },
        "not-known": unknown,
        "steps": steps,
        "findings": findings,
    });
    document(&value)
}

/// A check without a verdict: an id for why, what is wrong, and what to do.
pub fn failure(target: &str, id: &str, message: &str, remedy: &str) -> String {
    document(&json!({
        "target": target,
        "verdict": null,
        "reason": null,
        "error": {"id": id, "message": message, "remedy": remedy},
        "steps": [],
        "findings": [],
    }))
}

/// The JSON as text. Escapes everything that terminals act on or don't show, because it contains text from servers.
pub(super) fn document(value: &Value) -> String {
    visible::json(&format!("{value:#}\n")).into_owned()
}

fn decided_by(outcome: &Outcome, seen: &[Seen]) -> Value {
    let Some(decided) = outcome.decided_by else {
        return json!({"source": "none", "rule": null});
    };
    let rule = rule::decided(decided, seen).map(|rule| {
        json!({
            "index": rule.index,
            "domain": rule.domain,
            "to-ports": rule.to_ports,
            "secure": rule.secure,
        })
    });
    json!({"source": decided.source(), "rule": rule})
}

/// An attempt to connect, which every step has.
pub(super) fn attempt(attempt: &DialAttempt) -> Value {
    json!({
        "address": attempt.address.to_string(),
        "at-ms": milliseconds(attempt.started),
        "took-ms": milliseconds(attempt.took),
        "outcome": words::dialled(attempt.came),
    })
}

fn step(seen: &Seen) -> Value {
    let (step, trace) = (&seen.step, &seen.trace);
    let (action, place) = match step.fetch.purpose {
        Purpose::Policy(place) => ("ask", Some(source(place))),
        Purpose::Target => ("connect", None),
    };
    let attempts: Vec<_> = trace.attempts.iter().map(attempt).collect();
    let reads: Vec<_> = trace
        .reads
        .iter()
        .take(MOST_READS)
        .map(|(at, bytes)| json!({"at-ms": milliseconds(*at), "bytes": bytes}))
        .collect();
    let terminator = if trace.has_nul() { "nul" } else { "none" };
    let end = trace
        .end
        .map(|(end, at)| json!({"how": words::ended(end), "at-ms": milliseconds(at)}));
    json!({
        "action": action,
        "place": place,
        "host": step.fetch.host.to_string(),
        "port": step.fetch.port.get(),
        "transport": if step.fetch.transport == Transport::Tls { "tls" } else { "tcp" },
        "at-ms": milliseconds(since_start(step.started)),
        "attempts": attempts,
        "connected-at-ms": step.connected.map(|at| milliseconds(since_start(at))),
        "first-byte-at-ms": trace.first_byte().map(milliseconds),
        "bytes": trace.reads.iter().map(|(_, bytes)| bytes).sum::<usize>(),
        "reads": reads,
        "terminator": (!trace.bytes.is_empty()).then_some(terminator),
        "bytes-after-nul": trace.surplus(),
        "end": end,
        "player": step.end.map(|(end, at)| json!({"saw": saw(end), "at-ms": milliseconds(since_start(at))})),
        "learnt": step.learnt.map(learnt),
        "responses": trace.visits.iter().map(visit).collect::<Vec<_>>(),
        "text": (!trace.bytes.is_empty()).then(|| String::from_utf8_lossy(trace.document())),
    })
}

/// A request to a web server, and what it answered.
fn visit(visit: &WebVisit) -> Value {
    let head = visit.head.as_ref();
    let field = |name| head.and_then(|head| head.field(name));
    json!({
        "url": visit.url,
        "status": head.map(|head| head.code),
        "content-type": field("content-type"),
        "location": field("location"),
    })
}

/// A server that sends single bytes does not need a line for each.
const MOST_READS: usize = 64;

fn source(place: flash_policy::decide::Place) -> &'static str {
    use flash_policy::decide::Place;
    match place {
        Place::Master => "master",
        Place::Loaded(_) => "loaded",
        Place::Destination => "destination",
        Place::SiteRoot => "site-root",
    }
}

fn saw(end: ConnectionEnd) -> &'static str {
    match end {
        ConnectionEnd::Connected => "connected",
        ConnectionEnd::Nul => "nul",
        ConnectionEnd::Finished => "finished",
        ConnectionEnd::ReadEnough => "read-enough",
        ConnectionEnd::TooLarge => "too-large",
        ConnectionEnd::Reset => "reset",
        ConnectionEnd::Refused => "refused",
        ConnectionEnd::TimedOut => "timed-out",
        ConnectionEnd::TlsFailed => "tls-failed",
        ConnectionEnd::NoDocument => "no-document",
        ConnectionEnd::ContentType => "content-type",
        _ => "other",
    }
}

fn learnt(learnt: Learnt) -> &'static str {
    match learnt {
        Learnt::Policy => "policy",
        Learnt::Unusable => "unusable",
        Learnt::Nothing => "nothing",
    }
}

pub(super) fn finding(finding: &Finding) -> Value {
    let diagnostic = &finding.diagnostic;
    json!({
        "id": diagnostic.rule,
        "level": render::level(diagnostic.severity),
        "message": diagnostic.message,
        "notes": diagnostic.notes,
        "remedy": diagnostic.help.join("; "),
    })
}
