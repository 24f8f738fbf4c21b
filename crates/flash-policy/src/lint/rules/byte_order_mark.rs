use crate::lint::rule::{BY_PARSER, Diagnostic, LintRule, PolicyKind, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "byte-order-mark",
    severity: Severity::Warning,
    group: RuleGroup::File,
    page: page!(
        finds = "A byte order mark: three bytes at the start of the file that no editor shows.",
        matters = "Some clients refuse the file for it, and it is of no use to any.",
        flash = "What Flash Player makes of it is not known. No version is known to differ; socket policies exist since 7.0.19.",
        example = file(
            "escaped",
            r#"\u{feff}<cross-domain-policy>\n  <allow-access-from domain="www.example.com" to-ports="9339"/>\n</cross-domain-policy>"#
        ),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};

pub(crate) fn found(kind: PolicyKind) -> Diagnostic {
    let note = if kind == PolicyKind::Silverlight {
        "no client needs it"
    } else {
        "whether Flash Player accepts it is not known; some other clients refuse the file"
    };
    RULE.finding("the file begins with a byte order mark")
        .at(0..3, "these three bytes are invisible in an editor")
        .note(note)
        .help("save the file as UTF-8 without a byte order mark")
        .fix("remove the byte order mark", 0..3, "")
}
