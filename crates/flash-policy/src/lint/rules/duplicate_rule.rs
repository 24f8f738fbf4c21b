use crate::lint::coverage;
use crate::lint::rule::{Findings, LintRule, RuleGroup, Severity, Subject, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "duplicate-rule",
    severity: Severity::Hint,
    group: RuleGroup::Rules,
    page: page!(
        finds = "rules that repeat an earlier rule.",
        matters = "The rule has no effect. Perhaps one of the two was meant to be different.",
        flash = "Rules add up and their order does not matter, in all versions.",
        example = rules(
            r#"<allow-access-from domain="www.example.com" to-ports="9339"/>
  <allow-access-from domain="WWW.example.com" to-ports="9339"/>"#
        ),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(policy) = subject.policy else { return };
    for (first, again) in coverage::duplicates(policy) {
        let rules = &subject.places.rules;
        let (Some(first), Some(again)) = (rules.get(first), rules.get(again)) else {
            continue;
        };
        let finding = RULE
            .finding("this rule repeats an earlier one")
            .at(again.tag, "")
            .also_at(first.tag, "the earlier rule")
            .help("remove it, or correct its domain or ports");
        findings.push(if subject.is_without_comments(again) {
            finding.fix("remove the duplicate", subject.with_line(again.element), "")
        } else {
            finding
        });
    }
}
