use crate::lint::rule::{BY_PARSER, Diagnostic, LintRule, PolicyKind, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "byte-order-mark",
    severity: Severity::Warning,
    group: RuleGroup::File,
    page: page!(
        finds =
            "files that begin with a byte order mark (BOM), three bytes that editors don't show.",
        matters = "Some clients refuse a policy that begins with one, and no client needs it.",
        flash = "It is not known whether Flash Player accepts it. No version is known to differ.",
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
        .at(0..3, "editors don't show these three bytes")
        .note(note)
        .help("save the file as UTF-8 without a byte order mark")
        .fix("remove the byte order mark", 0..3, "")
}
