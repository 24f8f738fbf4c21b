use crate::diagnostic::any_error;
use crate::document::Document;
use crate::lint::rule::{Findings, LintRule, PolicyKind, RuleGroup, Severity, Subject, page};
use crate::spelling::nearest;
use crate::xml::outside::is_placeholder;

pub(crate) static RULE: LintRule = LintRule {
    name: "no-rules",
    severity: Severity::Warning,
    group: RuleGroup::Structure,
    page: page!(
        finds = "policies in which no rule has an effect.",
        matters = "The policy allows no connection. That may be intended: a master policy with the meta-policy
`all` leaves the decision to other ports.

This is not reported if another finding explains why a rule has no effect, nor for a URL policy that has rules
for headers or for signed documents.",
        flash = "A policy without rules is valid, since Flash MX 2004. On port 843 it still counts as the master
policy, whose meta-policy is `all` by default. Master policies exist since 9.0.115.",
        example = file("<cross-domain-policy/>"),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let empty = subject.policy.is_some_and(|policy| policy.rules.is_empty());
    if !empty || any_error(subject.found) || is_explained(subject) || grants_otherwise(subject) {
        return;
    }
    let help = if subject.is(PolicyKind::Url) {
        "add a rule: `<allow-access-from domain=\"www.example.com\"/>`"
    } else {
        "add a rule: `<allow-access-from domain=\"www.example.com\" to-ports=\"9339\"/>`"
    };
    let finding = RULE
        .finding("no rule in this policy has an effect: it allows no connection")
        .help(help);
    findings.push(match subject.places.root {
        Some(root) => finding.at(root, ""),
        None => finding,
    });
}

/// Whether another finding says why a rule has no effect.
fn is_explained(subject: &Subject<'_>) -> bool {
    let texts = subject.document.map_or(&[][..], Document::texts);
    let names = subject
        .elements()
        .iter()
        .filter(|element| element.depth == 1);
    let mut names = names.map(|element| element.name.as_str());
    names.any(|name| nearest(name, &["allow-access-from"]).is_some())
        || texts.iter().any(|text| is_placeholder(&text.text))
}

/// Whether a URL policy has rules for headers or for signed documents.
fn grants_otherwise(subject: &Subject<'_>) -> bool {
    let headers = subject.url_elements("allow-http-request-headers-from");
    let identities = subject.url_elements("allow-access-from-identity");
    headers.chain(identities).next().is_some()
}
