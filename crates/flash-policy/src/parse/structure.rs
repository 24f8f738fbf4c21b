//! Elements and attributes that stand where the format has none.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::Diagnostic;
use crate::document::Element;

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
            "expected `<cross-domain-policy>` as the root element, found `<{}>`",
            root.name
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
                format!("`<{}>` has no attribute `{}`", root.name, attribute.name),
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
                format!("`<{}>` has no attribute `{}`", element.name, attribute.name),
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
        format!("a policy has no element `<{}>`", element.name),
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

/// The known name that a misspelt one stands for: the same in another case, or at most two edits away.
fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let name = name.to_ascii_lowercase();
    known
        .iter()
        .copied()
        .map(|known| (distance(&name, known), known))
        .filter(|(edits, _)| *edits <= 2)
        .min()
        .map(|(_, known)| known)
}

/// Levenshtein's distance.
fn distance(a: &str, b: &str) -> usize {
    // Names this long are no misspelling of ours, and the work stays bounded.
    if a.len() > 64 {
        return usize::MAX;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (index, byte) in a.bytes().enumerate() {
        let mut diagonal = index;
        let mut left = index + 1;
        let mut next = Vec::from([left]);
        for (other, &above) in b.bytes().zip(row.iter().skip(1)) {
            left = (diagonal + usize::from(byte != other))
                .min(above + 1)
                .min(left + 1);
            diagonal = above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or(usize::MAX)
}
