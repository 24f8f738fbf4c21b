use crate::lint::rule::{BY_PARSER, Diagnostic, LintRule, RuleGroup, Severity, Span, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "length-prefix",
    severity: Severity::Error,
    group: RuleGroup::File,
    page: page!(
        finds = "One to four bytes before the first `<` that look like a length.",
        matters = r#"They come from a program that wrote the policy as a "string", with its length in front: Java's `writeUTF`,
.NET's `BinaryWriter`, a game's own framing."#,
        flash = "The player takes the first byte for the start of the XML, and refuses. A NUL among them ends the reply before it
began. No version is known to differ; socket policies exist since 7.0.19.",
        example = file("escaped", r"\0\x16<cross-domain-policy/>"),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};

pub(crate) fn found(place: Span) -> Diagnostic {
    RULE.finding("expected `<` as the first byte, found what looks like a length")
        .at(place, "")
        .note("players expect bare XML; functions like Java's `writeUTF` put the length in front of a text")
        .help("write the bytes of the text alone, as `getBytes(\"UTF-8\")` gives them")
}
