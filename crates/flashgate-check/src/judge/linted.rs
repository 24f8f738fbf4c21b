//! Lint findings about a policy, for the client that is checked.

use flash_policy::lint::{self, Hints, Options, PolicyKind, RuleGroup};
use flash_policy::player::{Client, Learnt};
use flash_policy::{Diagnostic, LintReport, Serving, Severity};

use super::case::PolicyConnection;

/// At most this many findings of one policy are considered, because they are compared with each other.
const MOST_LOOKED_AT: usize = 500;

impl PolicyConnection<'_> {
    pub(super) fn lint(self) -> LintReport {
        self.lint_of(self.document())
    }

    /// The lint findings about a document, for this client.
    pub(super) fn lint_of(self, document: &[u8]) -> LintReport {
        let serving = Serving::from_port(self.counts_as());
        let options = Options::new(serving).hints(Hints::LeftOut);
        let options = match self.client {
            Client::Silverlight => options.kind(PolicyKind::Silverlight),
            _ if self.is_over_http() => options.kind(PolicyKind::Url),
            Client::Unity => options.clients(&[lint::PolicyReader::Unity]),
            Client::Lightspark => options.clients(&[lint::PolicyReader::Lightspark]),
            Client::Flash | Client::Ruffle | _ => options,
        };
        let mut report = lint::lint_with(document, &options);
        report
            .findings
            .retain(|finding| is_true(self.client, finding));
        if self.client == Client::Lightspark && self.seen.step.learnt == Some(Learnt::Policy) {
            let lenient = report.findings.iter_mut();
            let lenient = lenient.filter(|finding| is_lenient(finding));
            lenient.for_each(overlook);
        }
        let errors_first = |finding: &Diagnostic| std::cmp::Reverse(finding.severity);
        if report.findings.len() > MOST_LOOKED_AT {
            report.findings.sort_by_key(errors_first);
            report.findings.truncate(MOST_LOOKED_AT);
        }
        report
    }
}

/// Lint findings about Flash Player that don't apply to Lightspark: it supports `*.com`, and has no rule about low
/// ports.
const NOT_LIGHTSPARK: [&str; 2] = ["wildcard-top-level-domain", "low-ports-from-high-port"];

/// Whether a lint finding applies to this client.
fn is_true(client: Client, finding: &Diagnostic) -> bool {
    match client {
        // Unity has no meta-policies.
        Client::Unity => {
            lint::rule(finding.rule).is_none_or(|rule| rule.group != RuleGroup::MetaPolicy)
        }
        Client::Lightspark => !NOT_LIGHTSPARK.contains(&finding.rule),
        Client::Flash | Client::Silverlight | Client::Ruffle | _ => true,
    }
}

/// A lint finding for which Flash Player rejects the whole file, although Lightspark has read it.
fn is_lenient(finding: &Diagnostic) -> bool {
    let rule = lint::rule(finding.rule);
    finding.severity == Severity::Error
        && rule.is_some_and(|rule| matches!(rule.group, RuleGroup::File | RuleGroup::Syntax))
}

/// Turns such a finding into a warning, without notes that apply only to Flash Player.
fn overlook(finding: &mut Diagnostic) {
    finding.severity = Severity::Warning;
    finding.notes = vec![
        "Flash Player rejects the file for this; Lightspark still reads it, up to the mistake"
            .to_owned(),
    ];
}
