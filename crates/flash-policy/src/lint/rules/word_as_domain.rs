use alloc::format;
use alloc::string::ToString as _;

use crate::lint::gathered::Gathered;
use crate::lint::rule::{Findings, LintRule, RuleGroup, Severity, Subject, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "word-as-domain",
    severity: Severity::Warning,
    group: RuleGroup::Domains,
    page: page!(
        finds = "domains that are a word for every site: `all`, `any`, `everyone`.",
        matters = "Players read the word as a host name, so the rule matches no movie, unless one is loaded from a
host with that name.",
        flash = "The player compares the word with the name of the movie's host, in all versions. Only `*`
matches every site, and it lets any website that a player visits use what the rule opens.",
        example = rules(r#"<allow-access-from domain="all" to-ports="9339"/>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check,
};

const WORDS: [&str; 9] = [
    "all",
    "any",
    "anybody",
    "anyone",
    "every",
    "everybody",
    "everyone",
    "everything",
    "everywhere",
];

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let words = subject.rules().filter_map(|(rule, places)| {
        let host = rule.domain.hosts().to_string();
        let is_word = WORDS.iter().any(|word| host.eq_ignore_ascii_case(word));
        is_word.then(|| (format!("`{host}`"), places.domain))
    });
    let Some(gathered) = Gathered::from(words) else {
        return;
    };
    let finding = RULE
        .finding(match gathered.only() {
            Some(word) => format!("{word} is read as a host name, not as every site"),
            None => format!(
                "{} are read as host names, not as every site",
                gathered.values()
            ),
        })
        .note("the rule allows only movies from a host with that name")
        .help("name the hosts that your movies are loaded from, as in `www.example.com`");
    findings.push(gathered.place(finding));
}
