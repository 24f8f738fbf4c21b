use alloc::format;
use alloc::string::ToString as _;

use crate::lint::gathered::Gathered;
use crate::lint::rule::{Findings, LintRule, RuleGroup, Severity, Subject, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "example-domain",
    severity: Severity::Hint,
    group: RuleGroup::Domains,
    page: page!(
        finds = "A domain that stands for one's own in documentation: `example.com`, `yourdomain.com`, `your.net`.",
        matters = "It was mostly left in when the policy was copied, and the domain that was meant is missing. Some of these
domains belong to somebody, who is then let in.",
        flash = "It matches the movies of that domain, as any other. No version is known to differ; socket policies, with domains
as they are now, exist since 7.0.19.",
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
        .finding(format!(
            "{} {} what examples write for one's own domain",
            gathered.values(),
            gathered.are()
        ))
        .note("was it left in when the policy was copied?")
        .help("write the host that your movies are loaded from");
    findings.push(gathered.place(finding));
}

/// The domain of documentation that a host is, or lies under. It is to be replaced: nothing else is worth saying of it.
pub(super) fn known_example(host: &str) -> Option<&'static str> {
    EXAMPLES.into_iter().find(|known| {
        let head = host.strip_suffix(known);
        head.is_some_and(|head| head.is_empty() || head.ends_with('.'))
    })
}
