use crate::lint::rule::{Findings, LintRule, RuleGroup, Severity, Subject, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "missing-headers",
    severity: Severity::Error,
    group: RuleGroup::Url,
    page: page!(
        finds = "header rules without `headers`, or with an empty one.",
        matters = "The rule allows no header.",
        flash = "The attribute is required: a list of header names, or `*`. Adobe's specification (2010) names no
version.",
        example = rules(
            "as=url",
            r#"<allow-http-request-headers-from domain="www.example.com"/>"#
        ),
        instead = rules(
            "as=url",
            r#"<allow-http-request-headers-from domain="www.example.com" headers="SOAPAction"/>"#
        ),
    ),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for element in subject.url_elements("allow-http-request-headers-from") {
        let headers = element.attribute("headers");
        let place = match headers {
            Some(attribute) if attribute.value.trim().is_empty() => attribute.span,
            Some(_) => continue,
            None => element.tag,
        };
        findings.push(
            RULE.finding("expected `headers`, found none: the rule allows no header")
                .at(place, "")
                .help("name the headers, as in `headers=\"SOAPAction\"`, or remove the rule"),
        );
    }
}
