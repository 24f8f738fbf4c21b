//! Findings as one JSON document; `docs/lint.schema.json` describes it.
//!
//! A key never changes its meaning; there may be more of them in later versions.

use flash_policy::Diagnostic;
use flash_policy::Span;
use flash_policy::diagnostic::{Fix, Label};
use flash_policy::lint::Kind;
use serde_json::{Value, json};

use super::report::{Entry, Summary};
use super::{Source, level};

/// The version of the schema.
const VERSION: u32 = 1;

pub(super) fn document(entries: &[Entry<'_>], summary: &Summary) -> Value {
    let files: Vec<_> = entries.iter().map(file).collect();
    json!({
        "version": VERSION,
        "files": files,
        "summary": {
            "files": summary.files,
            "errors": summary.errors,
            "warnings": summary.warnings,
            "hints": summary.hints,
            "fixable": summary.fixable,
            "fixed": summary.fixed,
            "faults": summary.faults,
        },
    })
}

fn file(entry: &Entry<'_>) -> Value {
    let judged = entry.outcome.judged.as_ref();
    let fault = entry.outcome.fault.as_ref();
    let findings = entry.findings().iter();
    let findings: Vec<_> = findings
        .map(|found| finding(found, &entry.source))
        .collect();
    json!({
        "file": entry.outcome.name,
        "kind": judged.map(|judged| kind(judged.kind)),
        "findings": findings,
        "fixed": judged.map_or(&[][..], |judged| &judged.fixed),
        "fault": fault.map(|fault| json!({ "message": fault.message, "help": fault.help })),
    })
}

fn finding(finding: &Diagnostic, source: &Source) -> Value {
    let others: Vec<_> = finding
        .secondary
        .iter()
        .map(|other| label(other, source))
        .collect();
    json!({
        "rule": finding.rule,
        "level": level(finding.severity),
        "message": finding.message,
        "place": finding.label.as_ref().map(|place| label(place, source)),
        "other-places": others,
        "notes": finding.notes,
        "help": finding.help,
        "fix": finding.fix.as_ref().map(|found| fix(found, source)),
    })
}

fn label(label: &Label, source: &Source) -> Value {
    let mut value = place(label.span, source);
    if let Some(object) = value.as_object_mut() {
        object.insert("text".to_owned(), label.text.clone().into());
    }
    value
}

fn fix(fix: &Fix, source: &Source) -> Value {
    let edit = |edit: &flash_policy::diagnostic::Edit| {
        let mut value = place(edit.span, source);
        if let Some(object) = value.as_object_mut() {
            object.insert("replacement".to_owned(), edit.text.clone().into());
        }
        value
    };
    let edits: Vec<_> = fix.edits.iter().map(edit).collect();
    json!({ "title": fix.title, "edits": edits })
}

fn place(span: Span, source: &Source) -> Value {
    let place = |at| {
        let position = source.position(at);
        json!({ "byte": at, "line": position.line, "column": position.column })
    };
    json!({ "start": place(span.start), "end": place(span.end) })
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Url => "url",
        Kind::Silverlight => "silverlight",
        Kind::Socket | _ => "socket",
    }
}
