use crate::lint::rule::{Findings, LintRule, RuleGroup, Severity, Subject, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "wildcard-headers",
    severity: Severity::Warning,
    group: RuleGroup::Url,
    page: page!(
        finds = "header rules for `*`, alone or in a list, which means every header.",
        matters = "Movies of other sites can set headers that servers trust, such as tokens against cross-site
request forgery. ZAP's rule 20016 and OWASP's WSTG-CONF-08 report it.",
        flash = "`*` allows all headers, except the few that the player never lets a movie set. A `*` at the end
of a name matches all headers that begin with it. Header rules came with 9.0.115 or 9.0.124; Adobe's texts differ.",
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
                .note("servers trust some headers to come only from their own pages")
                .help("list the headers that are needed, as in `SOAPAction`"),
        );
    }
}
