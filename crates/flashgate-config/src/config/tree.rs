//! The TOML as a tree with places. Access is by type, and reports what does not fit without stopping.
//!
//! `keys` defines which keys a table may have; `meant` makes suggestions.

use flash_policy::{Diagnostic, Span};
use toml::de::{DeTable, DeValue};

use super::keys::{self, Form, Key, Section, ValueType};
use super::meant;

pub(super) mod scalar;
pub(super) mod text;

/// A value and its place.
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
    /// The keys that it may have.
    section: &'static Section,
    /// The header as the user wrote it: `[limits]`, `[[listen]]`.
    name: String,
    /// Its header, or all of it if it is an inline table.
    pub(super) span: Span,
}

impl<'a> Table<'a> {
    /// The whole file.
    pub(super) fn root(source: &'a str, entries: &'a DeTable<'a>) -> Self {
        Self {
            source,
            entries: Some(entries),
            section: &keys::TOP,
            name: keys::TOP.title.to_owned(),
            span: Span::from(0..0),
        }
    }

    /// A table that the file does not have.
    pub(super) fn empty(section: &'static Section) -> Self {
        Self {
            source: "",
            entries: None,
            section,
            name: section.title.to_owned(),
            span: Span::from(0..0),
        }
    }

    /// The value of a key, if it is present.
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

    /// Reports every unknown key.
    pub(super) fn only_known(&self, found: &mut Vec<Diagnostic>) {
        self.only_known_or(&[], found);
    }

    /// Reports every unknown key, except keys that are reported elsewhere.
    pub(super) fn only_known_or(&self, others: &[&str], found: &mut Vec<Diagnostic>) {
        let unknown = self.unknown();
        for value in unknown.filter(|value| !others.contains(&value.key.as_str())) {
            found.push(self.unknown_key(&value));
        }
    }

    /// Every unknown key.
    pub(super) fn unknown(&self) -> impl Iterator<Item = Value<'a>> {
        self.values()
            .filter(|value| self.section.key(&value.key).is_none())
    }

    /// The known key that an unknown one probably means.
    pub(super) fn meant(&self, value: &Value<'_>) -> Option<&'static str> {
        self.section_like(value)
            .or_else(|| meant::key(&value.key, &self.section.names()))
    }

    /// The section that an unknown table probably is: the only one with all of its keys, or else the only one with a
    /// key of its name.
    fn section_like(&self, value: &Value<'_>) -> Option<&'static str> {
        let DeValue::Table(entries) = value.content else {
            return None;
        };
        let only = |fits: &dyn Fn(Form, &Section) -> bool| {
            let is_it = |key: &&'static Key| matches!(key.kind, ValueType::Section(form, section) if fits(form, section));
            let mut fitting = self.section.keys.iter().filter(is_it);
            let key = fitting.next()?;
            fitting.next().is_none().then_some(key.name)
        };
        let has_all = |_, section: &Section| {
            let mut names = entries.keys();
            !entries.is_empty() && names.all(|key| section.key(key.get_ref()).is_some())
        };
        let has_it =
            |form, section: &Section| form == Form::Table && section.key(&value.key).is_some();
        only(&has_all).or_else(|| only(&has_it))
    }

    /// Whether an unknown key probably means this known one. That key is reported, so its consequences need not be.
    pub(super) fn misspells(&self, key: &str) -> bool {
        self.unknown().any(|value| self.meant(&value) == Some(key))
    }

    /// Whether an unknown key may mean this one: it probably does, or its meaning is not clear.
    pub(super) fn may_have(&self, key: &str) -> bool {
        self.unknown()
            .any(|value| self.meant(&value).is_none_or(|meant| meant == key))
    }

    /// Reports a missing key, unless it may be present under another name.
    pub(super) fn missing(&self, key: &str, help: &str) -> Option<Diagnostic> {
        let message = format!("expected `{key}` in {}, found none", shown(&self.name));
        (!self.may_have(key)).then(|| {
            Diagnostic::error("missing-key", message)
                .at(self.span, "")
                .help(help)
        })
    }

    /// Reports an unknown key, with a suggestion.
    pub(super) fn unknown_key(&self, value: &Value<'_>) -> Diagnostic {
        let elsewhere = keys::sections_with(&value.key);
        let help = match self.meant(value) {
            Some(name) => format!("did you mean `{name}`?"),
            None if elsewhere.is_empty() => {
                format!("valid keys are {}", listed(&self.section.names()))
            }
            None => {
                let titles: Vec<_> = elsewhere.into_iter().map(shown).collect();
                format!("`{}` is a key of {}", value.key, titles.join(", "))
            }
        };
        self.no_such_key(value).help(help)
    }

    /// Reports an unknown key, without help.
    pub(super) fn no_such_key(&self, value: &Value<'_>) -> Diagnostic {
        let message = format!("{} has no key `{}`", shown(&self.name), value.key);
        Diagnostic::error("unknown-key", message).at(value.key_span, "")
    }
}

/// A table's name in a sentence: `[limits]` in code, "the top level" in plain text.
fn shown(table: &str) -> String {
    if table.starts_with('[') {
        format!("`{table}`")
    } else {
        table.to_owned()
    }
}

/// Names as code, with commas between them.
pub(super) fn listed(names: &[&str]) -> String {
    let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

/// The value of a key.
#[derive(Clone, Debug)]
pub(super) struct Value<'a> {
    source: &'a str,
    pub(super) key: String,
    pub(super) key_span: Span,
    pub(super) span: Span,
    content: &'a DeValue<'a>,
}

impl<'a> Value<'a> {
    /// The items of a list.
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

    /// A table of this section whose header contains a name.
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

    /// A table of this section. `example` shows how to write it.
    pub(super) fn table_like(
        &self,
        section: &'static Section,
        example: &str,
        found: &mut Vec<Diagnostic>,
    ) -> Option<Table<'a>> {
        let DeValue::Table(entries) = self.content else {
            let finding = self.wrong_type("a table");
            found.push(finding.help(format!("write it as `{example}`")));
            return None;
        };
        // A table that is only implied by its subtables has no header, so the first subtable's header is used.
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
            found.push(finding.help(format!(
                "write `{}`, because there may be several",
                section.title
            )));
            return Vec::new();
        }
        let items = self.items("a list of tables", found);
        items
            .iter()
            .filter_map(|item| item.table(section, found))
            .collect()
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

    /// Whether it is this string.
    pub(super) fn is(&self, text: &str) -> bool {
        self.content.as_str() == Some(text)
    }

    pub(super) fn wrong_type(&self, expected: &str) -> Diagnostic {
        let (key, kind) = (&self.key, kind(self.content));
        let message = format!("expected {expected} for `{key}`, found {kind}");
        let finding = Diagnostic::error("wrong-type", message).at(self.span, "");
        // Callers that expect tables and lists add their own help.
        if expected.starts_with("a table") || expected.starts_with("a list") {
            return finding;
        }
        self.with_help(finding)
    }

    /// Adds what to write instead of this value, if that is clear.
    pub(super) fn with_help(&self, finding: Diagnostic) -> Diagnostic {
        let text = match self.content {
            DeValue::String(text) => Some(text.as_ref()),
            DeValue::Integer(_) | DeValue::Float(_) => self.written(),
            // A quoted boolean makes no sense for any text key.
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
