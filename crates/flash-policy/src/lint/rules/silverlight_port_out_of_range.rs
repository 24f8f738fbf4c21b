use alloc::format;

use crate::PortRange;
use crate::lint::rule::{
    Diagnostic, Findings, LintRule, PolicyKind, PolicyReader, RuleGroup, Severity, Span, Subject,
    page,
};
use crate::write::SILVERLIGHT_PORTS;

pub(crate) static RULE: LintRule = LintRule {
    name: "silverlight-port-out-of-range",
    severity: Severity::Error,
    group: RuleGroup::Silverlight,
    page: page!(
        finds = "ports outside 4502 to 4534 in policies for Silverlight.",
        matters = "Silverlight connects to no other port, whatever the policy says. Moonlight rejects the whole
file.",
        flash = "Flash Player has no such limit, in any version.",
        example = silverlight(
            r#"<allow-from><domain uri="http://www.example.com"/></allow-from>
      <grant-to><socket-resource port="21" protocol="tcp"/></grant-to>"#
        ),
        instead = silverlight(
            r#"<allow-from><domain uri="http://www.example.com"/></allow-from>
      <grant-to><socket-resource port="4502" protocol="tcp"/></grant-to>"#
        ),
    ),
    check,
};

pub(crate) fn found(range: PortRange, place: Span) -> Diagnostic {
    let (low, high) = SILVERLIGHT_PORTS;
    RULE.finding(format!(
        "expected ports from {low} to {high}, found {range}"
    ))
    .at(place, "")
    .note("Silverlight connects to no other port, and Moonlight rejects the whole file")
    .help(format!(
        "make the server listen on a port from {low} to {high}"
    ))
}

pub(crate) fn is_outside(range: PortRange) -> bool {
    let (low, high) = SILVERLIGHT_PORTS;
    range.low().get() < low || range.high().get() > high
}

/// Checks a Flash policy that Silverlight clients should be able to use.
fn check(subject: &Subject<'_>, findings: &mut Findings) {
    if !subject.options.judges_for(PolicyReader::Silverlight) || !subject.is(PolicyKind::Socket) {
        return;
    }
    for (range, span) in subject
        .port_ranges()
        .filter(|(range, _)| is_outside(*range))
    {
        let mut finding = found(range, span);
        finding.severity = Severity::Warning;
        findings.push(finding);
    }
}
