use crate::document::Element;
use alloc::vec::Vec;

use crate::Port;
use crate::lint::rule::{
    Diagnostic, Findings, LintRule, PolicyKind, PolicyReader, RuleGroup, Severity, Span, Subject,
    page,
};
use crate::lint::rules::header_rule_in_socket_policy;
use crate::parse::SITE_CONTROL;

pub(crate) static RULE: LintRule = LintRule {
    name: "lightspark-unsupported-element",
    severity: Severity::Warning,
    group: RuleGroup::Clients,
    page: page!(
        finds = "elements at which Lightspark stops reading (`--client lightspark`): a rule with more than three
attributes, or without a domain or ports; a `<site-control>` with no value or a second attribute; a header rule.",
        matters = "Other clients skip the element. On port 843, Lightspark ignores everything after it. Without a
`<site-control>` before it, Lightspark also ignores the rules before it, and asks the other ports as if port 843
allowed everything. On any other port, it ignores the whole policy.",
        flash = "As far as is known, Flash Player ignores what it does not know. No version is known to differ.",
        example = rules("client=lightspark", r#"<allow-access-from domain="www.example.com" to-ports="9339" secure="false" id="game"/>"#),
        instead = rules("client=lightspark", r#"<allow-access-from domain="www.example.com" to-ports="9339" secure="false"/>"#),
    ),
    check,
};

/// The maximum number of further places in a finding.
const MOST_OTHERS: usize = 8;

/// Follows Lightspark's `crossdomainpolicy.cpp`, which treats an attribute without a value as missing.
fn is_refused(element: &Element) -> bool {
    let count = element.attributes.len();
    let lacks = |name| {
        let attribute = element.attribute(name);
        attribute.is_none_or(|attribute| attribute.value.is_empty())
    };
    match element.name.as_str() {
        "site-control" => count != 1 || lacks(SITE_CONTROL),
        "allow-access-from" => count > 3 || lacks("domain") || lacks("to-ports"),
        "allow-http-request-headers-from" => true,
        _ => false,
    }
}

/// Whether this is `none` on port 843, or a value that Lightspark treats as `none`: it reads nothing after it.
fn ends_reading(element: &Element, subject: &Subject<'_>) -> bool {
    let is_master = matches!(subject.options.serving.port(), Some(Port::MASTER) | None);
    let value = element.attribute(SITE_CONTROL).map(|it| it.value.as_str());
    let is_read_on = matches!(
        value,
        Some("all" | "master-only" | "by-content-type" | "by-ftp-filename")
    );
    is_master && element.name == "site-control" && !is_refused(element) && !is_read_on
}

/// What Lightspark does with the rest of the file.
fn consequence(subject: &Subject<'_>) -> &'static str {
    match subject.options.serving.port() {
        Some(Port::MASTER) => {
            "Lightspark ignores what follows, and the rules before it too unless a `<site-control>` comes first"
        }
        Some(_) => "on a port other than 843, Lightspark ignores the whole file",
        None => {
            "on port 843, Lightspark ignores what follows, and the rules before it unless a `<site-control>` comes first; on other ports, it ignores the whole file"
        }
    }
}

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    if !subject.options.judges_for(PolicyReader::Lightspark) || !subject.is(PolicyKind::Socket) {
        return;
    }
    let elements = subject.elements().iter();
    let elements = elements.filter(|element| element.depth == 1);
    let read = elements.take_while(|element| !ends_reading(element, subject));
    let mut refused = read.filter(|element| is_refused(element));
    let Some(first) = refused.next() else {
        return;
    };
    let finding = RULE
        .finding("Lightspark stops reading at this element")
        .at(first.tag, "")
        .note(consequence(subject))
        .note("it accepts rules with `domain`, `to-ports` and an optional `secure`, and no header rules")
        .help("remove what is not supported, or add what is missing");
    let others = refused.take(MOST_OTHERS);
    findings.push(others.fold(finding, |finding, element| {
        finding.also_at(element.tag, "and at this one")
    }));
}

/// Removes the findings of `header-rule-in-socket-policy` in the same places, because this rule's finding matters
/// more.
pub(crate) fn take_out_told(findings: &mut Vec<Diagnostic>) {
    let refused = findings.iter().filter(|finding| finding.rule == RULE.name);
    let told: Vec<Span> = refused
        .flat_map(|finding| {
            let others = finding.secondary.iter().map(|label| label.span);
            finding.spans().chain(others)
        })
        .collect();
    findings.retain(|finding| {
        let is_header_rule = finding.rule == header_rule_in_socket_policy::RULE.name;
        !is_header_rule || !finding.spans().all(|span| told.contains(&span))
    });
}
