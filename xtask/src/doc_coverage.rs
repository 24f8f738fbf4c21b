//! `doc-coverage`: how much of the published libraries is documented, and how many functions have a tested example.
//!
//! It counts in rustdoc's JSON, which has exactly the public items, wherever they are defined. rustdoc's own
//! `--show-coverage` leaves out the methods of types that are re-exported from private modules.

use std::fmt;
use std::fs;

use anyhow::{Context as _, Result, ensure};
use clap::Args;
use serde_json::Value;

use crate::rustdoc;
use crate::test::LIBRARIES;

/// The lowest share of functions and methods with an example, in percent.
const LEAST_EXAMPLES: usize = 90;

/// Options of `cargo xtask doc-coverage`.
#[derive(Debug, Default, Args)]
pub(crate) struct DocCoverage {
    /// List the functions that have no example
    #[arg(long)]
    missing: bool,
}

impl DocCoverage {
    /// Prints the figures. Fails if an item has no documentation, or too few functions have an example.
    pub(crate) fn run(&self) -> Result<()> {
        let counted = LIBRARIES.map(coverage);
        for (library, coverage) in LIBRARIES.into_iter().zip(counted) {
            let coverage = coverage?;
            println!("{library}: {coverage}");
            if self.missing {
                println!("{}", coverage.without_example.join("\n"));
            }
            let undocumented = coverage.undocumented.join(", ");
            ensure!(undocumented.is_empty(), "document {undocumented}");
            ensure!(
                coverage.share() >= LEAST_EXAMPLES,
                "{library}: at least {LEAST_EXAMPLES} % of the functions must have an example; \
                 `cargo xtask doc-coverage --missing` lists the others"
            );
        }
        Ok(())
    }
}

/// The figures of one library.
#[derive(Default)]
struct Coverage {
    items: usize,
    undocumented: Vec<String>,
    functions: usize,
    without_example: Vec<String>,
}

impl Coverage {
    /// The share of functions with an example, in percent, rounded down.
    fn share(&self) -> usize {
        let with = self.functions - self.without_example.len();
        (with * 100).checked_div(self.functions).unwrap_or(100)
    }

    /// Counts one item, if it is one to document.
    fn count(&mut self, item: &Value) {
        let inner = item.get("inner").and_then(Value::as_object);
        let kind = inner.and_then(|inner| inner.keys().next());
        let (Some(kind), Some(name)) = (kind, text_of(item, "/name")) else {
            return;
        };
        // The fields of tuples have numbers; the documentation of their type or variant describes them.
        let is_field = kind == "struct_field" && name.parse::<u8>().is_err();
        // What implements a trait has the trait's documentation, and is not "public" itself.
        let is_public = text_of(item, "/visibility") == Some("public")
            && kind != "use"
            && kind != "struct_field";
        if !(is_field || is_public || kind == "variant") {
            return;
        }
        let documentation = text_of(item, "/docs").unwrap_or_default();
        let place = || {
            let file = text_of(item, "/span/filename").unwrap_or_default();
            let line = item.pointer("/span/begin/0").and_then(Value::as_u64);
            format!("{file}:{} {name}", line.unwrap_or_default())
        };
        self.items += 1;
        if documentation.is_empty() {
            self.undocumented.push(place());
        }
        if kind == "function" {
            self.functions += 1;
            if !has_example(documentation) {
                self.without_example.push(place());
            }
        }
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let documented = self.items - self.undocumented.len();
        let with_example = self.functions - self.without_example.len();
        write!(
            f,
            "{documented} of {} public items documented, {with_example} of {} functions with an example ({} %)",
            self.items,
            self.functions,
            self.share()
        )
    }
}

fn coverage(library: &str) -> Result<Coverage> {
    let file = rustdoc::json(library)?;
    let text = fs::read(&file).with_context(|| format!("can't read {}", file.display()))?;
    let read: Value = serde_json::from_slice(&text)?;
    let items = read.get("index").and_then(Value::as_object);
    let items = items.context("rustdoc's JSON has no index")?;
    let mut coverage = Coverage::default();
    let own = items
        .values()
        .filter(|item| item.get("crate_id") == Some(&Value::from(0)));
    own.for_each(|item| coverage.count(item));
    coverage.without_example.sort();
    ensure!(
        coverage.functions > 0,
        "rustdoc's JSON has no functions of {library}"
    );
    Ok(coverage)
}

fn text_of<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer)?.as_str()
}

/// Whether a text has a code block that rustdoc compiles.
fn has_example(documentation: &str) -> bool {
    let mut inside = false;
    documentation.lines().any(|line| {
        let Some(info) = line.trim_start().strip_prefix("```") else {
            return false;
        };
        inside = !inside;
        let words = info.split(',').map(str::trim);
        inside
            && words
                .clone()
                .all(|word| matches!(word, "" | "rust" | "no_run" | "should_panic"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_are_blocks_that_rustdoc_compiles() {
        for text in [
            "```\nuse a;\n```",
            "A.\n\n```no_run\n```",
            "```xml\n```\n```\n```",
        ] {
            assert!(has_example(text), "{text}");
        }
        for text in [
            "",
            "`code`",
            "```xml\n<a/>\n```",
            "```text\n```",
            "```ignore\n```",
        ] {
            assert!(!has_example(text), "{text}");
        }
    }

    #[test]
    fn only_what_users_see_is_counted() {
        let item = |kind: &str, visibility: &str, name: &str| {
            serde_json::json!({
                "inner": { kind: {} }, "visibility": visibility, "name": name, "docs": "Text.",
                "span": { "filename": "lib.rs", "begin": [3, 1] },
            })
        };
        let mut coverage = Coverage::default();
        coverage.count(&item("function", "public", "lint"));
        coverage.count(&item("variant", "default", "Remote"));
        coverage.count(&item("struct_field", "public", "findings"));
        assert_eq!((coverage.items, coverage.functions), (3, 1));
        assert_eq!(coverage.without_example, ["lib.rs:3 lint"]);
        coverage.count(&item("function", "default", "fmt"));
        coverage.count(&item("struct_field", "default", "0"));
        coverage.count(&item("use", "public", "Port"));
        assert_eq!(coverage.items, 3);
    }
}
