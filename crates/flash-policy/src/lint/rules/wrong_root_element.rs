use alloc::format;

use super::html_page;
use crate::diagnostic::quoted;
use crate::document::Element;
use crate::lint::rule::{
    BY_PARSER, Diagnostic, LintRule, RuleGroup, START_FROM, START_FROM_SILVERLIGHT, Severity, page,
};
use crate::spelling::nearest;

pub(crate) static RULE: LintRule = LintRule {
    name: "wrong-root-element",
    severity: Severity::Error,
    group: RuleGroup::Structure,
    page: page!(
        finds = "root elements other than `<cross-domain-policy>`; for a Silverlight policy, other than
`<access-policy>`.",
        matters = "The file may be a Silverlight policy: Silverlight and Flash send the same request, but use
different formats. Otherwise the name is misspelled, in the wrong case or has a prefix, or this is not a policy.",
        flash = "Adobe's specification allows only `<cross-domain-policy>`. The player refuses any other
document. No version is known to differ.",
        example = file("<access-policy/>"),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};

const ROOTS: [&str; 2] = ["cross-domain-policy", "access-policy"];

/// A finding for a file that was checked as a Flash policy.
pub(crate) fn found(root: &Element) -> Diagnostic {
    let place = root.name_span();
    if root.name.eq_ignore_ascii_case("html") {
        return html_page::found(place);
    }
    if root.name == "policy-file-request" {
        return RULE
            .finding("this is the request that players send, not the policy")
            .at(place, "")
            .help(START_FROM);
    }
    if root.name == "access-policy" {
        return RULE
            .finding("this is a Silverlight policy; Flash Player expects `<cross-domain-policy>`")
            .at(place, "Silverlight's root element")
            .note("Silverlight and Flash use the same request but different formats, on ports 943 and 843")
            .help(START_FROM);
    }
    other(root, "cross-domain-policy")
}

/// A finding for a file that was checked as a Silverlight policy.
pub(crate) fn found_for_silverlight(root: &Element) -> Diagnostic {
    if root.name.eq_ignore_ascii_case("html") {
        return html_page::found(root.name_span());
    }
    if root.name == "cross-domain-policy" {
        return RULE
            .finding("this is a Flash policy; Silverlight expects `<access-policy>`")
            .at(root.name_span(), "Flash's root element")
            .note("Silverlight and Flash use the same request but different formats, on ports 943 and 843")
            .help(START_FROM_SILVERLIGHT);
    }
    other(root, "access-policy")
}

fn other(root: &Element, expected: &str) -> Diagnostic {
    let found = format!("<{}>", root.name);
    let finding = RULE
        .finding(format!(
            "expected `<{expected}>` as the root element, found {}",
            quoted(&found)
        ))
        .at(root.name_span(), "")
        .note("names are case-sensitive, and must not have a prefix");
    match nearest(&root.name, &ROOTS) {
        Some(name) => finding.help(format!("did you mean `{name}`?")),
        None => finding.help(format!(
            "put the rules between `<{expected}>` and `</{expected}>`"
        )),
    }
}
