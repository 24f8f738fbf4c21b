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
        finds = "An element at which Lightspark stops reading (`--client lightspark`): a rule with more than three attributes, or
without a domain or ports; a `<site-control>` that has no value, or a second attribute; a header rule.",
        matters = "Other clients skip the element. In a policy on port 843 Lightspark ignores what follows it. If no `<site-control>`
stands before it, the rules before it do not count either, and Lightspark asks the other ports as if port 843 allowed
all. A policy on any other port is void.",
        flash = "Flash Player ignores what it does not know, as far as is known. No version is known to do otherwise.",
        example = rules("client=lightspark", r#"<allow-access-from domain="www.example.com" to-ports="9339" secure="false" id="game"/>"#),
        instead = rules("client=lightspark", r#"<allow-access-from domain="www.example.com" to-ports="9339" secure="false"/>"#),
    ),
    check,
};

/// More places say no more.
const MOST_OTHERS: usize = 8;

/// As Lightspark's `crossdomainpolicy.cpp` does; an attribute without a value counts as missing there.
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

/// Whether this is a `none` on port 843, or a value that counts as that: Lightspark reads nothing after it.
fn ends_reading(element: &Element, subject: &Subject<'_>) -> bool {
    let is_master = matches!(subject.options.serving.port(), Some(Port::MASTER) | None);
    let value = element.attribute(SITE_CONTROL).map(|it| it.value.as_str());
    let is_read_on = matches!(
        value,
        Some("all" | "master-only" | "by-content-type" | "by-ftp-filename")
    );
    is_master && element.name == "site-control" && !is_refused(element) && !is_read_on
}

/// What becomes of the rest of the file.
fn consequence(subject: &Subject<'_>) -> &'static str {
    match subject.options.serving.port() {
        Some(Port::MASTER) => {
            "what follows does not count, nor do rules before it unless a `<site-control>` stands before it too"
        }
        Some(_) => "from a port other than 843 the whole file is void then",
        None => {
            "on port 843 what follows does not count, nor do rules before it without a `<site-control>`; on other ports the whole file is void"
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
        .note("it takes rules with `domain`, `to-ports` and at most `secure`, and no header rules")
        .help("remove what is too much, or add what is missing");
    let others = refused.take(MOST_OTHERS);
    findings.push(others.fold(finding, |finding, element| {
        finding.also_at(element.tag, "at this one too")
    }));
}

/// Takes out what is said of a header rule beside this: that it has no effect elsewhere is the smaller part of it.
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
