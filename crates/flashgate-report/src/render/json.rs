//! Findings as a JSON document. `docs/lint.schema.json` describes it.
//!
//! The meaning of a key never changes. Later versions may add keys.

use std::io;

use flash_policy::Diagnostic;
use flash_policy::Span;
use flash_policy::diagnostic::{Edit, Label};
use flash_policy::lint::PolicyKind;
use serde_json::{Value, json};

use super::entry::OutcomeText;
use super::levels::level;
use super::summary::Summary;
use crate::outcome::RulesCheck;
use crate::visible;
use flash_policy::snippets::Source;

/// The most places listed for one mistake. Others are only counted.
const MOST_PLACES: usize = 100;

/// The version of the schema.
const VERSION: u32 = 1;

/// Writes a file and the text before it, with one finding per line.
pub(super) fn file(
    entry: &OutcomeText<'_>,
    is_first: bool,
    out: &mut impl io::Write,
) -> io::Result<()> {
    let judged = entry.outcome.judged.as_ref();
    let fault = entry.outcome.fault.as_ref();
    let fault = fault.map(|fault| json!({ "message": fault.message, "help": fault.help }));
    if is_first {
        start(out)?;
    }
    write!(
        out,
        "{}\n{{\"file\":{},\"kind\":{},\"rules-checked\":{},\"fixed\":{},\"fault\":{},\"omitted\":{},\"findings\":[",
        if is_first { "" } else { "," },
        visible::json(&json!(entry.outcome.name).to_string()),
        json!(judged.map(|judged| kind(judged.kind))),
        judged.is_some_and(|judged| judged.rules == RulesCheck::Done),
        visible::json(&json!(judged.map_or(&[][..], |judged| &judged.fixed)).to_string()),
        visible::json(&json!(fault).to_string()),
        entry.omitted(),
    )?;
    let mut separator = "\n";
    for found in entry.findings() {
        out.write_all(separator.as_bytes())?;
        visible::write_json(out, &finding(found, &entry.source))?;
        separator = ",\n";
    }
    out.write_all(b"]}")
}

fn start(out: &mut impl io::Write) -> io::Result<()> {
    write!(out, "{{\"version\":{VERSION},\"files\":[")
}

/// Writes the text after the last file.
pub(super) fn end(summary: &Summary, out: &mut impl io::Write) -> io::Result<()> {
    if summary.files + summary.faults == 0 {
        start(out)?;
    }
    let summary = json!({
        "files": summary.files,
        "errors": summary.errors,
        "warnings": summary.warnings,
        "hints": summary.hints,
        "omitted": summary.omitted,
        "fixable": summary.fixable,
        "fixed": summary.fixed,
        "faults": summary.faults,
    });
    writeln!(out, "],\n\"summary\":{summary}}}")
}

fn finding(finding: &Diagnostic, source: &Source) -> Value {
    let others: Vec<_> = finding
        .secondary
        .iter()
        .map(|other| label(other, source))
        .collect();
    let repeats = finding.repeats.iter().take(MOST_PLACES);
    let repeats: Vec<_> = repeats.map(|again| place(again.span, source)).collect();
    json!({
        "rule": finding.rule,
        "level": level(finding.severity),
        "message": finding.message,
        "place": finding.label.as_ref().map(|place| label(place, source)),
        "other-places": others,
        "places": finding.places(),
        "repeats": repeats,
        "notes": finding.notes,
        "help": finding.help,
        "fix": finding.fix.as_ref().map(|found| fix(finding, &found.title, source)),
    })
}

fn label(label: &Label, source: &Source) -> Value {
    let mut value = place(label.span, source);
    if let Some(object) = value.as_object_mut() {
        object.insert("text".to_owned(), label.text.clone().into());
    }
    value
}

/// The changes in all places of a finding.
fn fix(finding: &Diagnostic, title: &str, source: &Source) -> Value {
    let edit = |edit: &Edit| {
        let mut value = place(edit.span, source);
        if let Some(object) = value.as_object_mut() {
            object.insert("replacement".to_owned(), edit.text.clone().into());
        }
        value
    };
    let edits: Vec<_> = finding.all_edits().into_iter().map(edit).collect();
    json!({ "title": title, "edits": edits })
}

fn place(span: Span, source: &Source) -> Value {
    let place = |at| {
        let position = source.position(at);
        json!({ "byte": at, "line": position.line, "column": position.column })
    };
    json!({ "start": place(span.start), "end": place(span.end) })
}

fn kind(kind: PolicyKind) -> &'static str {
    match kind {
        PolicyKind::Url => "url",
        PolicyKind::Silverlight => "silverlight",
        PolicyKind::Socket | _ => "socket",
    }
}
