//! A timeline, a verdict, and findings with their fixes.

use std::fmt::Write as _;
use std::time::Duration;

use flash_policy::Diagnostic;
use flash_policy::player::{ConnectionEnd, Protocol, Purpose, Transport, Verdict};
use flashgate_report::render;

use super::words::{self, count, time};
use crate::trace::WebVisit;
use crate::{CheckReport, DialAttempt, DialOutcome, Ended, Finding, ReceivedPolicy, Seen};

pub use super::bridge::human as bridge;

/// The whole report, for standard output.
pub fn report(report: &CheckReport) -> String {
    let mut text = String::new();
    let config = &report.plan.config;
    let _ = writeln!(
        text,
        "{}, checked as {}{}\n",
        report.plan.target,
        words::client(config),
        words::assumed_movie(config)
    );
    let lookup = &report.lookup;
    if matches!(lookup.host, flash_policy::Host::Name(_)) {
        let addresses: Vec<_> = lookup.addresses.iter().map(ToString::to_string).collect();
        line(
            &mut text,
            Duration::ZERO,
            &format!("{} is {}", lookup.host, addresses.join(", ")),
        );
    }
    for seen in &report.seen {
        connection(&mut text, seen);
    }
    let outcome = &report.outcome;
    let word = emphasised(outcome.verdict);
    let told = words::verdict(report);
    let _ = write!(
        text,
        "\n{word}: {told}\n{:>10} [{}] after {}\n\n",
        "",
        outcome.reason.code(),
        time(outcome.elapsed)
    );
    let not_known = words::not_known(report);
    for (_, what) in &not_known {
        let _ = writeln!(text, "not known: {what}");
    }
    if !not_known.is_empty() {
        text.push('\n');
    }
    text.push_str(&findings(
        &report.findings,
        &report.sources,
        &report.plan.target,
    ));
    text
}

/// Findings in order, each with its place in a policy, if it has one.
pub(super) fn findings(found: &[Finding], sources: &[ReceivedPolicy], target: &str) -> String {
    let mut text = String::new();
    let mut shown: Vec<_> = found.iter().collect();
    if shown.len() > MOST_SHOWN {
        // The most important cause stays first.
        let rest = shown.get_mut(1..).unwrap_or_default();
        rest.sort_by_key(|finding| std::cmp::Reverse(finding.diagnostic.severity));
    }
    for finding in shown.iter().take(MOST_SHOWN) {
        let source = finding.source.and_then(|index| sources.get(index));
        let (name, bytes) = source.map_or((target, &b""[..]), |source| {
            (source.name.as_str(), source.bytes.as_slice())
        });
        let finding = fit_for_terminals(&finding.diagnostic);
        text.push_str(&render::finding_on_stdout(&finding, name, bytes));
    }
    if let Some(more) = found.len().checked_sub(MOST_SHOWN).filter(|more| *more > 0) {
        let _ = write!(
            text,
            "{more} more findings are not shown; `flashgate lint` shows the mistakes in a policy\n\n"
        );
    }
    text
}

/// Findings contain text from servers.
fn fit_for_terminals(finding: &Diagnostic) -> Diagnostic {
    let mut finding = finding.clone();
    let texts = finding.notes.iter_mut().chain(&mut finding.help);
    for text in texts.chain([&mut finding.message]) {
        *text = render::printable(text);
    }
    finding
}

/// No one reads more than this, and each finding may repeat a line of the policy.
const MOST_SHOWN: usize = 50;

/// The verdict's word, in color if the user wants it.
pub(super) fn emphasised(verdict: Verdict) -> String {
    let word = verdict.code();
    if !render::has_color(&std::io::stdout()) {
        return word.to_owned();
    }
    let colour = match verdict {
        Verdict::Allowed => 32,
        Verdict::Denied | Verdict::Unreachable => 31,
    };
    format!("\x1b[1;{colour}m{word}\x1b[0m")
}

/// A line of the timeline.
pub(super) fn line(text: &mut String, at: Duration, what: &str) {
    // Writing to a string can't fail.
    let _ = writeln!(
        text,
        "{:>8.3} s  {}",
        at.as_secs_f64(),
        render::printable(what)
    );
}

/// An indented line below it.
pub(super) fn detail(text: &mut String, what: &str) {
    let _ = writeln!(text, "            {}", render::printable(what));
}

