use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::PortRange;
use crate::lint::gathered::{Gathered, MOST_NAMED};
use crate::lint::rule::{Findings, LintRule, RuleGroup, Severity, Subject, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "privileged-ports",
    severity: Severity::Hint,
    group: RuleGroup::Ports,
    page: page!(
        finds = "rules that open ports below 1024, reported once for the whole file.",
        matters = "System services listen on these ports: remote shells, mail, web servers, file sharing. A movie
that is allowed by the rule can connect to them from its viewer's machine.",
        flash = "The rule has an effect only if the policy is served from a port below 1024, such as 843. This
has been so since 7.0.19, the first version with socket policies.",
        example = rules(r#"<allow-access-from domain="www.example.com" to-ports="25"/>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check,
};

/// The usual services of ports (IANA, *Service Name and Transport Protocol Port Number Registry*).
const SERVICES: [(u16, &str); 26] = [
    (20, "FTP"),
    (21, "FTP"),
    (22, "SSH"),
    (23, "Telnet"),
    (25, "SMTP"),
    (53, "DNS"),
    (80, "HTTP"),
    (88, "Kerberos"),
    (110, "POP3"),
    (111, "rpcbind"),
    (119, "NNTP"),
    (135, "Windows RPC"),
    (139, "SMB"),
    (143, "IMAP"),
    (389, "LDAP"),
    (443, "HTTPS"),
    (445, "SMB"),
    (465, "SMTP over TLS"),
    (514, "syslog"),
    (587, "SMTP"),
    (631, "IPP"),
    (636, "LDAP over TLS"),
    (873, "rsync"),
    (990, "FTP over TLS"),
    (993, "IMAP over TLS"),
    (995, "POP3 over TLS"),
];

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let port = subject.options.serving.port();
    if port.is_some_and(|port| !port.is_low()) {
        return;
    }
    let low = subject
        .port_ranges()
        .filter(|(range, _)| range.low().is_low());
    let mut ranges: Vec<PortRange> = low.clone().map(|(range, _)| range).collect();
    ranges.sort_unstable_by_key(|range| (range.low(), range.high()));
    ranges.dedup();
    let Some(gathered) = Gathered::from(low.map(|(range, span)| (range.to_string(), span))) else {
        return;
    };
    let mut finding = RULE.finding(format!(
        "this opens {}, where system services usually listen",
        named(&ranges)
    ));
    if let Some(note) = services(&ranges) {
        finding = finding.note(note);
    }
    let finding = finding.help("remove the ports that movies do not connect to");
    findings.push(gathered.place(finding));
}

/// Names the ports, as in "port 25" or "ports below 1024 (25, 80)".
fn named(ranges: &[PortRange]) -> String {
    if let [range] = ranges
        && range.low() == range.high()
    {
        return format!("port {range}");
    }
    let mut shown: Vec<String> = ranges
        .iter()
        .take(MOST_NAMED)
        .map(ToString::to_string)
        .collect();
    if ranges.len() > MOST_NAMED {
        shown.push("…".into());
    }
    format!("ports below 1024 ({})", shown.join(", "))
}

/// A note that names the usual services of these ports.
fn services(ranges: &[PortRange]) -> Option<String> {
    let holds = |port: u16| {
        let holds = |range: &PortRange| (range.low().get()..=range.high().get()).contains(&port);
        ranges.iter().any(holds)
    };
    let mut found = SERVICES.iter().filter(|(port, _)| holds(*port));
    let shown: Vec<_> = found
        .by_ref()
        .take(MOST_NAMED)
        .map(|(port, name)| format!("{port} is usually {name}"))
        .collect();
    let more = if found.next().is_some() {
        ", and so on"
    } else {
        ""
    };
    (!shown.is_empty()).then(|| format!("{}{more}", shown.join(", ")))
}
