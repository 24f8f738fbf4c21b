use alloc::format;
use alloc::vec::Vec;

use crate::PortSet;
use crate::lint::rule::{Findings, LintRule, RuleGroup, Severity, Span, Subject, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "overlapping-ports",
    severity: Severity::Hint,
    group: RuleGroup::Ports,
    page: page!(
        finds = "A port that is twice in one list.",
        matters = "Nothing breaks. One of the two was perhaps meant to be another port.",
        flash = "Ports add up. So it is in all versions.",
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
                    RULE.finding(format!("{range} is in the list already, or a part of it"))
                        .at(span, "")
                        .also_at(first, "here")
                        .help("remove it, or write the port that was meant"),
                );
            }
            if reach.is_none_or(|(high, _)| range.high().get() > high) {
                reach = Some((range.high().get(), span));
            }
        }
    }
}
