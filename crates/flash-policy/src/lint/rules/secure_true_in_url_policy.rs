use crate::lint::rule::{Findings, LintRule, RuleGroup, Severity, Subject, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "secure-true-in-url-policy",
    severity: Severity::Hint,
    group: RuleGroup::Url,
    page: page!(
        finds = r#"`secure="true"` in URL policies."#,
        matters = "It changes nothing. If the policy is served over HTTPS, `true` is the default. If it is served over
plain HTTP, the attribute has no effect, and movies loaded over plain HTTP are allowed.",
        flash = "The Debug Player logs a warning in its policy log if the policy is served over plain HTTP. In socket
policies the default is `false`, and the attribute always has an effect.",
        example = rules(
            "as=url",
            r#"<allow-access-from domain="www.example.com" secure="true"/>"#
        ),
        instead = rules(
            "as=url",
            r#"<allow-access-from domain="www.example.com"/>"#
        ),
    ),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let rules = subject.url_elements("allow-access-from");
    let headers = subject.url_elements("allow-http-request-headers-from");
    let attributes = rules
        .chain(headers)
        .filter_map(|element| element.attribute("secure"));
    for attribute in attributes.filter(|attribute| attribute.value == "true") {
        findings.push(
            RULE.finding("`secure=\"true\"` changes nothing in a URL policy")
                .at(attribute.span, "")
                .note("it is the default over HTTPS, and has no effect over plain HTTP")
                .help("remove it; to require HTTPS, serve the site only over HTTPS"),
        );
    }
}
