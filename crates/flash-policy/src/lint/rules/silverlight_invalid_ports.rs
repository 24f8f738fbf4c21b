use alloc::format;
use alloc::string::{String, ToString as _};

use crate::diagnostic::quoted;
use crate::document::{Attribute, Element};
use crate::lint::rule::{BY_PARSER, Diagnostic, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "silverlight-invalid-ports",
    severity: Severity::Error,
    group: RuleGroup::Silverlight,
    page: page!(
        finds = "`<socket-resource>` elements whose `port` is missing or is not a port or a range.",
        matters = "The element grants nothing. If its `port` is missing or not a number, Moonlight rejects the whole file.",
        flash = "No version of Flash Player reads this format. Silverlight accepts one port, or one range such as
`4502-4506`.",
        example = silverlight(
            r#"<allow-from><domain uri="http://www.example.com"/></allow-from>
      <grant-to><socket-resource port="high" protocol="tcp"/></grant-to>"#
        ),
        instead = silverlight(
            r#"<allow-from><domain uri="http://www.example.com"/></allow-from>
      <grant-to><socket-resource port="4502-4506" protocol="tcp"/></grant-to>"#
        ),
    ),
    check: BY_PARSER,
};

pub(crate) fn found(element: &Element, port: Option<&Attribute>) -> Diagnostic {
    let place = port.map_or(element.tag, |attribute| attribute.value_span);
    let found = port.map_or_else(
        || String::from("none"),
        |attribute| quoted(&attribute.value).to_string(),
    );
    RULE.finding(format!("expected a port or a range of ports, found {found}"))
        .at(place, "")
        .note("the element grants nothing, and unless it is a reversed range, Moonlight rejects the whole file")
        .help("write one port or one range, as in `port=\"4502-4506\"`; for more ports, add another `<socket-resource>`")
}
