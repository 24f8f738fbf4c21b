use crate::lint::rule::{BY_PARSER, Diagnostic, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "http-headers-in-file",
    severity: Severity::Error,
    group: RuleGroup::File,
    page: page!(
        finds = "HTTP response headers before the policy.",
        matters = "The socket protocol is not HTTP: a reply is the XML and a NUL. The file was saved with its
headers, or a web server answers on the policy port.",
        flash = "The player reads `HTTP/1.1` as the start of the XML, and refuses the policy. No version is known
to differ.",
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
        RULE.finding("expected a policy, found HTTP response headers")
            .at(0..end, "")
            .note("the socket protocol is not HTTP: players refuse such a reply")
            .help("remove everything before `<?xml` or `<cross-domain-policy>`"),
    )
}
