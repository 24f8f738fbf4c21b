//! Findings as SARIF 2.1.0, for code scanning.
//!
//! Source: OASIS, *Static Analysis Results Interchange Format (SARIF) Version 2.1.0*; section numbers are its own.

use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use flash_policy::diagnostic::{Edit, Fix, Label};
use flash_policy::{Diagnostic, Severity, Span, lint};
use serde_json::{Map, Value, json};

use super::Source;
use super::report::Entry;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Where a rule's page is.
const PAGES: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/main/docs/rules/");

pub(super) fn document(entries: &[Entry<'_>]) -> Value {
    let rules = rules(entries);
    let results: Vec<_> = entries
        .iter()
        .flat_map(|entry| {
            let findings = entry.findings().iter();
            findings.map(|finding| result(finding, entry, &rules))
        })
        .collect();
    let descriptors: Vec<_> = rules.iter().map(|rule| descriptor(rule)).collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "flashgate",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": descriptors,
            }},
            "invocations": [invocation(entries)],
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

/// The rules that found something, once each.
fn rules(entries: &[Entry<'_>]) -> Vec<&'static str> {
    let mut rules: Vec<_> = entries
        .iter()
        .flat_map(|entry| entry.findings().iter().map(|finding| finding.rule))
        .collect();
    rules.sort_unstable();
    rules.dedup();
    rules
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

fn result(finding: &Diagnostic, entry: &Entry<'_>, rules: &[&str]) -> Value {
    let message: Vec<_> = std::iter::once(&finding.message)
        .chain(&finding.notes)
        .chain(&finding.help)
        .map(String::as_str)
        .collect();
    let others = finding.secondary.iter().enumerate();
    let others: Vec<_> = others
        .map(|(index, label)| {
            let mut place = location(Some(label), entry);
            insert(&mut place, "id", index.into());
            insert(&mut place, "message", json!({ "text": label.text }));
            place
        })
        .collect();
    let mut result = json!({
        "ruleId": finding.rule,
        "ruleIndex": rules.iter().position(|rule| *rule == finding.rule),
        "level": level(finding.severity),
        "message": { "text": message.join("\n") },
        "locations": [location(finding.label.as_ref(), entry)],
        "relatedLocations": others,
    });
    if let Some(found) = &finding.fix {
        insert(&mut result, "fixes", json!([fix(found, entry)]));
    }
    result
}

fn location(label: Option<&Label>, entry: &Entry<'_>) -> Value {
    let mut place = json!({ "artifactLocation": artifact(&entry.outcome.name) });
    if let Some(label) = label {
        insert(&mut place, "region", region(label.span, &entry.source));
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

fn fix(fix: &Fix, entry: &Entry<'_>) -> Value {
    let replacement = |edit: &Edit| {
        json!({
            "deletedRegion": region(edit.span, &entry.source),
            "insertedContent": { "text": edit.text },
        })
    };
    let replacements: Vec<_> = fix.edits.iter().map(replacement).collect();
    json!({
        "description": { "text": fix.title },
        "artifactChanges": [{
            "artifactLocation": artifact(&entry.outcome.name),
            "replacements": replacements,
        }],
    })
}

/// Whether all of it could be done, and if not, why (3.20).
fn invocation(entries: &[Entry<'_>]) -> Value {
    let fault = |entry: &Entry<'_>| {
        let fault = entry.outcome.fault.as_ref()?;
        Some(json!({
            "level": "error",
            "message": { "text": fault.message },
            "locations": [location(None, entry)],
        }))
    };
    let faults: Vec<_> = entries.iter().filter_map(fault).collect();
    json!({ "executionSuccessful": faults.is_empty(), "toolExecutionNotifications": faults })
}

/// A relative path as it is, for the reader knows where it starts; an absolute one as a `file` URI (3.4.3).
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
            // Writing to a string does not fail.
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
