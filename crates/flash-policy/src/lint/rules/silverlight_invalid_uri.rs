use alloc::format;

use crate::diagnostic::quoted;
use crate::document::{Attribute, Element};
use crate::lint::rule::{BY_PARSER, Diagnostic, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "silverlight-invalid-uri",
    severity: Severity::Error,
    group: RuleGroup::Silverlight,
    page: page!(
        finds = "`uri` attributes that are missing, or not `*`, `file:///`, or `http://` or `https://` with a host.",
        matters = "The element matches no application. The host may begin with `*.` and end with a port. In Moonlight, a `uri` with a path
matches an application with exactly that path. Microsoft's documentation does not mention it, so flashgate treats it as
a mistake.",
        flash = "No version of Flash Player reads this format. Unlike Flash, Silverlight requires the scheme. It
accepts a wildcard only at the start of the host.",
        example = silverlight(r#"<allow-from><domain uri="www.example.com"/></allow-from>
      <grant-to><socket-resource port="4502" protocol="tcp"/></grant-to>"#),
        instead = silverlight(r#"<allow-from><domain uri="http://www.example.com"/></allow-from>
      <grant-to><socket-resource port="4502" protocol="tcp"/></grant-to>"#),
    ),
    check: BY_PARSER,
};

pub(crate) fn found_missing(element: &Element) -> Diagnostic {
    RULE.finding("expected `uri`, found none: this matches nothing")
        .at(element.tag, "")
        .help("write `uri=\"http://www.example.com\"`")
}

pub(crate) fn found(attribute: &Attribute) -> Diagnostic {
    let rest = attribute.value.split_once("://");
    let note = match rest.and_then(|(_, rest)| rest.split_once('/')) {
        Some((_, path)) if !path.is_empty() => {
            "Moonlight compares the path with the application's own; whether Silverlight accepts a path is not known"
        }
        _ => "it matches no application",
    };
    RULE.finding(format!(
        "expected `http://` or `https://` and a host, found {}",
        quoted(&attribute.value)
    ))
    .at(attribute.value_span, "")
    .note(note)
    .help("write it like `http://www.example.com` or `http://*.example.com`")
}
