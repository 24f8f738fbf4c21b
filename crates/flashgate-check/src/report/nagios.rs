//! One line for a monitoring system, in the format of Nagios plugins: status, text, `|`, performance data.

use std::fmt::Write as _;
use std::time::Duration;

use flash_policy::Severity;
use flash_policy::player::{Outcome, Purpose, Verdict};
use flashgate_report::render;

use super::words;
use crate::{About, CheckReport, Finding};

pub use super::bridge::nagios as bridge;

macro_rules! statuses {
    ($($name:ident $code:literal $word:literal: $meaning:literal;)*) => {
        /// What a plugin's exit code means.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum NagiosStatus {
            $(#[doc = $meaning] $name,)*
        }

        impl NagiosStatus {
            /// The exit code, 0 to 3.
            pub const fn code(self) -> u8 {
                match self {
                    $(Self::$name => $code,)*
                }
            }

            const fn word(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)*
                }
            }
        }

        /// A row for each exit code, in Markdown.
        pub const NAGIOS_TABLE: &str =
            concat!($("| ", $code, " | ", $word, ": ", $meaning, " |\n"),*);
    };
}

statuses! {
    Ok 0 "OK": "the movie would connect.";
    Warning 1 "WARNING": "it would, but there is a finding about the server, or an error in a policy.";
    Critical 2 "CRITICAL": "it would not.";
    Unknown 3 "UNKNOWN": "the check could not run, or its flags are wrong.";
}

impl NagiosStatus {
    /// The line. A bar would begin the performance data and a line feed would end it, so both are replaced.
    pub fn line(self, text: &str, performance: &str) -> String {
        let text = text.replace('|', "/").replace(['\n', '\r'], " ");
        let text = render::printable(&text);
        let bar = if performance.is_empty() { "" } else { " | " };
        format!("FLASHGATE {} - {text}{bar}{performance}\n", self.word())
    }
}

/// The line and its status.
pub fn report(report: &CheckReport) -> (String, NagiosStatus) {
    let status = status(report.outcome.verdict, &report.findings);
    let text = format!(
        "{} {}{}",
        report.plan.target,
        told(&report.outcome),
        first(&report.findings)
    );
    (status.line(&text, &performance(report)), status)
}

fn told(outcome: &Outcome) -> String {
    format!("{} ({})", outcome.verdict.code(), outcome.reason.code())
}

/// The first finding: its message and id.
pub(super) fn first(findings: &[Finding]) -> String {
    let first = findings
        .iter()
        .find(|finding| counts(finding))
        .or(findings.first());
    first.map_or(String::new(), |finding| {
        format!(
            ": {} [{}]",
            finding.diagnostic.message, finding.diagnostic.rule
        )
    })
}

/// How a policy is written is for `flashgate lint`: an intended `*` must not be a permanent warning.
fn counts(finding: &Finding) -> bool {
    finding.about == About::Server || finding.diagnostic.severity == Severity::Error
}

pub(super) fn status(verdict: Verdict, findings: &[Finding]) -> NagiosStatus {
    if verdict != Verdict::Allowed {
        NagiosStatus::Critical
    } else if findings.iter().any(counts) {
        NagiosStatus::Warning
    } else {
        NagiosStatus::Ok
    }
}

fn performance(report: &CheckReport) -> String {
    let limit = report.plan.config.timeout.as_secs_f64();
    let mut text = format!("time={}s;;;0;{limit}", seconds(report.outcome.elapsed));
    for seen in &report.seen {
        let Some(connected) = seen.step.connected else {
            continue;
        };
        let label = match seen.step.fetch.purpose {
            Purpose::Target => "connect",
            Purpose::Policy(flash_policy::decide::Place::Master) => "master",
            Purpose::Policy(flash_policy::decide::Place::Destination) => "destination",
            Purpose::Policy(_) => continue,
        };
        let until = seen.step.end.map_or(connected, |(_, at)| at);
        let took = words::since_start(until).saturating_sub(words::since_start(seen.step.started));
        // Writing to a string can't fail.
        let _ = write!(text, " {label}={}s;;;0", seconds(took));
    }
    let _ = write!(text, " findings={};;;0", report.findings.len());
    text
}

pub(super) fn seconds(duration: Duration) -> String {
    format!("{:.6}", duration.as_secs_f64())
}
