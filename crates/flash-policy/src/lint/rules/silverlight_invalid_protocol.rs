use crate::document::{Attribute, Element};
use crate::lint::rule::{BY_PARSER, Diagnostic, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "silverlight-invalid-protocol",
    severity: Severity::Error,
    group: RuleGroup::Silverlight,
    page: page!(
        finds = "`<socket-resource>` elements whose `protocol` is not `tcp`.",
        matters = "Clients ignore the element, so it grants nothing.",
        flash = "No version of Flash Player reads this format. Silverlight supports only `tcp`, in lower case.",
        example = silverlight(
            r#"<allow-from><domain uri="http://www.example.com"/></allow-from>
      <grant-to><socket-resource port="4502" protocol="udp"/></grant-to>"#
        ),
        instead = silverlight(
            r#"<allow-from><domain uri="http://www.example.com"/></allow-from>
      <grant-to><socket-resource port="4502" protocol="tcp"/></grant-to>"#
        ),
    ),
    check: BY_PARSER,
};

pub(crate) fn found(element: &Element, protocol: Option<&Attribute>) -> Diagnostic {
    let place = protocol.map_or(element.tag, |attribute| attribute.value_span);
    RULE.finding("expected `protocol=\"tcp\"`: Silverlight ignores other protocols")
        .at(place, "")
        .help("write `protocol=\"tcp\"`")
}
