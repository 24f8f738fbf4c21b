use crate::lint::rule::{
    BY_PARSER, Diagnostic, LintRule, PolicyKind, RuleGroup, Severity, Span, page, start_from,
};

pub(crate) static RULE: LintRule = LintRule {
    name: "html-page",
    severity: Severity::Error,
    group: RuleGroup::File,
    page: page!(
        finds = "web pages in place of a policy.",
        matters = "It is usually an error page of a web server, or the page that a site shows for every unknown
address.",
        flash = "The player refuses any document whose root element is not `<cross-domain-policy>`. No version is
known to differ.",
        example = file("<!DOCTYPE html>
<html><body>404 Not Found</body></html>"),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};

/// A finding for a page that is not well-formed XML.
pub(crate) fn find(text: &str, kind: PolicyKind) -> Option<Diagnostic> {
    let start = text.trim_start();
    let lead = text.len() - start.len();
    let marks = ["<!doctype html", "<html", "<head>", "<body"];
    let is_start = |mark: &&&str| {
        let head = start.as_bytes().get(..mark.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(mark.as_bytes()))
    };
    let mark = marks.iter().find(is_start)?;
    Some(found((lead..lead + mark.len()).into(), kind))
}

pub(crate) fn found(place: Span, kind: PolicyKind) -> Diagnostic {
    RULE.finding("expected a policy, found a web page")
        .at(place, "")
        .note("this is often a web server's error page")
        .help("check where the file came from")
        .help(start_from(kind))
}
