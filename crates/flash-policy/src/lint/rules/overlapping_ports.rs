use alloc::format;
use alloc::vec::Vec;

use crate::PortSet;
use crate::lint::rule::{Findings, LintRule, RuleGroup, Severity, Span, Subject, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "overlapping-ports",
    severity: Severity::Hint,
    group: RuleGroup::Ports,
    page: page!(
        finds = "ports that are in one list twice.",
        matters = "Nothing breaks. Perhaps one of the two was meant to be another port.",
        flash = "Ports add up, in all versions.",
        example =
            rules(r#"<allow-access-from domain="www.example.com" to-ports="9339,9300-9400"/>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9300-9400"/>"#),
    ),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (rule, places) in subject.rules() {
        let PortSet::List(ranges) = &rule.ports else {
            continue;
        };
        let mut items: Vec<_> = ranges
            .iter()
            .zip(subject.port_items(places, ranges.len()))
            .collect();
        items.sort_by_key(|(range, _)| (range.low(), range.high()));
        let mut reach: Option<(u16, Span)> = None;
        for (range, span) in items {
            if let Some((_, first)) = reach.filter(|(high, _)| range.low().get() <= *high) {
                findings.push(
                    RULE.finding(format!("{range} overlaps with another item in the list"))
                        .at(span, "")
                        .also_at(first, "the other item")
                        .help("remove it, or correct the port"),
                );
            }
            if reach.is_none_or(|(high, _)| range.high().get() > high) {
                reach = Some((range.high().get(), span));
            }
        }
    }
}