fn connection(text: &mut String, seen: &Seen) {
    let fetch = &seen.step.fetch;
    let what = match fetch.purpose {
        Purpose::Policy(place) => words::asked_for(fetch, place),
        Purpose::Target => "the movie's own connection".to_owned(),
    };
    let over = if fetch.transport == Transport::Tls {
        ", over TLS"
    } else {
        ""
    };
    line(
        text,
        words::since_start(seen.step.started),
        &format!("port {}: {what}{over}", fetch.port),
    );
    for attempt in &seen.trace.attempts {
        detail(text, &attempted(attempt));
    }
    if seen.trace.tls.is_some() {
        detail(text, "the TLS handshake fails");
    } else if let (Protocol::Http { .. }, Some(_)) = (&fetch.protocol, seen.step.connected) {
        for visit in &seen.trace.visits {
            visited(text, visit);
        }
    } else if seen.step.connected.is_some() && shows_more(seen) {
        detail(text, &answer(seen));
    }
}

/// What a web server answered.
fn visited(text: &mut String, visit: &WebVisit) {
    let Some(head) = &visit.head else {
        return detail(text, "no answer in HTTP");
    };
    let field = |label: &str, name: &str| {
        let value = head.field(name);
        value.map_or(String::new(), |value| {
            format!(", {label}{}", shortened(&value))
        })
    };
    let (kind, to) = (field("", "content-type"), field("to ", "location"));
    let url = shortened(&visit.url);
    let answer = format!(
        "{url} answers {} {}{kind}{to}",
        head.code,
        shortened(&head.reason)
    );
    detail(text, &answer);
}

/// A longer URL or field adds nothing to a line.
const LONGEST_TEXT: usize = 200;

fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST_TEXT) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// If nothing was sent, only an end without a byte is worth a line.
fn shows_more(seen: &Seen) -> bool {
    let ends_mute = seen.trace.end.is_some() && seen.trace.bytes.is_empty();
    seen.step.fetch.protocol != Protocol::Nothing || ends_mute
}

pub(super) fn attempted(attempt: &DialAttempt) -> String {
    let address = attempt.address;
    let took = time(attempt.took);
    match attempt.came {
        DialOutcome::Connected => format!("{address} accepts after {took}"),
        DialOutcome::Refused => format!("{address} refuses after {took}"),
        DialOutcome::Unreachable => format!("{address} is unreachable (reported after {took})"),
        DialOutcome::NoRoute => format!("{address}: this machine can't reach such addresses"),
        DialOutcome::Silence => {
            format!("{address} does not respond for {took}: something drops the packets")
        }
        DialOutcome::Failed(kind) => format!("{address}: {kind}"),
    }
}

fn answer(seen: &Seen) -> String {
    let (step, trace) = (&seen.step, &seen.trace);
    let Some(first) = trace.first_byte() else {
        return match trace.end {
            Some((ended, at)) => {
                let (ends, then) = closes(ended);
                format!("{ends} after {} without a byte{then}", after(seen, at))
            }
            None => "sends nothing".to_owned(),
        };
    };
    let bytes: usize = trace.reads.iter().map(|(_, bytes)| bytes).sum();
    let mut told = format!(
        "answers after {}: {} in {}",
        after(seen, first),
        count(bytes, "byte"),
        count(trace.reads.len(), "read")
    );
    told.push_str(match (trace.has_nul(), trace.surplus()) {
        (false, _) => ", no NUL",
        (true, 0) => ", ending with a NUL",
        (true, _) => ", more than one after the first NUL",
    });
    match trace.end {
        Some((ended, _)) => {
            let (ends, then) = closes(ended);
            let _ = write!(told, ", then {ends}{then}");
        }
        None => told.push_str(", stays open"),
    }
    let learnt = match step.learnt {
        Some(flash_policy::player::Learnt::Policy) => "",
        Some(flash_policy::player::Learnt::Unusable) => "; not a policy",
        _ if matches!(step.end, Some((ConnectionEnd::Reset, _))) => "; lost to the reset",
        Some(flash_policy::player::Learnt::Nothing) | None => "; too late or incomplete",
    };
    told.push_str(learnt);
    told
}

fn after(seen: &Seen, at: Duration) -> String {
    time(at.saturating_sub(words::since_start(seen.step.started)))
}

/// How it ends, and what follows.
fn closes(ended: Ended) -> (&'static str, &'static str) {
    match ended {
        Ended::Fin => ("closes (FIN)", ""),
        Ended::Reset => ("resets (RST)", ""),
        Ended::FinThenReset => ("closes (FIN)", ", and resets (RST) later data"),
    }
}
