//! The TOML as a tree with places: access by type that reports what does not fit, and goes on.
//!
//! Which keys a table may have is `keys`' to say; `meant` has suggestions for some.

use flash_policy::{Diagnostic, Span};
use toml::de::{DeTable, DeValue};

use super::keys::{self, Section};
use super::meant;

pub(super) mod scalar;
pub(super) mod text;

/// A value, and where it stands.
#[derive(Clone, Debug)]
pub(super) struct At<T> {
    pub(super) value: T,
    pub(super) span: Span,
}

/// A table of the file.
#[derive(Clone, Debug)]
pub(super) struct Table<'a> {
    source: &'a str,
    /// None if the file has no such table.
    entries: Option<&'a DeTable<'a>>,
    /// Says which keys it may have.
    section: &'static Section,
    /// As the user wrote it: `[limits]`, `[[listen]]`.
    name: String,
    /// Its header, or the whole of it where it is written in one line.
    pub(super) span: Span,
}

impl<'a> Table<'a> {
    /// The file as a whole.
    pub(super) fn root(source: &'a str, entries: &'a DeTable<'a>) -> Self {
        Self {
            source,
            entries: Some(entries),
            section: &keys::TOP,
            name: keys::TOP.title.to_owned(),
            span: Span::from(0..0),
        }
    }

    /// One that the file does not have.
    pub(super) fn empty(section: &'static Section) -> Self {
        Self {
            source: "",
            entries: None,
            section,
            name: section.title.to_owned(),
            span: Span::from(0..0),
        }
    }

    /// The value of a key, if it is there.
    pub(super) fn get(&self, key: &str) -> Option<Value<'a>> {
        debug_assert!(self.section.key(key).is_some(), "`{key}` is in the table");
        self.values().find(|value| value.key == key)
    }

    /// Every key with its value.
    pub(super) fn values(&self) -> impl Iterator<Item = Value<'a>> {
        let entries = self.entries.into_iter().flatten();
        entries.map(|(key, value)| Value {
            source: self.source,
            key: key.get_ref().to_string(),
            key_span: key.span().into(),
            span: value.span().into(),
            content: value.get_ref(),
        })
    }

    /// Reports every key that it may not have.
    pub(super) fn only_known(&self, found: &mut Vec<Diagnostic>) {
        self.only_known_or(&[], found);
    }

    /// Reports every key that it may not have, except for keys that are reported elsewhere.
    pub(super) fn only_known_or(&self, others: &[&str], found: &mut Vec<Diagnostic>) {
        let unknown = self.unknown();
        for value in unknown.filter(|value| !others.contains(&value.key.as_str())) {
            found.push(self.unknown_key(&value));
        }
    }

    /// Every key that it may not have.
    pub(super) fn unknown(&self) -> impl Iterator<Item = Value<'a>> {
        self.values()
            .filter(|value| self.section.key(&value.key).is_none())
    }

    /// The key that one that it may not have most likely stands for.
    pub(super) fn meant(&self, value: &Value<'_>) -> Option<&'static str> {
        meant::key(&value.key, &self.section.names())
    }

    /// Whether one of its keys most likely stands for this one of those it may have: that is reported, and what follows
    /// from it need not be.
    pub(super) fn misspells(&self, key: &str) -> bool {
        self.unknown().any(|value| self.meant(&value) == Some(key))
    }

    /// Whether one of its keys may stand for this one: it does, or nobody can tell what it stands for.
    pub(super) fn may_have(&self, key: &str) -> bool {
        self.unknown()
            .any(|value| self.meant(&value).is_none_or(|meant| meant == key))
    }

    /// Says that one of the keys it may have is needed and not there, unless it stands there under another name.
    pub(super) fn missing(&self, key: &str, help: &str) -> Option<Diagnostic> {
        let message = format!("expected `{key}` in {}, found none", shown(&self.name));
        (!self.may_have(key)).then(|| {
            Diagnostic::error("missing-key", message)
                .at(self.span, "")
                .help(help)
        })
    }

    /// Says that it has no such key, and which one is most likely meant.
    pub(super) fn unknown_key(&self, value: &Value<'_>) -> Diagnostic {
        let help = self.meant(value).map_or_else(
            || format!("it has {}", listed(&self.section.names())),
            |name| format!("did you mean `{name}`?"),
        );
        self.no_such_key(value).help(help)
    }

    /// The same without help.
    pub(super) fn no_such_key(&self, value: &Value<'_>) -> Diagnostic {
        let message = format!("{} has no key `{}`", shown(&self.name), value.key);
        Diagnostic::error("unknown-key", message).at(value.key_span, "")
    }
}

/// A table's name in a sentence: `[limits]` in code, "the top level" as it is.
fn shown(table: &str) -> String {
    if table.starts_with('[') {
        format!("`{table}`")
    } else {
        table.to_owned()
    }
}

