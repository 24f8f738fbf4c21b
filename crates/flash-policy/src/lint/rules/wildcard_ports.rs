use alloc::format;

use crate::PortSet;
use crate::lint::coverage;
use crate::lint::rule::{Findings, LintRule, PolicyKind, RuleGroup, Severity, Subject, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "wildcard-ports",
    severity: Severity::Warning,
    group: RuleGroup::Ports,
    page: page!(
        finds = "A rule for every port: `*`, or ranges that leave none out. Of a policy served from port 1024 up, 1024 to 65535 is
every port.",
        matters = "It opens everything that listens on this machine to these movies: mail, databases, remote desktop. A movie needs
one port or two.",
        flash = "`*` means all 65,535 ports; from a policy served from port 1024 up, all from 1024 up. So it is since 7.0.19, the
first version with socket policies.",
        example = rules(r#"<allow-access-from domain="www.example.com" to-ports="*"/>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339,9400-9410"/>"#),
    ),
    check,
};

/// Whether a rule opens every port that the policy can open.
pub(crate) fn opens_all(rule: &crate::Rule, subject: &Subject<'_>) -> bool {
    coverage::grants_from(rule, lowest(subject))
}

/// The lowest port that the policy can open, where it is served from.
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
        "every port of this machine, mail and remote desktop among them"
    } else {
        "every port of this machine from 1024 up, databases and remote desktop among them"
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
