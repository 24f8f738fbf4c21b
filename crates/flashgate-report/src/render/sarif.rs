//! Findings as SARIF 2.1.0, for code scanning.
//!
//! Source: OASIS, *Static Analysis Results Interchange Format (SARIF) Version 2.1.0*; section numbers refer to it.

use std::fmt::Write as _;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use flash_policy::diagnostic::Edit;
use flash_policy::{Diagnostic, Severity, Span, lint};
use serde_json::{Map, Value, json};

use super::entry::OutcomeText;
use crate::visible;
use flash_policy::snippets::Source;
use flash_policy::snippets::repeats as repeats_in_words;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The most places listed for one mistake. Others are only counted.
const MOST_PLACES: usize = 100;

/// Where a rule's page is.
const PAGES: &str = concat!(
    env!("CARGO_PKG_REPOSITORY"),
    "/blob/main/docs/book/src/reference/rules/"
);

/// What is known only after all files were checked, and is therefore written after the results.
#[derive(Debug, Default)]
pub(super) struct SarifRun {
    /// The rules that found something, without duplicates, in order of appearance.
    rules: Vec<&'static str>,
    /// Errors, and findings that are left out.
    notifications: Vec<Value>,
    has_faults: bool,
    has_begun: bool,
    has_results: bool,
}

impl SarifRun {
    /// Writes the results of a file, each in one line.
    pub(super) fn add(
        &mut self,
        entry: &OutcomeText<'_>,
        out: &mut impl io::Write,
    ) -> io::Result<()> {
        if !std::mem::replace(&mut self.has_begun, true) {
            start(out)?;
        }
        for finding in entry.findings() {
            let separator = if self.has_results { ",\n" } else { "\n" };
            self.has_results = true;
            out.write_all(separator.as_bytes())?;
            let index = self.index(finding.rule);
            visible::write_json(out, &result(finding, entry, index))?;
        }
        if entry.omitted() > 0 {
            let message = format!(
                "{} more findings in this file are not listed",
                entry.omitted()
            );
            self.notifications
                .push(notification("note", &message, entry));
        }
        if let Some(fault) = &entry.outcome.fault {
            self.has_faults = true;
            self.notifications
                .push(notification("error", &fault.message, entry));
        }
        Ok(())
    }

    fn index(&mut self, rule: &'static str) -> usize {
        let known = self.rules.iter().position(|known| *known == rule);
        known.unwrap_or_else(|| {
            self.rules.push(rule);
            self.rules.len() - 1
        })
    }

    /// Writes the text after the results.
    pub(super) fn end(&self, out: &mut impl io::Write) -> io::Result<()> {
        if !self.has_begun {
            start(out)?;
        }
        // Whether everything could be done, and if not, why (3.20).
        let invocation = json!({
            "executionSuccessful": !self.has_faults,
            "toolExecutionNotifications": self.notifications,
        })
        .to_string();
        write!(
            out,
            "],\n\"columnKind\":\"unicodeCodePoints\",\n\"invocations\":[{invocation}],\n\
             \"tool\":{{\"driver\":{{\"name\":\"flashgate\",\"semanticVersion\":\"{}\",\"informationUri\":\"{}\",\"rules\":[",
            env!("CARGO_PKG_VERSION"),
            env!("CARGO_PKG_REPOSITORY"),
            invocation = visible::json(&invocation),
        )?;
        let mut separator = "\n";
        for rule in &self.rules {
            out.write_all(separator.as_bytes())?;
            visible::write_json(out, &descriptor(rule))?;
            separator = ",\n";
        }
        writeln!(out, "]}}}}}}]}}")
    }
}

fn start(out: &mut impl io::Write) -> io::Result<()> {
    write!(
        out,
        "{{\"$schema\":\"{SCHEMA}\",\"version\":\"2.1.0\",\"runs\":[{{\"results\":["
    )
}

