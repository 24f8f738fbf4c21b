use crate::lint::rule::{BY_PARSER, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "malformed-xml",
    severity: Severity::Error,
    group: RuleGroup::Syntax,
    page: page!(
        finds = "XML that is not well-formed. The message says what was expected where; frequent causes are a tag that is not
closed, a `&` that is not written `&amp;`, quotes that a word processor made curly, and a space too many or too
few.",
        matters = "A file is well-formed as a whole or not at all.",
        flash = "Adobe's specification asks for strict XML; no version is known to ask for less. What Flash Player makes of a policy
that is not well-formed is not known. It is taken to count for nothing: the player goes on as if there were none,
and refuses if no other policy grants.",
        example = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339">"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};

/// What comes of a file that is not well-formed.
pub(crate) const COUNTS_FOR_NOTHING: &str = "a policy that is not well-formed XML is taken to count for nothing; what Flash Player makes of it is not known";

/// The same for Silverlight.
pub(crate) const COUNTS_FOR_NOTHING_IN_SILVERLIGHT: &str =
    "a policy that is not well-formed XML counts for nothing";
