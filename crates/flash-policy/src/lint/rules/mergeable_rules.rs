use crate::lint::coverage;
use crate::lint::rule::{Findings, LintRule, PolicyKind, RuleGroup, Severity, Subject, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "mergeable-rules",
    severity: Severity::Hint,
    group: RuleGroup::Rules,
    page: page!(
        finds = "rules that differ only in their ports.",
        matters = "One rule with all the ports has the same effect, and makes the policy shorter.",
        flash = "Rules add up, and `to-ports` takes a list of any length, in all versions.",
        example = rules(
            r#"<allow-access-from domain="www.example.com" to-ports="9339"/>
  <allow-access-from domain="www.example.com" to-ports="9340"/>"#
        ),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339,9340"/>"#),
    ),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(policy) = subject.policy.filter(|_| !subject.is(PolicyKind::Url)) else {
        return;
    };
    for (first, second) in coverage::split(policy) {
        let rules = &subject.places.rules;
        let (Some(first), Some(second)) = (rules.get(first), rules.get(second)) else {
            continue;
        };
        findings.push(
            RULE.finding("this rule differs from another only in its ports")
                .at(second.tag, "")
                .also_at(first.tag, "the other rule")
                .help("write one rule with all the ports: `to-ports` takes a list"),
        );
    }
}
