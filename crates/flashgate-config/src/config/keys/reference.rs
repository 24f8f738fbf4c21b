//! Writes the keys in Markdown for the book's reference: a table for each section.

use std::fmt::Write as _;

use super::key::{Form, Key, Section, Unset, ValueType};
use super::table::{CERTIFICATE, RULE, TOP};

const INTRODUCTION: &str = "\
# Config file

The keys of the file that `flashgate serve --config FILE` reads. [Policies and the config file](../run/policies.md)
explains how to write it. `flashgate serve --check --config FILE` checks it. `flashgate man --config | man -l -`
shows the same tables as a manual page, and the [JSON Schema](schemas.md) lets an editor complete keys.

A duration is a number and a unit: `ms`, `s`, `m`, `h` or `d`. A path is relative to the file. A key or section that is
not in these tables is an error.

<!-- Generated: cargo xtask generate. -->
";

/// A table for each section.
pub fn reference() -> String {
    let mut text = INTRODUCTION.to_owned();
    section(&TOP, "Top level", &mut text);
    text
}

fn section(part: &Section, heading: &str, text: &mut String) {
    // Writing to a string can't fail.
    let _ = write!(text, "\n## {heading}\n\n{HEAD}");
    for key in part.keys {
        row(key, text);
    }
    for (inner, title) in part.keys.iter().filter_map(inner) {
        section(inner, &title, text);
    }
}

const HEAD: &str = "| key | value | default | meaning |\n|---|---|---|---|\n";

fn row(key: &Key, text: &mut String) {
    let default = match key.unset {
        Unset::Required => "**required**".to_owned(),
        Unset::Is(value) => format!("`{value}`"),
        Unset::Means(words) => words.to_owned(),
    };
    let (name, value, doc) = (key.name, value(key.kind), key.doc);
    let _ = writeln!(text, "| `{name}` | {value} | {default} | {doc} |");
}

/// The section that a key holds, with its heading.
pub(super) fn inner(key: &Key) -> Option<(&'static Section, String)> {
    match key.kind {
        ValueType::Section(_, section) => Some((section, format!("`{}`", section.title))),
        ValueType::Rules => Some((&RULE, "An entry of `rules`".to_owned())),
        ValueType::Certificates => Some((&CERTIFICATE, "An entry of `certificates`".to_owned())),
        ValueType::Boolean
        | ValueType::Port
        | ValueType::Ports
        | ValueType::Number(_)
        | ValueType::Cap
        | ValueType::Duration
        | ValueType::Short
        | ValueType::Idle
        | ValueType::OneOf(_)
        | ValueType::SeveralOf(_)
        | ValueType::Socket
        | ValueType::Networks
        | ValueType::Texts
        | ValueType::Names
        | ValueType::Text
        | ValueType::TextOrNumber => None,
    }
}

/// The values that a key accepts.
pub(super) fn value(kind: ValueType) -> String {
    let words = match kind {
        ValueType::Boolean => "`true` or `false`",
        ValueType::Port | ValueType::Number(_) => {
            return format!("a number from 1 to {}", kind.most());
        }
        ValueType::Ports => "a number from 1 to 65535, or a range like `\"9875-9878\"`",
        ValueType::Cap => "a number, or `\"off\"`",
        ValueType::Duration | ValueType::Short => "a duration",
        ValueType::Idle => "a duration, or `\"off\"`",
        ValueType::OneOf(words) => {
            let words = words().into_iter().map(|word| format!("`\"{word}\"`"));
            return words.collect::<Vec<_>>().join(", ");
        }
        ValueType::SeveralOf(words) => {
            let words = words().into_iter().map(|word| format!("`\"{word}\"`"));
            return words.collect::<Vec<_>>().join(", ") + ", or a list of them";
        }
        ValueType::Socket => "a path, or `\"off\"`",
        ValueType::Networks => "a network, or a list of them",
        ValueType::Texts | ValueType::Names => "a string, or a list of them",
        ValueType::Rules | ValueType::Certificates => "a list of tables",
        ValueType::Text => "a string",
        ValueType::TextOrNumber => "a string or a number",
        ValueType::Section(Form::Table, _) => "a table",
        ValueType::Section(Form::List, _) => "tables: `[[…]]`",
        ValueType::Section(Form::ByName, _) => "a table for each name",
    };
    words.to_owned()
}
