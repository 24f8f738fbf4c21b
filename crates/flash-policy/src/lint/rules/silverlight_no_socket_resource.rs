use crate::lint::rule::{Findings, LintRule, RuleGroup, Severity, Subject, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "silverlight-no-socket-resource",
    severity: Severity::Warning,
    group: RuleGroup::Silverlight,
    page: page!(
        finds = "A Silverlight policy without a `<socket-resource>`.",
        matters = "It grants requests over HTTP and opens no socket. As `/clientaccesspolicy.xml` that is all right; on port 943 it
is of no use.",
        flash = "No version of Flash Player reads this format.",
        example = silverlight(r#"<allow-from><domain uri="http://www.example.com"/></allow-from>
      <grant-to><resource path="/api" include-subpaths="true"/></grant-to>"#),
        instead = silverlight(r#"<allow-from><domain uri="http://www.example.com"/></allow-from>
      <grant-to><socket-resource port="4502" protocol="tcp"/></grant-to>"#),
    ),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let mut grants = subject.silverlight_elements("grant-to");
    let Some(grant) = grants.next() else { return };
    if subject
        .silverlight_elements("socket-resource")
        .next()
        .is_none()
    {
        findings.push(
            RULE.finding("this policy opens no socket")
                .at(grant.tag, "no `<socket-resource>` here")
                .note("without one it is for requests over HTTP alone")
                .help("add `<socket-resource port=\"4502-4506\" protocol=\"tcp\"/>` if it is served on port 943"),
        );
    }
}
