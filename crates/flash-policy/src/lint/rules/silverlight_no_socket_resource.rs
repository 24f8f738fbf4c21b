use crate::lint::rule::{Findings, LintRule, RuleGroup, Severity, Subject, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "silverlight-no-socket-resource",
    severity: Severity::Warning,
    group: RuleGroup::Silverlight,
    page: page!(
        finds = "Silverlight policies without a `<socket-resource>`.",
        matters = "The policy allows HTTP requests and opens no socket. That is fine for `/clientaccesspolicy.xml`,
but of no use on port 943.",
        flash = "No version of Flash Player reads this format.",
        example = silverlight(
            r#"<allow-from><domain uri="http://www.example.com"/></allow-from>
      <grant-to><resource path="/api" include-subpaths="true"/></grant-to>"#
        ),
        instead = silverlight(
            r#"<allow-from><domain uri="http://www.example.com"/></allow-from>
      <grant-to><socket-resource port="4502" protocol="tcp"/></grant-to>"#
        ),
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
                .note("without one the policy is only for HTTP requests, as a web server's `/clientaccesspolicy.xml`")
                .help("add `<socket-resource port=\"4502-4506\" protocol=\"tcp\"/>` if it is served on port 943, or if applications open sockets"),
        );
    }
}
