//! `flashgate explain`: prints the page of a lint rule, or of a finding in a check or a config file.

use clap::Args;
use flash_policy::lint::{nearest_rule, rule};
use flashgate_check::findings::{self, FindingId};
use flashgate_config::config::explain as config_findings;
use flashgate_config::spelling::nearest;
use flashgate_report::explain;
use flashgate_report::render;

use crate::exit::Exit;

/// Print what a lint rule, or a finding in a check or a config file, means, and how to fix it
///
/// Without a name, lists all of them.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Explain {
    /// The name of the rule or finding, as shown in messages
    rule: Option<String>,
}

const EXAMPLES: &str = "\
Example:
  flashgate explain missing-to-ports

Exit codes: 0 printed, 2 there is no such rule or finding";

impl Explain {
    pub(super) fn run(self) -> Exit {
        let Some(name) = self.rule else {
            return super::print(list().as_bytes());
        };
        // Some ids have several pages. A lint rule's page says more than that of the same finding of `check`.
        let pages = [
            rule(&name)
                .map(|rule| readable(&explain::page(rule)))
                .or_else(|| FindingId::named(&name).map(FindingId::page)),
            config_findings::page(&name),
        ];
        let pages: Vec<_> = pages.into_iter().flatten().collect();
        if !pages.is_empty() {
            return super::print(pages.join("\n").as_bytes());
        }
        let help = suggestion(&name);
        let name = render::printable(&name);
        render::plain_error(&format!("no rule or finding is called `{name}`"), &[&help]);
        Exit::Usage
    }
}

/// Every rule and finding in one line. Only these lines are indented.
fn list() -> String {
    [explain::list(), findings::list(), config_findings::list()].join("\n")
}

/// More matches than this are left out.
const SHOWN: usize = 6;

/// The closest name, or the names of the rules and findings whose line contains every word of the unknown name.
fn suggestion(unknown: &str) -> String {
    let list = list().to_lowercase();
    let lines = list.lines().filter(|line| line.starts_with("  "));
    let entries: Vec<_> = lines
        .filter_map(|line| Some((line.split_whitespace().next()?, line)))
        .collect();
    let unknown = unknown.to_lowercase();
    let rule = nearest_rule(&unknown).map(|rule| rule.name);
    let known: Vec<_> = rule
        .into_iter()
        .chain(findings::ids())
        .chain(config_findings::ids())
        .collect();
    if let Some(near) = nearest(&unknown, &known) {
        return format!("did you mean `{near}`?");
    }
    let words: Vec<_> = unknown
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let matches = |text: &str| words.iter().all(|word| text.contains(word));
    let by_name = entries.iter().filter(|(name, _)| matches(name));
    let by_summary = entries
        .iter()
        .filter(|(name, line)| !matches(name) && matches(line));
    let found: Vec<_> = by_name
        .chain(by_summary)
        .take(SHOWN)
        .map(|(name, _)| format!("`{name}`"))
        .collect();
    if words.is_empty() || found.is_empty() {
        "`flashgate explain` lists them".to_owned()
    } else {
        format!("these may be about it: {}", found.join(", "))
    }
}

/// The page without what only tests need: the mark of examples with escapes, and these escapes.
fn readable(page: &str) -> String {
    let (mut text, mut escaped) = (String::new(), false);
    for line in page.lines() {
        if let Some(language) = line.strip_prefix("```") {
            let name = language.strip_suffix(" escaped");
            escaped = name.is_some();
            text.extend(["```", name.unwrap_or(language), "\n"]);
        } else if escaped {
            text.extend([&spelled_out(line), "\n"]);
        } else {
            text.extend([line, "\n"]);
        }
    }
    text
}

/// `\n` as a line end, and other escapes by name: `[U+FEFF]` for `\u{feff}`.
fn spelled_out(line: &str) -> String {
    let mut parts = line.split('\\');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        if let Some(rest) = part.strip_prefix('n') {
            text.extend(["\n", rest]);
        } else if let Some(rest) = part.strip_prefix('r') {
            text.extend(["[CR]", rest]);
        } else if let Some(rest) = part.strip_prefix('0') {
            text.extend(["[NUL]", rest]);
        } else if let Some((byte, rest)) = part
            .strip_prefix('x')
            .and_then(|part| part.split_at_checked(2))
        {
            text.extend(["[byte ", byte, "]", rest]);
        } else if let Some((digits, rest)) = part
            .strip_prefix("u{")
            .and_then(|part| part.split_once('}'))
            && let Ok(number) = u32::from_str_radix(digits, 16)
        {
            text.extend([format!("[U+{number:04X}]{rest}")]);
        } else {
            text.extend(["\\", part]);
        }
    }
    text
}