/// Names in code, with commas between them.
pub(super) fn listed(names: &[&str]) -> String {
    let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

/// What a key holds.
#[derive(Clone, Debug)]
pub(super) struct Value<'a> {
    source: &'a str,
    pub(super) key: String,
    pub(super) key_span: Span,
    pub(super) span: Span,
    content: &'a DeValue<'a>,
}

impl<'a> Value<'a> {
    /// The values in a list.
    pub(super) fn items(&self, expected: &str, found: &mut Vec<Diagnostic>) -> Vec<Self> {
        let DeValue::Array(items) = self.content else {
            found.push(self.wrong_type(expected));
            return Vec::new();
        };
        items
            .iter()
            .map(|item| Self {
                span: item.span().into(),
                content: item.get_ref(),
                ..self.clone()
            })
            .collect()
    }

    /// A table of this section.
    pub(super) fn table(
        &self,
        section: &'static Section,
        found: &mut Vec<Diagnostic>,
    ) -> Option<Table<'a>> {
        self.table_like(section, section.title, found)
    }

    /// A table of this section whose header has a name in it.
    pub(super) fn named(
        &self,
        section: &'static Section,
        header: &str,
        found: &mut Vec<Diagnostic>,
    ) -> Option<Table<'a>> {
        let table = self.table_like(section, header, found)?;
        let name = header.to_owned();
        Some(Table { name, ..table })
    }

    /// A table of this section; `example` is how it is written.
    pub(super) fn table_like(
        &self,
        section: &'static Section,
        example: &str,
        found: &mut Vec<Diagnostic>,
    ) -> Option<Table<'a>> {
        let DeValue::Table(entries) = self.content else {
            let finding = self.wrong_type("a table");
            found.push(finding.help(format!("it is written as `{example}`")));
            return None;
        };
        // A table that only its parts name has no header; the first of them stands for it.
        let headless = self.span.start == self.span.end;
        Some(Table {
            source: self.source,
            entries: Some(entries),
            section,
            name: section.title.to_owned(),
            span: if headless { self.key_span } else { self.span },
        })
    }

    /// A list of tables of this section.
    pub(super) fn tables(
        &self,
        section: &'static Section,
        found: &mut Vec<Diagnostic>,
    ) -> Vec<Table<'a>> {
        if self.content.is_table() {
            let finding = self.wrong_type("a list of tables");
            found.push(finding.help(format!("there may be several: write `{}`", section.title)));
            return Vec::new();
        }
        let items = self.items("a list of tables", found);
        items
            .iter()
            .filter_map(|item| item.table(section, found))
            .collect()
    }

    /// The table, or each of the list of tables, that it is; nothing where it is neither.
    pub(super) fn tables_if_any(&self, section: &'static Section) -> Vec<Table<'a>> {
        let mut ignored = Vec::new();
        if self.content.is_array() {
            return self.tables(section, &mut ignored);
        }
        self.table(section, &mut ignored).into_iter().collect()
    }

    pub(super) fn is_table(&self) -> bool {
        self.content.is_table()
    }

    pub(super) fn is_boolean(&self) -> bool {
        self.content.is_bool()
    }

    pub(super) fn is_number(&self) -> bool {
        self.content.is_integer() || self.content.is_float()
    }

    pub(super) fn is_list(&self) -> bool {
        self.content.is_array()
    }

    /// Whether it is a string, and this one.
    pub(super) fn is(&self, text: &str) -> bool {
        self.content.as_str() == Some(text)
    }

    pub(super) fn wrong_type(&self, expected: &str) -> Diagnostic {
        let (key, kind) = (&self.key, kind(self.content));
        let message = format!("expected {expected} for `{key}`, found {kind}");
        let finding = Diagnostic::error("wrong-type", message).at(self.span, "");
        // What tables and lists of them hold is for their readers to say.
        if expected.starts_with("a table") || expected.starts_with("a list") {
            return finding;
        }
        self.with_help(finding)
    }

    /// Adds what to write instead of this value, if somebody can tell.
    pub(super) fn with_help(&self, finding: Diagnostic) -> Diagnostic {
        let text = match self.content {
            DeValue::String(text) => Some(text.as_ref()),
            DeValue::Integer(_) | DeValue::Float(_) => self.written(),
            // In quotes it means nothing anywhere.
            DeValue::Boolean(_) if meant::is_text(&self.key) => None,
            DeValue::Boolean(true) => Some("true"),
            DeValue::Boolean(false) => Some("false"),
            DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => None,
        };
        match text.and_then(|text| meant::help(&self.key, text)) {
            Some(help) => finding.help(help),
            None => finding,
        }
    }
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
