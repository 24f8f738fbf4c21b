use crate::lint::rule::{
    Findings, LintRule, PolicyKind, PolicyReader, RuleGroup, Severity, Subject, page,
};

pub(crate) static RULE: LintRule = LintRule {
    name: "silverlight-needs-wildcard",
    severity: Severity::Warning,
    group: RuleGroup::Clients,
    page: page!(
        finds = "A URL policy without a rule for `*`, where Silverlight is to be served (`--client silverlight`).",
        matters = "Over HTTP Silverlight also accepts a `/crossdomain.xml`, but only one that admits every domain.",
        flash = "Flash Player takes names. So it is in all versions.",
        example = rules(
            "as=url client=silverlight",
            r#"<allow-access-from domain="www.example.com"/>"#
        ),
        instead = rules(
            "as=url client=silverlight",
            r#"<allow-access-from domain="*"/>"#
        ),
    ),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    if !subject.options.judges_for(PolicyReader::Silverlight) || !subject.is(PolicyKind::Url) {
        return;
    }
    let (Some(policy), Some(root)) = (subject.policy, subject.root()) else {
        return;
    };
    if !policy.rules.iter().any(|rule| rule.domain.is_any()) {
        findings.push(
            RULE.finding("Silverlight takes such a policy only if it admits every domain")
                .at(root.tag, "")
                .help("serve a `/clientaccesspolicy.xml` that names the domains"),
        );
    }
}
