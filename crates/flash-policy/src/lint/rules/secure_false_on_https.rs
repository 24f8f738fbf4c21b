use crate::lint::rule::{Findings, LintRule, RuleGroup, Severity, Subject, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "secure-false-on-https",
    severity: Severity::Warning,
    group: RuleGroup::Url,
    page: page!(
        finds = r#"`secure="false"` in URL policies."#,
        matters = "If the policy is served over HTTPS, movies loaded over plain HTTP can read what HTTPS protects.
Anyone who can change such a movie in transit can read it too.",
        flash = "The default is `true` if the policy is served over HTTPS. Over plain HTTP the attribute has no
effect. Adobe's specification (2010) names no version.",
        example = rules("as=url", r#"<allow-access-from domain="www.example.com" secure="false"/>"#),
        instead = rules("as=url", r#"<allow-access-from domain="www.example.com"/>"#),
    ),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let rules = subject.url_elements("allow-access-from");
    let headers = subject.url_elements("allow-http-request-headers-from");
    let attributes = rules
        .chain(headers)
        .filter_map(|element| element.attribute("secure"));
    for attribute in attributes.filter(|attribute| attribute.value == "false") {
        findings.push(
            RULE.finding("movies loaded over plain HTTP can read what HTTPS protects")
                .at(attribute.value_span, "")
                .note("this has an effect only if the policy is served over HTTPS")
                .help("remove it, and load the movies over HTTPS"),
        );
    }
}
