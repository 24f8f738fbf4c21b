use crate::lint::rule::{Findings, LintRule, RuleGroup, Severity, Subject, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "schema-reference",
    severity: Severity::Hint,
    group: RuleGroup::Syntax,
    page: page!(
        finds = "references to Adobe's schema on the root element.",
        matters = "A reference does no harm, but makes a small policy more than twice as long.",
        flash = "Players accept it, and never fetch the schema. Its addresses no longer work. No version is known
to differ.",
        example = file(r#"<cross-domain-policy xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    xsi:noNamespaceSchemaLocation="http://www.adobe.com/xml/schemas/PolicyFileSocket.xsd">
  <allow-access-from domain="www.example.com" to-ports="9339"/>
</cross-domain-policy>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let attributes = subject.root().map_or(&[][..], |root| &root.attributes);
    let schema = attributes
        .iter()
        .find(|attribute| attribute.name.starts_with("xsi:"));
    findings.extend(schema.map(|attribute| {
        RULE.finding("the policy does not need a schema reference")
            .at(attribute.span, "")
            .note("players ignore it, and never fetch its address")
            .help("write `<cross-domain-policy>` without attributes")
    }));
}
