use alloc::format;

use super::html_page;
use crate::diagnostic::quoted;
use crate::document::Element;
use crate::lint::rule::{BY_PARSER, Diagnostic, LintRule, RuleGroup, Severity, page};
use crate::spelling::nearest;

pub(crate) static RULE: LintRule = LintRule {
    name: "wrong-root-element",
    severity: Severity::Error,
    group: RuleGroup::Structure,
    page: page!(
        finds = "A root element that is not `<cross-domain-policy>`; for a Silverlight policy, one that is not `<access-policy>`.",
        matters = "Silverlight and Flash use the same request and different documents. Otherwise it is a slip in the name, which is
case-sensitive and takes no prefix, or another file.",
        flash = "Adobe's specification names `<cross-domain-policy>` as the one root. The player refuses everything else as a
whole. No version is known to differ; socket policies exist since 7.0.19.",
        example = file("<access-policy/>"),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};

const ROOTS: [&str; 2] = ["cross-domain-policy", "access-policy"];

/// For a file that should have been Flash's.
pub(crate) fn found(root: &Element) -> Diagnostic {
    let place = root.name_span();
    if root.name.eq_ignore_ascii_case("html") {
        return html_page::found(place);
    }
    if root.name == "policy-file-request" {
        return RULE
            .finding("this is the request that players send, not the policy that they get")
            .at(place, "")
            .help(
                "`flashgate policy --allow 'www.example.com:9339'` prints a policy to start from",
            );
    }
    if root.name == "access-policy" {
        return RULE
            .finding("this is a Silverlight policy; Flash Player asks for `<cross-domain-policy>`")
            .at(place, "Silverlight's root element")
            .note("Silverlight and Flash use the same request and different documents, on ports 943 and 843")
            .help("`flashgate policy --allow 'www.example.com:9339'` prints a Flash policy to start from");
    }
    other(root, "cross-domain-policy")
}

/// For a file that should have been Silverlight's.
pub(crate) fn found_for_silverlight(root: &Element) -> Diagnostic {
    if root.name.eq_ignore_ascii_case("html") {
        return html_page::found(root.name_span());
    }
    if root.name == "cross-domain-policy" {
        return RULE
            .finding("this is a Flash policy; Silverlight asks for `<access-policy>`")
            .at(root.name_span(), "Flash's root element")
            .note("Silverlight and Flash use the same request and different documents, on ports 943 and 843")
            .help("`flashgate policy --dialect silverlight --allow 'www.example.com:4502'` prints a Silverlight policy to start from");
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
        .note("names are case-sensitive and take no prefix");
    match nearest(&root.name, &ROOTS) {
        Some(name) => finding.help(format!("did you mean `{name}`?")),
        None => finding.help(format!(
            "put the rules into `<{expected}>` and `</{expected}>`"
        )),
    }
}
