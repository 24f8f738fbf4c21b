use crate::lint::rule::{BY_PARSER, Diagnostic, LintRule, RuleGroup, Severity, Span, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "invalid-utf-8",
    severity: Severity::Error,
    group: RuleGroup::File,
    page: page!(
        finds = "bytes that are not valid UTF-8, as in a file saved as ISO-8859-1 or Windows-1252.",
        matters = "An XML parser that follows the standard refuses the whole file. The byte is usually an accented
letter in a comment.",
        flash = "Adobe documents no encoding. XML without a declaration is UTF-8, and a policy needs only ASCII.
No version is known to differ.",
        example = file("escaped", r#"<cross-domain-policy>\n  <!-- caf\xE9 -->\n  <allow-access-from domain="www.example.com" to-ports="9339"/>\n</cross-domain-policy>"#),
        instead = rules(r#"<!-- cafe -->
  <allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};

pub(crate) fn found(place: Span) -> Diagnostic {
    RULE.finding("expected UTF-8, found an invalid byte")
        .at(place, "")
        .help("save the file as UTF-8; a policy needs only ASCII characters")
}
