use crate::lint::rule::{BY_PARSER, Diagnostic, LintRule, RuleGroup, Severity, Span, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "merge-conflict-marker",
    severity: Severity::Error,
    group: RuleGroup::File,
    page: page!(
        finds = "conflict markers of version control: `<<<<<<<`, `=======` and `>>>>>>>`.",
        matters = "The merge was not finished. The file contains both versions, and the marker lines are not XML.",
        flash = "The player refuses the file, because `<<<<<<<` is not well-formed XML. No version is known to
differ.",
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
    RULE.finding("found a merge conflict marker")
        .at(line, "")
        .note("version control could not merge two versions of the file here")
        .help("keep the lines of one version, and remove the markers")
}
