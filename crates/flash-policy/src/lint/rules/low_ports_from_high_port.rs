use alloc::format;

use crate::lint::options::Elsewhere;
use crate::lint::rule::{Diagnostic, Findings, LintRule, RuleGroup, Severity, Subject, page};
use crate::{Port, PortSet};

pub(crate) static RULE: LintRule = LintRule {
    name: "low-ports-from-high-port",
    severity: Severity::Warning,
    group: RuleGroup::Ports,
    page: page!(
        finds = "A grant of ports below 1024 in a policy that is served from port 1024 or above.",
        matters = "Whoever may open a high port need not be the machine's owner, so such a policy has no say over low ports. That
part of the grant is dead. Where it is the whole grant, `flashgate lint` makes this an error. `flashgate serve` does so
where `public-port` says of every listener and gate of the policy that players dial a high port there; without it the
port may be published as a low one, and from a low port the rule may be for others.",
        flash = "Since 7.0.19: a policy served from a port of 1024 and above opens ports from 1024 up only.",
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
        // Of a policy that several ports share, a rule that is dead on one of them may be for another.
        if left == WithoutLowPorts::Nothing && subject.options.elsewhere == Elsewhere::Never {
            finding.severity = Severity::Error;
        }
        findings.push(finding);
    }
}

/// What a rule opens without its low ports.
#[derive(Clone, Copy, PartialEq, Eq)]
enum WithoutLowPorts {
    Nothing,
    HighPorts,
}

fn found(port: Port, left: WithoutLowPorts) -> Diagnostic {
    let message = format!("served from port {port}, a policy opens no port below 1024");
    let mut finding = RULE
        .finding(message)
        .note("players take such grants from ports below 1024 only, 843 among them");
    if left == WithoutLowPorts::Nothing {
        finding = finding.note("this rule names no other port: it opens nothing");
    }
    finding.help("serve this policy on port 843, or leave the low ports out, unless players dial this port as a low one")
}
