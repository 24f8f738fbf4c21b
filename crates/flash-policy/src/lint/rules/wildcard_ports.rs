use alloc::format;

use crate::PortSet;
use crate::lint::coverage;
use crate::lint::rule::{Findings, LintRule, PolicyKind, RuleGroup, Severity, Subject, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "wildcard-ports",
    severity: Severity::Warning,
    group: RuleGroup::Ports,
    page: page!(
        finds = "rules for every port: `*`, or ranges that include all of them. In a policy served from port 1024
or above, 1024 to 65535 is every port.",
        matters = "These movies can connect to every service on this machine: mail, databases, remote desktop. A
movie needs one or two ports.",
        flash = "`*` means all 65,535 ports; in a policy served from port 1024 or above, all ports from 1024 up.
This has been so since 7.0.19, the first version with socket policies.",
        example = rules(r#"<allow-access-from domain="www.example.com" to-ports="*"/>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339,9400-9410"/>"#),
    ),
    check,
};

/// Whether the rule opens every port that the policy can open.
pub(crate) fn opens_all(rule: &crate::Rule, subject: &Subject<'_>) -> bool {
    coverage::grants_from(rule, lowest(subject))
}

/// The lowest port that the policy can open, which depends on the port that serves it.
fn lowest(subject: &Subject<'_>) -> u16 {
    let port = subject.options.serving.port();
    if port.is_some_and(|port| !port.is_low()) {
        1024
    } else {
        1
    }
}

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    if !subject.is(PolicyKind::Socket) {
        return;
    }
    let which = if lowest(subject) == 1 {
        "every port of this machine, including mail and remote desktop"
    } else {
        "every port of this machine from 1024 up, including databases and remote desktop"
    };
    let rules = subject.rules();
    for (rule, places) in rules.filter(|(rule, _)| opens_all(rule, subject)) {
        let what = if rule.ports == PortSet::All {
            "`*` opens"
        } else {
            "this opens"
        };
        if let Some(span) = places.to_ports {
            findings.push(
                RULE.finding(format!("{what} {which}"))
                    .at(span, "")
                    .help("list the ports that movies connect to, as in `9339,9400-9410`"),
            );
        }
    }
}
