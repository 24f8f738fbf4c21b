use alloc::format;

use crate::document::Element;
use crate::lint::rule::{
    BY_PARSER, Diagnostic, LintRule, PolicyKind, RuleGroup, Severity, page, start_from,
};

pub(crate) static RULE: LintRule = LintRule {
    name: "silverlight-invalid-structure",
    severity: Severity::Error,
    group: RuleGroup::Silverlight,
    page: page!(
        finds = "elements of Silverlight policies that are missing or in the wrong place.",
        matters = "A policy names who may connect (`allow-from`, which contains `domain`) and to what (`grant-to`).
Without one of them it grants nothing. If an element is in the wrong place, Moonlight ignores the policy around
it.",
        flash = "No version of Flash Player reads this format.",
        example = silverlight(r#"<grant-to><socket-resource port="4502" protocol="tcp"/></grant-to>"#),
        instead = silverlight(r#"<allow-from><domain uri="http://www.example.com"/></allow-from>
      <grant-to><socket-resource port="4502" protocol="tcp"/></grant-to>"#),
    ),
    check: BY_PARSER,
};

pub(crate) fn found_missing(element: &Element, expected: &str) -> Diagnostic {
    RULE.finding(format!(
        "expected `<{expected}>` in {}, found none",
        element.quoted_tag()
    ))
    .at(element.tag, "")
    .note("without it the policy grants nothing")
    .help(match expected {
        "allow-from" => "add `<allow-from><domain uri=\"http://www.example.com\"/></allow-from>`",
        "grant-to" => {
            "add `<grant-to><socket-resource port=\"4502\" protocol=\"tcp\"/></grant-to>`"
        }
        "domain" => "add `<domain uri=\"http://www.example.com\"/>`",
        "socket-resource" => {
            "add `<socket-resource port=\"4502\" protocol=\"tcp\"/>`, or `<resource path=\"/\" include-subpaths=\"true\"/>` for HTTP"
        }
        _ => start_from(PolicyKind::Silverlight),
    })
}

pub(crate) fn found_misplaced(element: &Element, parent: &str) -> Diagnostic {
    RULE.finding(format!(
        "expected {} in `<{parent}>`, found it elsewhere",
        element.quoted_tag()
    ))
    .at(element.tag, "")
    .note("it has no effect there, and clients may ignore the policy around it")
    .help(format!("move it into `<{parent}>`"))
}
