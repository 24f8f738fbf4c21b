//! Every rule as people see it: renders the first example of its Markdown test.
//!
//! `UPDATE=1 cargo test -p flash-policy --all-features --test rules rendered` rewrites the blocks of rendered text.
//! Review the changes: each text must be enough to fix the file.

use std::cmp::Reverse;
use std::fs;
use std::path::Path;

use annotate_snippets::Renderer;
use flash_policy::lint::{lint_with, rules};
use flash_policy::snippets::{ShownFix, Source, render};

use crate::examples::{self, Block};

const FENCE: &str = "```text rendered\n";

#[test]
fn rendered() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lint");
    let update = std::env::var_os("UPDATE").is_some();
    for rule in rules() {
        let path = folder.join(format!("{}.md", rule.name));
        let text = fs::read_to_string(&path).unwrap();
        let blocks = examples::blocks(&text);
        let fires = blocks.iter().position(|block| block.says("fires"));
        let fires = fires.unwrap_or_else(|| panic!("{}: nothing fires", rule.name));
        let new = with_rendered(&text, &blocks[fires..], rule.name);
        if update && new != text {
            fs::write(&path, &new).unwrap();
        } else {
            assert_eq!(new, text, "{}", path.display());
        }
    }
}

/// The file with the new rendered text after the example's findings, instead of the old one.
fn with_rendered(text: &str, blocks: &[Block], rule: &str) -> String {
    let lines: Vec<_> = text.split_inclusive('\n').collect();
    let findings = blocks.get(1).filter(|block| block.says("findings"));
    let before = findings.unwrap_or(&blocks[0]);
    let start = end(before);
    let old = blocks.iter().skip(1).take(2);
    let old = old.rev().find(|block| block.says("rendered"));
    let rest = old.map_or(start, end);
    let rendered = printed(&blocks[0], rule);
    format!(
        "{}\n{FENCE}{rendered}```\n{}",
        lines[..start].concat(),
        lines[rest..].concat()
    )
}

/// The number of lines up to the end of a block.
fn end(block: &Block) -> usize {
    block.line + block.text.matches('\n').count() + 1
}

/// The rendered findings of this rule.
fn printed(block: &Block, rule: &str) -> String {
    let bytes = block.bytes();
    let mut findings = lint_with(&bytes, &block.options()).findings;
    findings.retain(|finding| finding.rule == rule);
    let source = Source::new("policy.xml", &bytes);
    findings.sort_by_key(|finding| Reverse(finding.severity));
    let fix = ShownFix::After("`--fix` can ");
    let texts = findings
        .iter()
        .map(|finding| render(finding, &source, fix, &Renderer::plain()));
    let text = texts.collect::<Vec<_>>().join("\n\n");
    let lines: Vec<_> = text.lines().map(str::trim_end).collect();
    let text = lines.join("\n");
    format!("{}\n", text.trim_end())
}