fn notification(level: &str, message: &str, entry: &OutcomeText<'_>) -> Value {
    json!({
        "level": level,
        "message": { "text": message },
        "locations": [location(None, entry)],
    })
}

fn descriptor(name: &str) -> Value {
    let Some(rule) = lint::rule(name) else {
        return json!({ "id": name });
    };
    let page = crate::explain::page(rule);
    json!({
        "id": name,
        "shortDescription": { "text": crate::explain::summary(rule) },
        "help": { "text": page, "markdown": page },
        "helpUri": format!("{PAGES}{name}.md"),
        "defaultConfiguration": { "level": level(rule.severity) },
    })
}

fn result(finding: &Diagnostic, entry: &OutcomeText<'_>, index: usize) -> Value {
    let again = repeats_in_words(finding, &entry.source);
    let message: Vec<_> = std::iter::once(&finding.message)
        .chain(&again)
        .chain(&finding.notes)
        .chain(&finding.help)
        .map(String::as_str)
        .collect();
    let others = finding.secondary.iter();
    let others = others.map(|label| (label.span, label.text.as_str()));
    let repeats = finding.repeats.iter().take(MOST_PLACES);
    let repeats = repeats.map(|again| (again.span, "the same mistake"));
    let others: Vec<_> = others
        .chain(repeats)
        .enumerate()
        .map(|(index, (span, text))| {
            let mut place = location(Some(span), entry);
            insert(&mut place, "id", index.into());
            insert(&mut place, "message", json!({ "text": text }));
            place
        })
        .collect();
    let mut result = json!({
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": level(finding.severity),
        "message": { "text": message.join("\n") },
        "locations": [location(finding.label.as_ref().map(|label| label.span), entry)],
        "relatedLocations": others,
    });
    if let Some(found) = &finding.fix {
        insert(
            &mut result,
            "fixes",
            json!([fix(finding, &found.title, entry)]),
        );
    }
    result
}

fn location(span: Option<Span>, entry: &OutcomeText<'_>) -> Value {
    let mut place = json!({ "artifactLocation": artifact(&entry.outcome.name) });
    if let Some(span) = span {
        insert(&mut place, "region", region(span, &entry.source));
    }
    json!({ "physicalLocation": place })
}

fn region(span: Span, source: &Source) -> Value {
    let start = source.position(span.start);
    let end = source.position(span.end);
    json!({
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
        "byteOffset": span.start,
        "byteLength": span.end.saturating_sub(span.start),
    })
}

/// The changes in all places of a finding.
fn fix(finding: &Diagnostic, title: &str, entry: &OutcomeText<'_>) -> Value {
    let replacement = |edit: &Edit| {
        json!({
            "deletedRegion": region(edit.span, &entry.source),
            "insertedContent": { "text": edit.text },
        })
    };
    let edits = finding.all_edits().into_iter();
    let replacements: Vec<_> = edits.map(replacement).collect();
    json!({
        "description": { "text": title },
        "artifactChanges": [{
            "artifactLocation": artifact(&entry.outcome.name),
            "replacements": replacements,
        }],
    })
}

/// A relative path unchanged, because the reader knows its base; an absolute path as a `file` URI (3.4.3).
fn artifact(name: &str) -> Value {
    let path = Path::new(name);
    let path = path.strip_prefix("./").unwrap_or(path);
    let scheme = if path.is_absolute() { "file://" } else { "" };
    let mut uri = scheme.to_owned();
    for byte in path.as_os_str().as_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' => {
                uri.push(char::from(*byte));
            }
            // Writing to a string can't fail.
            _ => drop(write!(uri, "%{byte:02X}")),
        }
    }
    json!({ "uri": uri })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Hint => "note",
        Severity::Warning | _ => "warning",
    }
}

fn insert(value: &mut Value, key: &str, what: Value) {
    let object: Option<&mut Map<_, _>> = value.as_object_mut();
    if let Some(object) = object {
        object.insert(key.to_owned(), what);
    }
}
