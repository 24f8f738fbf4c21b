use alloc::format;
use alloc::string::ToString as _;

use crate::lint::gathered::Gathered;
use crate::lint::rule::{Findings, LintRule, RuleGroup, Severity, Subject, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "example-domain",
    severity: Severity::Hint,
    group: RuleGroup::Domains,
    page: page!(
        finds = "domains that documentation uses as examples: `example.com`, `yourdomain.com`, `your.net`.",
        matters = "It was probably left in when the policy was copied, and your own domain is missing. Some of
these domains are real, and the rule allows movies from them.",
        flash = "The rule matches movies from that domain, like any other. No version is known to differ.",
        example = rules(r#"<allow-access-from domain="*.yourdomain.com" to-ports="9339"/>"#),
        instead = rules(r#"<allow-access-from domain="*.real-game.net" to-ports="9339"/>"#),
    ),
    check,
};

const EXAMPLES: [&str; 16] = [
    "example.com",
    "example.net",
    "example.org",
    "domain.com",
    "domain.tld",
    "foo.com",
    "foobar.com",
    "mydomain.com",
    "mysite.com",
    "somedomain.com",
    "trusteddomain.com",
    "your.net",
    "yourdomain.com",
    "yourserver.com",
    "yoursite.com",
    "your-domain.com",
];

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let left = subject.rules().filter_map(|(rule, places)| {
        let known = known_example(&rule.domain.hosts().to_string())?;
        Some((format!("`{known}`"), places.domain))
    });
    let Some(gathered) = Gathered::from(left) else {
        return;
    };
    let finding = RULE
        .finding(match gathered.only() {
            Some(domain) => format!("{domain} is an example domain"),
            None => format!("{} are example domains", gathered.values()),
        })
        .note("it may have been left in when the policy was copied")
        .help("replace it with the host that your movies are loaded from");
    findings.push(gathered.place(finding));
}

/// The example domain that the host is, or is a subdomain of. Other rules skip it, because it must be replaced.
pub(super) fn known_example(host: &str) -> Option<&'static str> {
    EXAMPLES.into_iter().find(|known| {
        let head = host.strip_suffix(known);
        head.is_some_and(|head| head.is_empty() || head.ends_with('.'))
    })
}
