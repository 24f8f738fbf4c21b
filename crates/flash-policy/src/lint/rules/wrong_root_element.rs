use alloc::format;
use alloc::string::ToString as _;
use alloc::vec::Vec;

use super::html_page;
use crate::diagnostic::quoted;
use crate::document::Element;
use crate::lint::rule::{
    Diagnostic, Findings, LintRule, PolicyKind, PolicyReader, RuleGroup, Severity, Subject, page,
    start_from,
};
use crate::spelling::nearest;

pub(crate) static RULE: LintRule = LintRule {
    name: "wrong-root-element",
    severity: Severity::Error,
    group: RuleGroup::Structure,
    page: page!(
        finds = "root elements other than `<cross-domain-policy>`; for a Silverlight policy, other than
`<access-policy>`. With `--client flash`, `unity` or `lightspark`, every Silverlight policy is reported.",
        matters = "The file may be a Silverlight policy: Silverlight and Flash send the same request, but use
different formats. Otherwise the name is misspelled, in the wrong case or has a prefix, or this is not a policy.",
        flash = "Adobe's specification allows only `<cross-domain-policy>`. The player refuses any other
document. No version is known to differ.",
        example = file("<access-policy/>"),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check,
};

const ROOTS: [&str; 2] = ["cross-domain-policy", "access-policy"];

/// Reports a Silverlight policy that was checked for clients of Flash's format. The parser reports everything else.
fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let readers = [
        (PolicyReader::Flash, "Flash Player"),
        (PolicyReader::Unity, "Unity's web player"),
        (PolicyReader::Lightspark, "Lightspark"),
    ];
    let readers = readers
        .iter()
        .filter(|(reader, _)| subject.options.judges_for(*reader));
    let names: Vec<_> = readers.map(|(_, name)| *name).collect();
    let Some(root) = subject.silverlight_elements("access-policy").next() else {
        return;
    };
    let (names, expect) = match names.as_slice() {
        [] => return,
        [name] => ((*name).to_string(), "expects"),
        [most @ .., last] => (format!("{} and {last}", most.join(", ")), "expect"),
    };
    let mut help = start_from(PolicyKind::Socket).to_string();
    if subject.options.judges_for(PolicyReader::Unity) {
        help = help.replace("www.example.com", "*");
    }
    findings.push(
        RULE.finding(format!(
            "this is a Silverlight policy; {names} {expect} `<cross-domain-policy>`"
        ))
        .at(root.name_span(), "Silverlight's root element")
        .note("they ask port 843, or a web server for `/crossdomain.xml`; Silverlight asks port 943, or for `/clientaccesspolicy.xml`")
        .help(help),
    );
}

/// A finding for a file that was checked as this kind.
pub(crate) fn found(root: &Element, kind: PolicyKind) -> Diagnostic {
    let place = root.name_span();
    let (found, is_of) = match (root.name.as_str(), kind) {
        (name, _) if name.eq_ignore_ascii_case("html") => return html_page::found(place, kind),
        ("policy-file-request", PolicyKind::Socket | PolicyKind::Url) => {
            return RULE
                .finding("this is the request that players send, not the policy")
                .at(place, "")
                .help(start_from(kind));
        }
        ("access-policy", PolicyKind::Socket | PolicyKind::Url) => (
            "this is a Silverlight policy; Flash Player expects `<cross-domain-policy>`",
            "Silverlight's root element",
        ),
        ("cross-domain-policy", PolicyKind::Silverlight) => (
            "this is a Flash policy; Silverlight expects `<access-policy>`",
            "Flash's root element",
        ),
        (_, PolicyKind::Silverlight) => return other(root, "access-policy"),
        _ => return other(root, "cross-domain-policy"),
    };
    RULE.finding(found)
        .at(place, is_of)
        .note(where_each_is_served(kind))
        .help(start_from(kind))
}

const fn where_each_is_served(kind: PolicyKind) -> &'static str {
    match kind {
        PolicyKind::Socket => {
            "Silverlight and Flash use the same request but different formats, on ports 943 and 843"
        }
        PolicyKind::Url => {
            "web servers have Silverlight's policy as `/clientaccesspolicy.xml`, and Flash's as `/crossdomain.xml`"
        }
        PolicyKind::Silverlight => {
            "Silverlight asks port 943, or a web server for `/clientaccesspolicy.xml`; Flash asks port 843, or for `/crossdomain.xml`"
        }
    }
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
