use alloc::format;

use crate::lint::rule::{Diagnostic, Findings, LintRule, RuleGroup, Severity, Subject, page};
use crate::lint::serving::Elsewhere;
use crate::{Port, PortSet};

pub(crate) static RULE: LintRule = LintRule {
    name: "low-ports-from-high-port",
    severity: Severity::Warning,
    group: RuleGroup::Ports,
    page: page!(
        finds = "rules that open ports below 1024 in a policy that is served from port 1024 or above.",
        matters = "Players ignore these ports, so the connection is refused. On most systems any user can listen on
a high port, so a policy from there must not open the ports of system services.

If a rule opens only ports below 1024, it has no effect, which is an error. `flashgate serve` reports it as one only if
`public-port` says, for every listener and gate with this policy, that players connect to a high port. Otherwise the
port may be published as a low one.",
        flash = "Since 7.0.19: a policy served from port 1024 or above opens only ports from 1024 up.",
        example = rules("port=5000", r#"<allow-access-from domain="www.example.com" to-ports="80,5000"/>"#),
        instead = rules("port=5000", r#"<allow-access-from domain="www.example.com" to-ports="5000"/>"#),
    ),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(port) = subject.options.serving.port().filter(|port| !port.is_low()) else {
        return;
    };
    for (rule, places) in subject.rules() {
        let PortSet::List(ranges) = &rule.ports else {
            continue;
        };
        let Some(span) = places
            .to_ports
            .filter(|_| ranges.iter().any(|range| range.low().is_low()))
        else {
            continue;
        };
        let left = if ranges.iter().all(|range| range.high().is_low()) {
            WithoutLowPorts::Nothing
        } else {
            WithoutLowPorts::HighPorts
        };
        let mut finding = found(port, left).at(span, "");
        // If several ports serve the policy, the rule may be for another one.
        if left == WithoutLowPorts::Nothing && subject.options.elsewhere == Elsewhere::Never {
            finding.severity = Severity::Error;
        }
        findings.push(finding);
    }
}

/// What a rule opens besides ports below 1024.
#[derive(Clone, Copy, PartialEq, Eq)]
enum WithoutLowPorts {
    Nothing,
    HighPorts,
}

fn found(port: Port, left: WithoutLowPorts) -> Diagnostic {
    let message = format!("a policy served from port {port} cannot open ports below 1024");
    let mut finding = RULE
        .finding(message)
        .note("only a policy served from a port below 1024, such as 843, can open them");
    if left == WithoutLowPorts::Nothing {
        finding = finding.note("this rule has no other ports, so it has no effect");
    }
    finding.help(match left {
        WithoutLowPorts::Nothing => {
            "serve the policy on port 843, or remove the rule, unless players reach this port as one below 1024"
        }
        WithoutLowPorts::HighPorts => {
            "serve the policy on port 843, or remove the ports below 1024, unless players reach this port as one below 1024"
        }
    })
}
