//! The book's reference: pages that the program prints from its own tables.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::{Files, flashgate, read};

/// This folder contains only these pages.
const FOLDER: &str = "docs/book/src/reference";

/// The folder of the lint rules' pages, which contains nothing else.
const RULES: &str = "docs/book/src/reference/rules";

/// The book's contents, which list the rules too.
const SUMMARY: &str = "docs/book/src/SUMMARY.md";

/// The line above the list of rules.
const RULES_IN_SUMMARY: &str = "- [Lint rules](reference/rules.md)";

/// Adds every page.
pub(super) fn add(root: &Path, files: &mut Files) -> Result<()> {
    let pages = String::from_utf8(flashgate(&["reference"])?)?;
    for page in pages.lines() {
        let text = flashgate(&["reference", page])?;
        files.insert(Path::new(FOLDER).join(format!("{page}.md")), text);
    }
    let rules = rules(files)?;
    for rule in &rules {
        let page = flashgate(&["explain", rule])?;
        files.insert(Path::new(RULES).join(format!("{rule}.md")), page);
    }
    let summary = summary(&read(root, SUMMARY)?, &rules)?;
    files.insert(SUMMARY.into(), summary.into());
    Ok(())
}

/// The rules that their index lists: `| [rule](rules/rule.md) | level | what it finds |`.
fn rules(files: &Files) -> Result<Vec<String>> {
    let index = files.get(&Path::new(FOLDER).join("rules.md"));
    let index = std::str::from_utf8(index.context("no page lists the rules")?)?;
    let names = index
        .lines()
        .filter_map(|line| line.strip_prefix("| [")?.split_once("](rules/"));
    Ok(names.map(|(name, _)| name.to_owned()).collect())
}

/// The contents with an updated list of rules.
fn summary(committed: &str, rules: &[String]) -> Result<String> {
    let kept = committed
        .lines()
        .filter(|line| !line.contains("](reference/rules/"));
    let mut text = String::new();
    for line in kept {
        text.extend([line, "\n"]);
        if line == RULES_IN_SUMMARY {
            text.extend(
                rules
                    .iter()
                    .map(|rule| format!("  - [{rule}](reference/rules/{rule}.md)\n")),
            );
        }
    }
    text.contains(RULES_IN_SUMMARY)
        .then_some(text)
        .with_context(|| format!("{SUMMARY} has no line `{RULES_IN_SUMMARY}`"))
}

/// Pages that are no longer generated.
pub(super) fn strays(root: &Path, files: &Files) -> Result<Vec<PathBuf>> {
    let mut strays = Vec::new();
    for folder in [FOLDER, RULES] {
        let place = root.join(folder);
        if !place.exists() {
            continue;
        }
        for entry in fs::read_dir(&place).with_context(|| format!("can't read {folder}"))? {
            let entry = entry?;
            let is_known = files.contains_key(&Path::new(folder).join(entry.file_name()));
            if !is_known && entry.path().is_file() {
                strays.push(entry.path());
            }
        }
    }
    Ok(strays)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_in_the_contents() {
        let old = "- [Lint rules](reference/rules.md)\n  - [gone](reference/rules/gone.md)\n- [Next](next.md)\n";
        let rules = ["byte-order-mark", "doctype"].map(str::to_owned);
        let new = "- [Lint rules](reference/rules.md)\n  - [byte-order-mark](reference/rules/byte-order-mark.md)\n\
                   \x20 - [doctype](reference/rules/doctype.md)\n- [Next](next.md)\n";
        assert_eq!(summary(old, &rules).unwrap(), new);
        assert_eq!(summary(new, &rules).unwrap(), new);
        assert!(summary("- [Next](next.md)\n", &rules).is_err());
    }
}
