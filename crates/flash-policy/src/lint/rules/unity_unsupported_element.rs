use alloc::format;

use crate::lint::rule::{
    Findings, LintRule, PolicyKind, PolicyReader, RuleGroup, Severity, Subject, page,
};

pub(crate) static RULE: LintRule = LintRule {
    name: "unity-unsupported-element",
    severity: Severity::Warning,
    group: RuleGroup::Clients,
    page: page!(
        finds = "`<site-control>` and header rules, if Unity's web player is one of your clients
(`--client unity`).",
        matters = "Unity's manual says that it supports neither.",
        flash = "Flash Player honors `<site-control>` on port 843. Meta-policies for sockets exist since 9.0.115.",
        example = rules(
            "client=unity",
            r#"<site-control permitted-cross-domain-policies="master-only"/>
  <allow-access-from domain="*" to-ports="9339"/>"#
        ),
        instead = rules(
            "client=unity",
            r#"<allow-access-from domain="*" to-ports="9339"/>"#
        ),
    ),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    if !subject.options.judges_for(PolicyReader::Unity) || !subject.is(PolicyKind::Socket) {
        return;
    }
    let elements = subject.top("site-control");
    for element in elements.chain(subject.top("allow-http-request-headers-from")) {
        findings.push(
            RULE.finding(format!(
                "Unity's web player does not support {}",
                element.quoted_tag()
            ))
            .at(element.tag, "")
            .help("remove it if the policy is only for Unity"),
        );
    }
}
