use crate::lint::rule::{Findings, LintRule, RuleGroup, Severity, Subject, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "secure-false-on-https",
    severity: Severity::Warning,
    group: RuleGroup::Url,
    page: page!(
        finds = r#"`secure="false"` in a URL policy."#,
        matters = "Served over HTTPS, it lets movies that came over plain HTTP read what HTTPS protects: anyone who can change the
movie on its way reads it too.",
        flash = "The default is `true` where the policy is served over HTTPS. Over plain HTTP the attribute means nothing. Adobe's
specification, of 2010, names no version for it.",
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
            RULE.finding("movies loaded over plain HTTP may use what HTTPS protects")
                .at(attribute.value_span, "")
                .note(
                    "this counts where the policy is served over HTTPS; elsewhere it means nothing",
                )
                .help("leave it out, and load the movies over HTTPS"),
        );
    }
}
