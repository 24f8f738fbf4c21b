use alloc::format;
use alloc::string::ToString as _;
use alloc::vec::Vec;

use crate::lint::gathered::Gathered;
use crate::lint::rule::{Diagnostic, Findings, LintRule, RuleGroup, Severity, Subject, page};
use crate::{Port, PortRange, PortSet};

pub(crate) static RULE: LintRule = LintRule {
    name: "ports-without-listener",
    severity: Severity::Warning,
    group: RuleGroup::Ports,
    page: page!(
        finds = "rules that open ports on which nothing listens according to the configuration. Of the commands,
only `flashgate serve` reports this, for a policy that is served only at gates and opens none of their ports. On port
843 a policy may be for servers that flashgate does not know, and `flashgate lint` knows no ports at all. In the
library, the ports are `Options::used_ports`.",
        matters = "The port was changed or mistyped, or it is the port of the server behind a gate. It also stays open for
any server that listens on it later.",
        flash = "The player allows the connection, which then fails: `ioError` #2031, in all versions.",
        example = rules("used=9339", r#"<allow-access-from domain="www.example.com" to-ports="9338"/>"#),
        instead = rules("used=9339", r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(PortSet::List(used)) = &subject.options.used_ports else {
        return;
    };
    let mut used = used.clone();
    used.sort_unstable_by_key(|range| range.low());
    // For each range, the highest port of it and all earlier ones, because ranges may contain each other.
    let mut highest = 0;
    let reach: Vec<(u16, u16)> = used
        .iter()
        .map(|range| {
            highest = range.high().get().max(highest);
            (range.low().get(), highest)
        })
        .collect();
    let alone = subject.port_ranges().filter(|(range, _)| {
        let below = reach.partition_point(|(low, _)| *low <= range.high().get());
        let nearest = below.checked_sub(1).and_then(|index| reach.get(index));
        nearest.is_none_or(|(_, high)| *high < range.low().get())
    });
    let (of_servers, alone): (Vec<_>, Vec<_>) =
        alone.partition(|(range, _)| player_port(subject, *range).is_some());
    for (range, span) in of_servers {
        if let Some(port) = player_port(subject, range) {
            findings.push(of_server(range, port).at(span, ""));
        }
    }
    let alone = alone.into_iter();
    let Some(gathered) = Gathered::from(alone.map(|(range, span)| (range.to_string(), span)))
    else {
        return;
    };
    let finding = RULE
        .finding(format!("nothing listens on {}", gathered.values()))
        .note("the player allows the connection, which then fails")
        .help("list the ports of your gates and servers");
    findings.push(gathered.place(finding));
}

/// The port that players connect to for the server on this port, if it is one.
fn player_port(subject: &Subject<'_>, range: PortRange) -> Option<Port> {
    let mut servers = subject.options.server_ports.iter();
    let server = servers.find(|(server, _)| PortRange::from(*server) == range);
    server.map(|(_, player)| *player)
}

/// A rule has the port of a server instead of the one that players connect to.
fn of_server(server: PortRange, player: Port) -> Diagnostic {
    RULE.finding(format!(
        "{server} is the port of the server itself, but players connect to {player}"
    ))
    .note("a policy is about the port that players see, and connections to it are forwarded to the server")
    .help(format!("write `{player}`"))
}
