use crate::lint::coverage;
use crate::lint::rule::{Findings, LintRule, RuleGroup, Severity, Subject, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "shadowed-rule",
    severity: Severity::Hint,
    group: RuleGroup::Rules,
    page: page!(
        finds = "rules that a wider rule covers: for more movies, or for more ports of the same movies.",
        matters = "The rule looks as if it restricted something, but rules only add permissions.",
        flash = "No rule denies anything, and the order of rules does not matter, in all versions.
`*.example.com` covers `example.com` and every name below it; `*` covers everything.",
        example = rules(
            r#"<allow-access-from domain="*.example.com" to-ports="9300-9400"/>
  <allow-access-from domain="www.example.com" to-ports="9339"/>"#
        ),
        instead = rules(r#"<allow-access-from domain="*.example.com" to-ports="9300-9400"/>"#),
    ),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(policy) = subject.policy else { return };
    for (wider, shadowed) in coverage::shadowed(policy) {
        let rules = &subject.places.rules;
        let (Some(wider), Some(shadowed)) = (rules.get(wider), rules.get(shadowed)) else {
            continue;
        };
        let finding = RULE
            .finding("another rule already covers this one")
            .at(shadowed.tag, "")
            .also_at(wider.tag, "the other rule")
            .note("rules only add permissions: none restricts another")
            .help("remove it, or narrow the other rule");
        findings.push(if subject.is_without_comments(shadowed) {
            finding.fix("remove the rule", subject.with_line(shadowed.element), "")
        } else {
            finding
        });
    }
}
