use alloc::format;
use alloc::string::ToString as _;

use crate::PortRange;
use crate::lint::gathered::Gathered;
use crate::lint::rule::{Findings, LintRule, RuleGroup, Severity, Subject, page};
use crate::lint::rules::wildcard_ports;

pub(crate) static RULE: LintRule = LintRule {
    name: "wide-port-range",
    severity: Severity::Hint,
    group: RuleGroup::Ports,
    page: page!(
        finds = "ranges of more than 1,000 ports.",
        matters = "Any server that listens on one of them, now or later, is open to these movies.",
        flash = "Ranges of any width work. Lightspark opens only the lowest port of a range. No version is known
to differ.",
        example = rules(r#"<allow-access-from domain="www.example.com" to-ports="1024-65535"/>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339,9400-9410"/>"#),
    ),
    check,
};

/// A range with more ports than this is reported.
const WIDE: u16 = 1_000;

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    // `wildcard-ports` reports rules for every port.
    let rules = subject.rules();
    let some = rules.filter(|(rule, _)| !wildcard_ports::opens_all(rule, subject));
    let ranges = some.flat_map(|(rule, places)| subject.port_ranges_of(rule, places));
    let wide = ranges.filter(|(range, _)| ports(*range) > u32::from(WIDE));
    let widest = wide.clone().map(|(range, _)| ports(range)).max();
    let shown = wide.map(|(range, span)| (range.to_string(), span));
    let (Some(gathered), Some(widest)) = (Gathered::from(shown), widest) else {
        return;
    };
    let message = match gathered.only() {
        Some(range) => format!("{range} opens {widest} ports"),
        None => format!("{} open up to {widest} ports each", gathered.values()),
    };
    let finding = RULE.finding(message);
    findings.push(gathered.place(finding.help("list the ports that movies connect to")));
}

/// The number of ports in a range.
fn ports(range: PortRange) -> u32 {
    u32::from(range.high().get() - range.low().get()) + 1
}
