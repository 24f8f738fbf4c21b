use alloc::format;
use alloc::vec::Vec;

use crate::Port;
use crate::lint::Options;
use crate::lint::rule::{
    Diagnostic, Findings, LintRule, PolicyKind, RuleGroup, Severity, Subject, page,
};
use crate::lint::rules::{
    duplicate_site_control, invalid_site_control, missing_site_control_value,
};

pub(crate) static RULE: LintRule = LintRule {
    name: "site-control-outside-master",
    severity: Severity::Warning,
    group: RuleGroup::MetaPolicy,
    page: page!(
        finds = "`<site-control>` in policies that are not served from port 843.",
        matters = "The element has no effect there, and Lightspark ignores the whole file.",
        flash = "Meta-policies count only in the master policy, on port 843, since 9.0.115. On other ports the
element is ignored.",
        example = rules(
            "port=9339",
            r#"<site-control permitted-cross-domain-policies="master-only"/>
  <allow-access-from domain="www.example.com" to-ports="9339"/>"#
        ),
        instead = rules(
            "port=9339",
            r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#
        ),
    ),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let (Some(port), Some(span)) = (other_port(subject.options), subject.places.site_control)
    else {
        return;
    };
    let is_faulty = |finding: &Diagnostic| {
        finding.rule == invalid_site_control::RULE.name
            && finding.spans().any(|place| place == span)
    };
    // Both mistakes have the same fix.
    if subject.found.iter().any(is_faulty) {
        return;
    }
    findings.push(
        RULE.finding(format!(
            "a meta-policy has an effect only on port 843, and this is port {port}"
        ))
        .at(span, "")
        .note("Flash Player ignores it here; Lightspark ignores the whole file")
        .help("remove the element from the policy on this port, unless players reach this port as 843"),
    );
}

/// The port that serves a socket policy, unless it is 843, where meta-policies apply.
fn other_port(options: &Options) -> Option<Port> {
    let port = options.serving.port().filter(|port| *port != Port::MASTER);
    port.filter(|_| options.kind == PolicyKind::Socket)
}

/// Advises to remove an invalid `<site-control>` where it has no effect anyway.
pub(crate) fn advise(findings: &mut [Diagnostic], options: &Options) {
    let Some(port) = other_port(options) else {
        return;
    };
    let faults = [
        &invalid_site_control::RULE,
        &duplicate_site_control::RULE,
        &missing_site_control_value::RULE,
    ];
    let is_fault = |finding: &&mut Diagnostic| faults.iter().any(|rule| rule.name == finding.rule);
    for finding in findings.iter_mut().filter(is_fault) {
        finding.help = Vec::from([format!(
            "remove the element: meta-policies have an effect only on port 843, and this is port {port}"
        )]);
    }
}
