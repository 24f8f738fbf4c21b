//! What lint says of a policy to the very client that is asked about.

use flash_policy::lint::{self, Hints, Options, PolicyKind, RuleGroup};
use flash_policy::player::{Client, Learnt};
use flash_policy::{Diagnostic, LintReport, Serving, Severity};

use super::case::PolicyConnection;

/// Of one policy more are not even looked at: they are compared with each other.
const MOST_LOOKED_AT: usize = 500;

impl PolicyConnection<'_> {
    pub(super) fn lint(self) -> LintReport {
        self.lint_of(self.document())
    }

    /// What lint says of a document to this very client.
    pub(super) fn lint_of(self, document: &[u8]) -> LintReport {
        let serving = Serving::from_port(self.counts_as());
        let options = Options::new(serving).hints(Hints::LeftOut);
        let options = match self.client {
            Client::Silverlight => options.kind(PolicyKind::Silverlight),
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

/// Lint's findings that are about Flash Player, and untrue of Lightspark: it knows `*.com`, and no rule on low ports.
const NOT_LIGHTSPARK: [&str; 2] = ["wildcard-top-level-domain", "low-ports-from-high-port"];

/// Whether what lint says of a policy is so for this client.
fn is_true(client: Client, finding: &Diagnostic) -> bool {
    match client {
        // It has no meta-policies.
        Client::Unity => {
            lint::rule(finding.rule).is_none_or(|rule| rule.group != RuleGroup::MetaPolicy)
        }
        Client::Lightspark => !NOT_LIGHTSPARK.contains(&finding.rule),
        Client::Flash | Client::Silverlight | Client::Ruffle | _ => true,
    }
}

/// What lint says of a file that Flash Player refuses whole, where Lightspark has read it all the same.
fn is_lenient(finding: &Diagnostic) -> bool {
    let rule = lint::rule(finding.rule);
    finding.severity == Severity::Error
        && rule.is_some_and(|rule| matches!(rule.group, RuleGroup::File | RuleGroup::Syntax))
}

/// The same as a warning, without what is so for Flash Player alone.
fn overlook(finding: &mut Diagnostic) {
    finding.severity = Severity::Warning;
    finding.notes = vec![
        "Flash Player refuses the file for this; Lightspark reads it all the same, as far as it gets"
            .to_owned(),
    ];
}
