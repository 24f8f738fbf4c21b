use core::ops::Range;

use crate::lint::rule::{BY_PARSER, Diagnostic, LintRule, PolicyKind, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "whitespace-before-declaration",
    severity: Severity::Error,
    group: RuleGroup::File,
    page: page!(
        finds = "spaces or empty lines before `<?xml`.",
        matters = "XML allows nothing before its declaration, so the whole file is not well-formed. The policy was
probably printed from an indented string. In a Silverlight policy it is a warning, because Moonlight skips the
whitespace.",
        flash = "Adobe's specification requires strict XML. It is not known whether every player refuses the
file; some XML parsers do. No version is known to differ.",
        example = file("escaped", r#"\n  <?xml version="1.0"?>\n<cross-domain-policy>\n  <allow-access-from domain="www.example.com" to-ports="9339"/>\n</cross-domain-policy>"#),
        instead = file(r#"<?xml version="1.0"?>
<cross-domain-policy>
  <allow-access-from domain="www.example.com" to-ports="9339"/>
</cross-domain-policy>"#),
    ),
    check: BY_PARSER,
};

/// Moonlight's parser skips the whitespace, so this is not an error in a Silverlight policy.
pub(crate) fn found(span: Range<usize>, kind: PolicyKind) -> Diagnostic {
    let (severity, note) = if kind == PolicyKind::Silverlight {
        (
            Severity::Warning,
            "XML allows nothing before its declaration; Moonlight accepts whitespace there, but Silverlight may not",
        )
    } else {
        (
            RULE.severity,
            "XML allows nothing before its declaration, and Adobe's specification requires strict XML",
        )
    };
    let message = "expected `<?xml` as the very first characters, found whitespace";
    Diagnostic::new(RULE.name, severity, message.into())
        .at(span.clone(), "")
        .note(note)
        .help("remove the spaces and empty lines before `<?xml`, or remove the declaration")
        .fix("remove the whitespace before the declaration", span, "")
}
