//! Elements and attributes that stand where the format has none.

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use crate::Diagnostic;
use crate::diagnostic::quoted;
use crate::document::Element;
use crate::spelling::nearest;

fn tag(element: &Element) -> String {
    quoted(&format!("<{}>", element.name)).to_string()
}

pub(super) fn wrong_root(root: &Element) -> Diagnostic {
    let place = root.name_span();
    if root.name == "access-policy" {
        return Diagnostic::error("wrong-root", "this is a Silverlight policy; Flash Player asks for `<cross-domain-policy>`")
            .at(place, "Silverlight's root element")
            .note("Silverlight and Flash use the same request and different documents, on ports 943 and 843")
            .help("`flashgate policy --allow 'www.example.com:9339'` prints a Flash policy to start from");
    }
    Diagnostic::error(
        "wrong-root",
        format!(
            "expected `<cross-domain-policy>` as the root element, found {}",
            tag(root)
        ),
    )
    .at(place, "")
    .note("names are case-sensitive and take no prefix")
    .help("put the rules into `<cross-domain-policy>` and `</cross-domain-policy>`")
}

/// Schema references (`xsi:…`) are customary on the root; anything else is not.
pub(super) fn root_attributes(root: &Element, findings: &mut Vec<Diagnostic>) {
    for attribute in root
        .attributes
        .iter()
        .filter(|attribute| !attribute.name.starts_with("xsi:"))
    {
        findings.push(
            Diagnostic::warning(
                "unknown-attribute",
                format!("{} has no attribute {}", tag(root), quoted(&attribute.name)),
            )
            .at(attribute.span, "")
            .help("remove it"),
        );
    }
}

pub(super) fn unknown_attributes(
    element: &Element,
    known: &[&str],
    findings: &mut Vec<Diagnostic>,
) {
    for attribute in element
        .attributes
        .iter()
        .filter(|attribute| !known.contains(&attribute.name.as_str()))
    {
        let help = nearest(&attribute.name, known).map_or_else(
            || String::from("remove it"),
            |name| format!("did you mean `{name}`?"),
        );
        findings.push(
            Diagnostic::warning(
                "unknown-attribute",
                format!(
                    "{} has no attribute {}",
                    tag(element),
                    quoted(&attribute.name)
                ),
            )
            .at(attribute.span, "")
            .note("players ignore it, or refuse the file")
            .help(help),
        );
    }
}

const KNOWN: [&str; 4] = [
    "allow-access-from",
    "site-control",
    "allow-http-request-headers-from",
    "allow-access-from-identity",
];

pub(super) fn unknown_element(element: &Element) -> Diagnostic {
    let finding = Diagnostic::warning(
        "unknown-element",
        format!("a policy has no element {}", tag(element)),
    )
    .at(element.name_span(), "")
    .note("players ignore it, with everything in it; names are case-sensitive");
    match nearest(&element.name, &KNOWN) {
        Some(name) => finding.help(format!("did you mean `{name}`?")),
        None => finding.help("remove it"),
    }
}

pub(super) fn nested_rule(element: &Element) -> Diagnostic {
    Diagnostic::error(
        "nested-rule",
        "expected the rule directly in `<cross-domain-policy>`, found it in another element",
    )
    .at(element.tag, "")
    .note("the rule grants nothing in the player")
    .help("move it out of the element around it; check that every element before it is closed")
}

pub(super) fn header_rule(element: &Element) -> Diagnostic {
    Diagnostic::warning(
        "header-rule-in-socket-policy",
        "sockets know no HTTP headers: this element has no effect",
    )
    .at(element.tag, "")
    .note("it belongs into `/crossdomain.xml`; Lightspark refuses a socket policy that has one")
    .help("remove it")
}

pub(super) fn identity_rule(element: &Element) -> Diagnostic {
    Diagnostic::warning(
        "identity-rule-in-socket-policy",
        "sockets know no signatures: this element has no effect",
    )
    .at(element.tag, "")
    .note("it is for documents in Acrobat")
    .help("remove it")
}
