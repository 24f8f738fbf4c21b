use crate::lint::rule::{
    Findings, LintRule, PolicyKind, PolicyReader, RuleGroup, Severity, Subject, page,
};

pub(crate) static RULE: LintRule = LintRule {
    name: "silverlight-needs-wildcard",
    severity: Severity::Warning,
    group: RuleGroup::Clients,
    page: page!(
        finds = "URL policies without a rule for `*`, if Silverlight is one of your clients
(`--client silverlight`).",
        matters = "Over HTTP Silverlight also accepts a `/crossdomain.xml`, but only one that allows every domain.",
        flash = "Flash Player accepts names, in all versions.",
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
            RULE.finding(
                "Silverlight accepts a Flash policy over HTTP only if it allows every domain",
            )
            .at(root.tag, "")
            .help("serve a `/clientaccesspolicy.xml` that names the domains"),
        );
    }
}
