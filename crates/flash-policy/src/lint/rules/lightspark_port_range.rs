use alloc::format;
use alloc::string::ToString as _;

use crate::lint::gathered::Gathered;
use crate::lint::rule::{Findings, LintRule, PolicyReader, RuleGroup, Severity, Subject, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "lightspark-port-range",
    severity: Severity::Warning,
    group: RuleGroup::Clients,
    page: page!(
        finds = "ranges of ports, if Lightspark is one of your clients (`--client lightspark`).",
        matters = "Lightspark opens only the lowest port of a range: 9400 of `9400-9410`.",
        flash = "Flash Player opens the whole range. No version is known to differ.",
        example = rules(
            "client=lightspark",
            r#"<allow-access-from domain="www.example.com" to-ports="9339-9340"/>"#
        ),
        instead = rules(
            "client=lightspark",
            r#"<allow-access-from domain="www.example.com" to-ports="9339,9340"/>"#
        ),
    ),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    if !subject.options.judges_for(PolicyReader::Lightspark) {
        return;
    }
    let ranges = subject.port_ranges();
    let wide = ranges.filter(|(range, _)| range.low() != range.high());
    let lowest = wide.clone().next().map(|(range, _)| range.low());
    let shown = wide.map(|(range, span)| (range.to_string(), span));
    let (Some(gathered), Some(lowest)) = (Gathered::from(shown), lowest) else {
        return;
    };
    let message = match gathered.only() {
        Some(range) => format!("Lightspark opens only port {lowest} of {range}"),
        None => format!(
            "Lightspark opens only the lowest ports of {}",
            gathered.values()
        ),
    };
    let finding = RULE.finding(message).help("list each port");
    findings.push(gathered.place(finding));
}
