use alloc::format;

use crate::document::Element;
use crate::lint::rule::{
    BY_PARSER, Diagnostic, LintRule, PolicyKind, RuleGroup, Severity, page, start_from,
};
use crate::parse::ResourceFault;

pub(crate) static RULE: LintRule = LintRule {
    name: "silverlight-invalid-structure",
    severity: Severity::Error,
    group: RuleGroup::Silverlight,
    page: page!(
        finds = "elements of Silverlight policies that are missing or in the wrong place, and mistakes in `resource`.",
        matters = "A policy names who may connect (`allow-from`, which contains `domain`) and to what (`grant-to`).
Without one of them it grants nothing. If an element is in the wrong place, Moonlight ignores the element around
it. It rejects the whole file if a `resource` has no `path`, or an `include-subpaths` that is not a boolean. It
accepts a `resource` only as one tag that ends in `/>`.",
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
    .note("it has no effect there")
    .help(format!("move it into `<{parent}>`"))
}

pub(crate) fn found_resource(element: &Element, fault: ResourceFault) -> Diagnostic {
    let named = |name| element.attribute(name).map(|found| found.value_span);
    let (message, place, note, help) = match fault {
        ResourceFault::NoPath => (
            "expected a `path` in `<resource>`, found none",
            named("path").unwrap_or(element.tag),
            VOID,
            "write `path=\"/\"` for the whole site",
        ),
        ResourceFault::Subpaths => (
            "expected `true` or `false` in `include-subpaths`, found another value",
            named("include-subpaths").unwrap_or(element.tag),
            VOID,
            "write `include-subpaths=\"true\"` or leave it out",
        ),
        ResourceFault::NotEmpty => (
            "expected `/>` at the end of `<resource>`, found an end tag after it",
            element.tag,
            "Moonlight ignores every `<resource>` of the `<grant-to>` because of it",
            "write it as one tag, as in `<resource path=\"/\" include-subpaths=\"true\"/>`",
        ),
    };
    let finding = RULE.finding(message).at(place, "");
    finding.note(note).help(help)
}

const VOID: &str = "Moonlight rejects the whole file because of it";
