use crate::lint::rule::{BY_PARSER, Diagnostic, LintRule, RuleGroup, Severity, Span, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "invalid-utf-8",
    severity: Severity::Error,
    group: RuleGroup::File,
    page: page!(
        finds = "A byte that is not part of UTF-8, as in a file saved as ISO-8859-1 or Windows-1252.",
        matters = "A reader that goes by the XML standard refuses the whole file. It is mostly an accented letter in a comment.",
        flash = "Adobe names no encoding. XML without a declaration is UTF-8, and everything that a policy needs is ASCII. No
version is known to differ; socket policies exist since 7.0.19.",
        example = file("escaped", r#"<cross-domain-policy>\n  <!-- caf\xE9 -->\n  <allow-access-from domain="www.example.com" to-ports="9339"/>\n</cross-domain-policy>"#),
        instead = rules(r#"<!-- cafe -->
  <allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};

pub(crate) fn found(place: Span) -> Diagnostic {
    RULE.finding("expected UTF-8, found a byte that is not part of it")
        .at(place, "")
        .help("save the file as UTF-8; ASCII characters are all that a policy needs")
}
