use crate::lint::rule::{BY_PARSER, Diagnostic, LintRule, RuleGroup, Severity, Span, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "utf-16",
    severity: Severity::Error,
    group: RuleGroup::File,
    page: page!(
        finds = r#"files in UTF-16, which Windows programs call "Unicode", or in UTF-32."#,
        matters = "In UTF-16 every other byte of a policy is a NUL, in UTF-32 three bytes of four. The first NUL
ends the reply.",
        flash = "The player sees at most three bytes, in every version with socket policies (since 7.0.19).",
        example = file("escaped", r"\xFF\xFE<\0c\0/\0>\0"),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};

pub(crate) fn found(place: Span) -> Diagnostic {
    RULE.finding("expected UTF-8, found UTF-16")
        .at(place, "")
        .note("players stop reading at the first NUL, and in UTF-16 every other byte is a NUL")
        .help("save the file as UTF-8 without a byte order mark")
}

pub(crate) fn found_utf_32() -> Diagnostic {
    RULE.finding("expected UTF-8, found UTF-32")
        .at(0..4, "")
        .note("players stop reading at the first NUL, and in UTF-32 three of four bytes are NULs")
        .help("save the file as UTF-8 without a byte order mark")
}
