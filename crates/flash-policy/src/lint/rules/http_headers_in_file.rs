use crate::lint::rule::{BY_PARSER, Diagnostic, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "http-headers-in-file",
    severity: Severity::Error,
    group: RuleGroup::File,
    page: page!(
        finds = "The head of an HTTP response before the policy.",
        matters = "The socket protocol is not HTTP: what goes out is the XML and a NUL, nothing before it. The file was saved with
its headers, or a web server answers on the policy port.",
        flash = "The player takes `HTTP/1.1` for the start of the XML, and refuses. No version is known to differ; socket policies
exist since 7.0.19.",
        example = file("HTTP/1.1 200 OK
Content-Type: text/xml

<cross-domain-policy/>"),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};

pub(crate) fn find(text: &str) -> Option<Diagnostic> {
    if !text.starts_with("HTTP/") {
        return None;
    }
    let end = text.find(['\r', '\n']).unwrap_or(text.len());
    Some(
        RULE.finding("expected a policy, found the head of an HTTP response")
            .at(0..end, "")
            .note("the socket protocol is not HTTP: players refuse whatever begins like this")
            .help("remove everything before `<?xml` or `<cross-domain-policy>`"),
    )
}
