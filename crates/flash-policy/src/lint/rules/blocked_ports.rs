use alloc::format;
use alloc::string::ToString as _;

use crate::PortSet;
use crate::blocked_ports::{SINCE, are_blocked};
use crate::lint::gathered::Gathered;
use crate::lint::rule::{Findings, LintRule, PolicyKind, RuleGroup, Severity, Subject, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "blocked-ports",
    severity: Severity::Hint,
    group: RuleGroup::Ports,
    page: page!(
        finds = "rules whose ports are all on the list of ports that Flash Player 24 and later reportedly block.
A rule that also opens other ports is not reported.",
        matters = "If the list is right, the rule has opened nothing since December 2016. The ports are 1, 7, 9,
11, 13, 15, 17, 19, 21-23, 25, 37, 42, 43, 53, 77, 79, 87, 95, 101-104, 109-111, 113, 115, 117, 119, 123, 135,
139, 143, 179, 389, 465, 512-515, 526, 530-532, 540, 556, 563, 587, 601, 636, 993, 995, 1720, 1723, 2049, 3659,
4045, 5060, 6000, 6566 and 6665-6669.",
        flash = "Adobe's staff posted the list in a forum in January 2017. At that time users reported that
sockets to such ports failed from version 24 on. Adobe never updated its documentation, which says that the
ports blocked for URLs are not blocked for sockets. That was true before version 24. So the list is probably,
but not certainly, in effect. Other clients block no ports for sockets.",
        example = rules(r#"<allow-access-from domain="www.example.com" to-ports="6667"/>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    if !subject.is(PolicyKind::Socket) {
        return;
    }
    let blocked = subject.rules().filter_map(|(rule, places)| {
        let PortSet::List(ranges) = &rule.ports else {
            return None;
        };
        let all_blocked = !ranges.is_empty() && ranges.iter().all(|range| are_blocked(*range));
        let span = places.to_ports.filter(|_| all_blocked)?;
        Some((rule.ports.to_string(), span))
    });
    let Some(gathered) = Gathered::from(blocked) else {
        return;
    };
    let finding = RULE
        .finding(format!(
            "Flash Player {} and later reportedly block sockets to {}",
            SINCE.major(),
            gathered.values()
        ))
        .note("Adobe's staff posted the list of blocked ports in a forum in 2017; Adobe's documentation does not have it")
        .help("make the server listen on another port too, and allow that port");
    findings.push(gathered.place(finding));
}
