use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use crate::diagnostic::quoted;
use crate::lint::coverage;
use crate::lint::gathered::Gathered;
use crate::lint::rule::{Findings, LintRule, RuleGroup, Severity, Subject, page};
use crate::lint::rules::example_domain;

pub(crate) static RULE: LintRule = LintRule {
    name: "www-without-apex",
    severity: Severity::Hint,
    group: RuleGroup::Domains,
    page: page!(
        finds = "rules for `www.example.com` without one for `example.com`.",
        matters = "A user who opens the site without `www` loads the movie from `example.com`, and cannot connect.",
        flash = "The player compares the whole name. `*.example.com` also covers `example.com`, and every other
name below it; one rule for each name opens less. Adobe's manuals have said so since Flash 8.",
        example = rules(r#"<allow-access-from domain="www.real-game.net" to-ports="9339"/>"#),
        instead = rules(r#"<allow-access-from domain="www.real-game.net" to-ports="9339"/>
  <allow-access-from domain="real-game.net" to-ports="9339"/>"#),
    ),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let hosts: Vec<String> = subject
        .rules()
        .map(|(rule, _)| rule.domain.hosts().to_string())
        .collect();
    let known: BTreeSet<&str> = hosts.iter().map(String::as_str).collect();
    let alone = hosts
        .iter()
        .zip(subject.rules())
        .filter_map(|(host, rule)| {
            let bare = host.strip_prefix("www.")?;
            // `example-domain` reports examples, and the apex of `www.test` would be a top-level domain.
            let is_site = bare.contains('.') && example_domain::known_example(host).is_none();
            (is_site && !is_covered(bare, &known))
                .then(|| (quoted(bare).to_string(), rule.1.domain))
        });
    let Some(gathered) = Gathered::from(alone) else {
        return;
    };
    let finding = RULE
        .finding(format!(
            "movies loaded from {} cannot connect",
            gathered.values()
        ))
        .note("the player compares the whole name")
        .help(match gathered.only() {
            Some(bare) => format!("add a rule for {bare} if movies are loaded from there too"),
            None => "add a rule for each name that movies are loaded from".into(),
        });
    findings.push(gathered.place(finding));
}

/// Whether rules for these hosts allow movies from that name.
fn is_covered(bare: &str, known: &BTreeSet<&str>) -> bool {
    coverage::hosts_over(bare).any(|(other, is_suffix)| {
        if is_suffix {
            known.contains(format!("*.{other}").as_str())
        } else {
            known.contains(other)
        }
    })
}
