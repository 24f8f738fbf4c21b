use crate::lint::rule::{Findings, LintRule, RuleGroup, Severity, Subject, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "wildcard-headers",
    severity: Severity::Warning,
    group: RuleGroup::Url,
    page: page!(
        finds = "A header rule for `*`, alone or in a list: every header.",
        matters = "It lets movies of other sites set headers that servers trust: tokens against forged requests, for one. ZAP's
rule 20016 and OWASP's WSTG-CONF-08 flag it.",
        flash = "`*` stands for all headers but the few that the player never lets a movie set. A `*` at the end of a name stands
for all that begin like it. Adobe's specification, of 2010, names no version for it.",
        example = rules("as=url", r#"<allow-http-request-headers-from domain="www.example.com" headers="*"/>"#),
        instead = rules("as=url", r#"<allow-http-request-headers-from domain="www.example.com" headers="SOAPAction"/>"#),
    ),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let flash = subject.url_elements("allow-http-request-headers-from");
    let flash = flash.filter_map(|element| element.attribute("headers"));
    let silverlight = subject.silverlight_elements("allow-from");
    let silverlight = silverlight.filter_map(|element| element.attribute("http-request-headers"));
    for attribute in flash
        .chain(silverlight)
        .filter(|attribute| attribute.value.split(',').any(|name| name.trim() == "*"))
    {
        findings.push(
            RULE.finding("`*` lets other sites set every header")
                .at(attribute.value_span, "")
                .note("among them are headers that servers take for a sign of their own pages")
                .help("name the headers that are needed, as in `SOAPAction`"),
        );
    }
}
