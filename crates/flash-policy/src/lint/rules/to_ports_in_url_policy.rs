use crate::lint::rule::{Findings, LintRule, RuleGroup, Severity, Subject, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "to-ports-in-url-policy",
    severity: Severity::Hint,
    group: RuleGroup::Url,
    page: page!(
        finds = "`to-ports` in URL policies.",
        matters = "The attribute has no effect there. If the rule is for sockets, the file is in the wrong place:
`/crossdomain.xml` opens none.",
        flash = "From 9.0.124 on, only socket policies open sockets. Older players accepted URL policies for
ports from 1024 up, and ignored `to-ports` in them.",
        example = rules("as=url", r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
        instead = rules("as=url", r#"<allow-access-from domain="www.example.com"/>"#),
    ),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let rules = subject.url_elements("allow-access-from");
    for attribute in rules.filter_map(|element| element.attribute("to-ports")) {
        findings.push(
            RULE.finding("`to-ports` has no effect in a URL policy")
                .at(attribute.span, "")
                .note("only socket policies open sockets, from port 843 or the port itself")
                .help("serve the file over the socket protocol, or remove the attribute"),
        );
    }
}
