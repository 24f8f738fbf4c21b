//! The rule that a finding in a generated file is about, if its place there has no equal in the config file: several
//! rules may be one element of the file, and one rule several.

use flash_policy::Diagnostic;

use super::super::Named;
use crate::config::applies_to::AppliesTo;

impl Named {
    /// Moves a finding without a place of its own from the policy to the first rule that causes it.
    pub(super) fn at_cause(&self, mut finding: Diagnostic) -> Diagnostic {
        let place = finding.label.as_ref().map(|label| label.span);
        if place != Some(self.header) {
            return finding;
        }
        let cause = match finding.rule {
            "wildcard-domain" => self
                .rules_for(AppliesTo::Urls)
                .chain(self.rules_for(AppliesTo::Sockets))
                .find(|(rule, _)| rule.rule.domain.hosts().to_string() == "*")
                .and_then(|(_, raw)| raw.domain.as_ref()),
            "wildcard-headers" => self
                .rules_for(AppliesTo::Urls)
                .flat_map(|(_, raw)| &raw.headers)
                .find(|text| text.value.trim() == "*"),
            _ => None,
        };
        if let Some(cause) = cause {
            finding = finding.at(cause.span, "");
            finding.repeats.clear();
        }
        finding
    }
}
