use alloc::format;
use alloc::string::ToString as _;

use crate::lint::gathered::Gathered;
use crate::lint::rule::{Findings, LintRule, RuleGroup, Severity, Subject, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "word-as-domain",
    severity: Severity::Warning,
    group: RuleGroup::Domains,
    page: page!(
        finds = "A domain that is a word for every site: `all`, `any`, `everyone`.",
        matters = "It is read as the name of one host. Unless movies are loaded from a host with that very name, the rule admits nobody.",
        flash = "It compares the name of the movie's host with the word, in all versions. Only `*` stands for every site, and that lets
any website that a player visits use what the rule opens.",
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
        .finding(format!(
            "{} {} read as the name of a host, and not as every site",
            gathered.values(),
            gathered.are()
        ))
        .note("the rule admits only movies from a host of that name")
        .help("name the hosts that your movies are loaded from, as in `www.example.com`");
    findings.push(gathered.place(finding));
}
