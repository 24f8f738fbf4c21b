//! Pages of rules, for `flashgate explain` and the book's reference.
//!
//! The rule provides the text. This module adds a heading.

use std::fmt::Write as _;

use flash_policy::Severity;
use flash_policy::lint::{LintRule, rules};

/// A rule's page, in Markdown.
pub fn page(rule: &LintRule) -> String {
    let levels = levels(rule).map(|level| format!("*{level}*"));
    let level = levels.collect::<Vec<_>>().join(" or ");
    let (name, group, text) = (rule.name, rule.group.title(), rule.page().trim());
    format!("# {name}\n\n{level} · {group}\n\n{text}\n")
}

/// In a summary longer than this, a list after a colon is left out.
const LONG: usize = 100;

/// The first sentence of a rule's page in one line, without "Checks for" and the full stop.
pub fn summary(rule: &LintRule) -> String {
    let paragraph = rule.page().trim().split("\n\n").find(|text| {
        // Skip headings.
        !text.starts_with('#')
    });
    let text = paragraph.unwrap_or_default().replace('\n', " ");
    let sentence = text
        .split_once(". ")
        .map_or(text.as_str(), |(first, _)| first);
    let summary = match sentence.split_once(": ") {
        Some((summary, _)) if sentence.len() > LONG => summary,
        Some(_) | None => sentence,
    };
    let summary = summary.trim_end_matches('.');
    let summary = summary.strip_prefix("Checks for ").unwrap_or(summary);
    let mut characters = summary.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(characters).collect()
}

/// Every rule in one line, by group.
pub fn list() -> String {
    let width = rules()
        .iter()
        .map(|rule| rule.name.len())
        .max()
        .unwrap_or(0);
    let mut text = String::new();
    let mut group = None;
    for rule in rules() {
        if group != Some(rule.group) {
            let gap = if group.is_some() { "\n" } else { "" };
            let _ = writeln!(text, "{gap}{}", rule.group.title());
            group = Some(rule.group);
        }
        let (name, level) = (rule.name, level(rule.severity));
        let _ = writeln!(text, "  {name:width$}  {level:7}  {}", summary(rule));
    }
    text
}

/// The index of the rules' pages, in Markdown. The pages are in the folder `rules`.
pub fn index() -> String {
    let mut text = String::from(INTRODUCTION);
    let mut group = None;
    for rule in rules() {
        if group != Some(rule.group) {
            let title = rule.group.title();
            let _ = write!(
                text,
                "\n## {title}\n\n| rule | level | what it finds |\n|---|---|---|\n"
            );
            group = Some(rule.group);
        }
        let (name, level) = (rule.name, levels(rule).collect::<Vec<_>>().join(" or "));
        let summary = summary(rule).replace('|', "\\|");
        let _ = writeln!(text, "| [{name}](rules/{name}.md) | {level} | {summary} |");
    }
    text
}

const INTRODUCTION: &str = "\
# Lint rules

The rules of [`flashgate lint`](../decide/policy-files.md). *error*: the file, or a rule in it, fails in the player, or
may fail: what Flash Player does with XML that is not well-formed is not known.
*warning*: it works, but probably not as intended, or it allows more than it should. *hint*: something to know or to clean
up. `flashgate explain RULE` prints a rule's page. The meaning of a rule's name never changes.

<!-- Generated: cargo xtask generate. -->
";

/// The level of a rule's findings, and the one that they have in special cases.
fn levels(rule: &LintRule) -> impl Iterator<Item = &'static str> {
    [Some(rule.severity), rule.other_severity()]
        .into_iter()
        .flatten()
        .map(level)
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Hint => "hint",
        Severity::Warning | _ => "warning",
    }
}
