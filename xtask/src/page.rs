//! Pages of the book that a task writes from its measurements: a template with tables, and what was measured where.

use std::fmt;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use crate::{plot, workspace};

/// A table in Markdown.
#[derive(Debug)]
pub(crate) struct MarkdownTable {
    texts: &'static [&'static str],
    figures: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl MarkdownTable {
    /// A table without rows: columns of text, then columns of numbers.
    pub(crate) fn new<S: Into<String>>(
        texts: &'static [&'static str],
        figures: impl IntoIterator<Item = S>,
    ) -> Self {
        Self {
            texts,
            figures: figures.into_iter().map(Into::into).collect(),
            rows: Vec::new(),
        }
    }

    /// Adds a row; it must have a cell for each column.
    pub(crate) fn row<S: Into<String>>(&mut self, cells: impl IntoIterator<Item = S>) {
        self.rows.push(cells.into_iter().map(Into::into).collect());
    }
}

impl fmt::Display for MarkdownTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let figures = self.figures.iter().map(String::as_str);
        let names: Vec<_> = self.texts.iter().copied().chain(figures).collect();
        writeln!(f, "| {} |", names.join(" | "))?;
        let (texts, figures) = (self.texts.len(), self.figures.len());
        writeln!(f, "|{}{}", "---|".repeat(texts), "--:|".repeat(figures))?;
        for row in &self.rows {
            writeln!(f, "| {} |", row.join(" | "))?;
        }
        Ok(())
    }
}

/// Writes a page from its template, in which `@NAME@` means a value, and draws the pictures of the book again.
pub(crate) fn write(page: &str, template: &str, values: &[(&str, String)]) -> Result<()> {
    let root = workspace::root();
    let text = filled(template, values);
    fs::write(root.join(page), text).with_context(|| format!("can't write {page}"))?;
    for (path, picture) in plot::pictures(&root)? {
        let name = path.display();
        fs::write(root.join(&path), picture).with_context(|| format!("can't write {name}"))?;
    }
    println!("wrote {page}");
    Ok(())
}

/// The template with each `@NAME@` replaced, and without spaces at the end of the last line of a value.
fn filled(template: &str, values: &[(&str, String)]) -> String {
    values
        .iter()
        .fold(template.to_owned(), |text, (name, value)| {
            text.replace(&format!("@{name}@"), value.trim_end())
        })
}

/// A measured number as the tables show it: three digits, or all of them if there are more; a dash if nothing was measured.
pub(crate) fn number(value: f64) -> String {
    match value {
        _ if !value.is_finite() => "–".to_owned(),
        _ if value.abs() >= 99.95 => grouped(&format!("{value:.0}")),
        _ if value.abs() >= 9.995 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// A count, with a comma after each three digits from the right.
pub(crate) fn count(value: u64) -> String {
    grouped(&value.to_string())
}

fn grouped(digits: &str) -> String {
    let mut text = String::new();
    for (nth, digit) in digits.chars().enumerate() {
        if nth > 0 && (digits.len() - nth).is_multiple_of(3) && !text.ends_with('-') {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The date of a measurement.
pub(crate) fn today() -> Result<String> {
    said("date", &["-u", "+%F"])
}

/// The commit that was measured: the last one that changed more than documents. A plus sign means that there were
/// uncommitted changes elsewhere.
pub(crate) fn commit() -> Result<String> {
    let elsewhere = [":/", ":(top,exclude)docs/book", ":(top,exclude,glob)*.md"];
    let log = ["log", "-1", "--format=%h", "--"];
    let commit = said("git", &[&log[..], &elsewhere].concat())?;
    let status = ["status", "--porcelain", "--"];
    let uncommitted = said("git", &[&status[..], &elsewhere].concat())?;
    let mark = if uncommitted.is_empty() { "" } else { "+" };
    Ok(commit + mark)
}

/// The first line of a command's output.
pub(crate) fn said(program: &str, arguments: &[&str]) -> Result<String> {
    let root: &Path = &workspace::root();
    let output = Command::new(program)
        .current_dir(root)
        .args(arguments)
        .output()
        .with_context(|| format!("can't run {program}"))?;
    ensure!(
        output.status.success(),
        "{program} failed: {}",
        output.status
    );
    let text = String::from_utf8(output.stdout)?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table() {
        let mut table = MarkdownTable::new(&["server"], ["CPU", "lost"]);
        table.row(["a", "1.00", "–"]);
        assert_eq!(
            table.to_string(),
            "| server | CPU | lost |\n|---|--:|--:|\n| a | 1.00 | – |\n"
        );
        let page = filled("x\n\n@A@\n\ny\n", &[("A", table.to_string())]);
        assert!(page.ends_with("| – |\n\ny\n"), "{page}");
    }

    #[test]
    fn numbers_have_three_digits_or_more() {
        let shown = [0.0, 0.128, 9.996, 34.44, 99.96, 1_234_567.8, f64::NAN].map(number);
        assert_eq!(
            shown,
            ["0.00", "0.13", "10.0", "34.4", "100", "1,234,568", "–"]
        );
        assert_eq!([0, 999, 1_000].map(count), ["0", "999", "1,000"]);
        assert_eq!(number(-1234.0), "-1,234");
    }
}
