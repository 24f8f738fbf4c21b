use alloc::format;

use crate::diagnostic::quoted;
use crate::lint::rule::{
    Findings, LintRule, PolicyKind, PolicyReader, RuleGroup, Severity, Subject, page,
};

pub(crate) static RULE: LintRule = LintRule {
    name: "wildcard-domain",
    severity: Severity::Warning,
    group: RuleGroup::Domains,
    page: page!(
        finds = "rules for `*`, which matches every site.",
        matters = "In a socket policy, any website that a player visits can connect to these ports from the
player's IP address. This is how internal services are reached from outside. In a URL policy, any website can
read what the server sends to the user. Unity's web player accepts only `*`: with `--client unity`, the advice
is to open few ports.

Web server scanners report it: nmap's `http-cross-domain-policy`, ZAP's rule 20016, Nikto, and OWASP's
WSTG-CONF-08.",
        flash = "`*` matches every host and IP address, as Adobe's manuals have said since Flash MX 2004. Only
`*` matches movies that were loaded from a local file.",
        example = rules(r#"<allow-access-from domain="*" to-ports="9339"/>"#),
        instead = rules(r#"<allow-access-from domain="*.example.com" to-ports="9339"/>"#),
    ),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (rule, places) in subject.rules() {
        if rule.domain.is_any() {
            let (note, help) = advice(subject);
            findings.push(
                RULE.finding("`*` allows movies from every site, and from local files")
                    .at(places.domain, "")
                    .note(note)
                    .help(help),
            );
        }
    }
    let url_rules = subject.url_elements("allow-http-request-headers-from");
    let headers = url_rules.filter_map(|element| element.attribute("domain"));
    let silverlight = subject.silverlight_elements("domain");
    let uris = silverlight.filter_map(|element| element.attribute("uri"));
    for (attribute, note) in headers
        .map(|attribute| (attribute, SENDS))
        .chain(uris.map(|attribute| (attribute, USES)))
        .filter(|(attribute, _)| is_everyone(&attribute.value))
    {
        findings.push(
            RULE.finding(format!("{} allows every site", quoted(&attribute.value)))
                .at(attribute.value_span, "")
                .note(note)
                .help("name the hosts that your content is loaded from"),
        );
    }
}

const SENDS: &str =
    "any website that a user visits can send these headers to this server, as that user";

const USES: &str = "any website that a user visits can use what this rule allows, as that user";

/// Why `*` matters and what to do. Both depend on the kind of policy and its clients.
fn advice(subject: &Subject<'_>) -> (&'static str, &'static str) {
    let names_hosts = "name the hosts that your movies are loaded from, as in `*.example.com`";
    if subject.is(PolicyKind::Url) {
        return (
            "any website that a user visits can read what this server sends to that user, with their cookies",
            names_hosts,
        );
    }
    let note =
        "any website that a player visits can connect to these ports from the player's IP address";
    if subject.options.judges_for(PolicyReader::Unity) {
        (
            note,
            "Unity's web player needs `*` here: open as few ports as possible",
        )
    } else {
        (note, names_hosts)
    }
}

/// Whether scanners treat this value as a wildcard.
fn is_everyone(value: &str) -> bool {
    matches!(
        value,
        "*" | "http://" | "https://" | "http://*" | "https://*"
    )
}
