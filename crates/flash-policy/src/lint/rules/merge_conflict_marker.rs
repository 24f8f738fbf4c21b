use crate::lint::rule::{BY_PARSER, Diagnostic, LintRule, RuleGroup, Severity, Span, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "merge-conflict-marker",
    severity: Severity::Error,
    group: RuleGroup::File,
    page: page!(
        finds = "A line that version control left where two versions of the file could not be joined.",
        matters = "Both versions are still in the file, and between them lines that are no XML.",
        flash = "The player refuses the file: `<<<<<<<` is not well-formed XML. No version is known to differ; socket policies
exist since 7.0.19.",
        example = file(r#"<cross-domain-policy>
<<<<<<< HEAD
  <allow-access-from domain="www.example.com" to-ports="9339"/>
=======
  <allow-access-from domain="www.example.com" to-ports="9340"/>
>>>>>>> new-port
</cross-domain-policy>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9340"/>"#),
    ),
    check: BY_PARSER,
};

pub(crate) fn found(line: Span) -> Diagnostic {
    RULE.finding("found the mark of an unfinished merge")
        .at(line, "")
        .note("version control wrote it where two versions of the file could not be joined")
        .help("keep the lines of one version, and remove the marks")
}
