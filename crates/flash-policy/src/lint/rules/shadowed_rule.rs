use crate::lint::coverage;
use crate::lint::rule::{Findings, LintRule, RuleGroup, Severity, Subject, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "shadowed-rule",
    severity: Severity::Hint,
    group: RuleGroup::Rules,
    page: page!(
        finds = "A rule that grants only what a wider rule grants anyway: for more movies, or for more ports of the same movies.",
        matters = "It looks as if it narrowed something. Rules only ever add.",
        flash = "There is no rule that denies, and the order of rules means nothing, in all versions. `*.example.com` covers
`example.com` and everything below it; `*` covers everything.",
        example = rules(r#"<allow-access-from domain="*.example.com" to-ports="9300-9400"/>
  <allow-access-from domain="www.example.com" to-ports="9339"/>"#),
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
            .finding("another rule grants all of this already")
            .at(shadowed.tag, "")
            .also_at(wider.tag, "this one")
            .note("rules add up: none takes away what another grants")
            .help("remove it, or narrow the other one");
        findings.push(if subject.is_without_comments(shadowed) {
            finding.fix("remove the rule", subject.with_line(shadowed.element), "")
        } else {
            finding
        });
    }
}
