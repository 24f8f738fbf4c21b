use crate::lint::rule::{BY_PARSER, Diagnostic, LintRule, RuleGroup, Severity, Span, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "length-prefix",
    severity: Severity::Error,
    group: RuleGroup::File,
    page: page!(
        finds = "one to four bytes before the first `<` that look like a length.",
        matters = "The program that wrote the policy put its length in front of it, as Java's `writeUTF`, .NET's
`BinaryWriter` and the framing of many games do.",
        flash = "The player reads the first byte as the start of the XML, and refuses the policy. If one of the
bytes is a NUL, the reply ends there. No version is known to differ.",
        example = file("escaped", r"\0\x16<cross-domain-policy/>"),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};

pub(crate) fn found(place: Span) -> Diagnostic {
    RULE.finding("expected `<` as the first byte, found what looks like a length")
        .at(place, "")
        .note("players expect only XML; functions such as Java's `writeUTF` write the length before the text")
        .help("write only the bytes of the text, as `getBytes(\"UTF-8\")` returns them")
}
