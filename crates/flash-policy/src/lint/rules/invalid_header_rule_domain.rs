use alloc::string::ToString as _;

use crate::DomainPattern;
use crate::lint::rule::{Findings, LintRule, RuleGroup, Severity, Subject, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "invalid-header-rule-domain",
    severity: Severity::Error,
    group: RuleGroup::Url,
    page: page!(
        finds = "header rules without `domain`, or with an invalid one.",
        matters = "The rule matches no movie.",
        flash = "`domain` has the same form as in `<allow-access-from>`: a host name, an IP address, `*.` and a
name, or `*`. Adobe's specification (2010) names no version.",
        example = rules("as=url", r#"<allow-http-request-headers-from domain="www.example.*" headers="SOAPAction"/>"#),
        instead = rules("as=url", r#"<allow-http-request-headers-from domain="*.example.com" headers="SOAPAction"/>"#),
    ),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for element in subject.url_elements("allow-http-request-headers-from") {
        let Some(attribute) = element.attribute("domain") else {
            findings.push(
                RULE.finding("expected `domain`, found none: the rule matches no movie")
                    .at(element.tag, "")
                    .help("write `domain=\"www.example.com\"`, the host that the movie is loaded from"),
            );
            continue;
        };
        if let Err(error) = attribute.value.parse::<DomainPattern>() {
            findings.push(
                RULE.finding(error.to_string())
                    .at(attribute.place(&error.range), "")
                    .note("the rule matches no movie")
                    .help(error.help()),
            );
        }
    }
}
