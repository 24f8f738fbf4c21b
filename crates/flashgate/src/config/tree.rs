//! The TOML as a tree with places: access by type that reports what does not fit, and goes on.
//!
//! Nothing here knows which keys there are; `meant` has suggestions for some.

use flash_policy::{Diagnostic, Span};
use toml::de::{DeTable, DeValue};

use super::meant;

mod text;

pub(super) use text::{Text, parse_text};

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
    entries: &'a DeTable<'a>,
    /// As the user wrote it: `[limits]`, `[[listen]]`.
    pub(super) name: String,
    /// Its header, or the whole of it where it is written in one line.
    pub(super) span: Span,
}

impl<'a> Table<'a> {
    /// The file as a whole.
    pub(super) fn root(source: &'a str, entries: &'a DeTable<'a>) -> Self {
        Self {
            source,
            entries,
            name: String::from("the top level"),
            span: Span::from(0..0),
        }
    }

    /// The value of a key, if it is there.
    pub(super) fn get(&self, key: &str) -> Option<Value<'a>> {
        self.values().find(|value| value.key == key)
    }

    /// Every key with its value.
    pub(super) fn values(&self) -> impl Iterator<Item = Value<'a>> {
        self.entries.iter().map(|(key, value)| Value {
            source: self.source,
            key: key.get_ref().to_string(),
            key_span: key.span().into(),
            span: value.span().into(),
            content: value.get_ref(),
        })
    }

    /// Reports every key but these.
    pub(super) fn only(&self, known: &[&str], found: &mut Vec<Diagnostic>) {
        self.only_or(known, &[], found);
    }

    /// The same, but for keys that are reported elsewhere and proposed to nobody.
    pub(super) fn only_or(&self, known: &[&str], others: &[&str], found: &mut Vec<Diagnostic>) {
        let unknown = self.unknown(known);
        for value in unknown.filter(|value| !others.contains(&value.key.as_str())) {
            found.push(self.unknown_key(&value, known));
        }
    }

    /// Every key but these.
    pub(super) fn unknown(&self, known: &[&str]) -> impl Iterator<Item = Value<'a>> {
        self.values()
            .filter(|value| !known.contains(&value.key.as_str()))
    }

    /// Whether one of its keys most likely stands for this one of those it may have: that is reported, and what follows
    /// from it need not be.
    pub(super) fn misspells(&self, key: &str, known: &[&str]) -> bool {
        self.unknown(known)
            .any(|value| meant::key(&value.key, known) == Some(key))
    }

    /// Whether one of its keys may stand for this one: it does, or nobody can tell what it stands for.
    pub(super) fn may_have(&self, key: &str, known: &[&str]) -> bool {
        self.unknown(known)
            .any(|value| meant::key(&value.key, known).is_none_or(|meant| meant == key))
    }

    /// Says that one of the keys it may have is needed and not there, unless it stands there under another name.
    pub(super) fn missing(&self, key: &str, known: &[&str], help: &str) -> Option<Diagnostic> {
        let message = format!("expected `{key}` in {}, found none", shown(&self.name));
        (!self.may_have(key, known)).then(|| {
            Diagnostic::error("missing-key", message)
                .at(self.span, "")
                .help(help)
        })
    }

    /// Says that it has no such key, and which one is most likely meant.
    pub(super) fn unknown_key(&self, value: &Value<'_>, known: &[&str]) -> Diagnostic {
        let help = meant::key(&value.key, known).map_or_else(
            || format!("it has {}", listed(known)),
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

    pub(super) fn boolean(&self, found: &mut Vec<Diagnostic>) -> Option<bool> {
        let value = self.content.as_bool();
        if value.is_none() {
            found.push(self.wrong_type("`true` or `false`"));
        }
        value
    }

    /// A whole number within bounds, both included.
    pub(super) fn number(
        &self,
        bounds: (u32, u32),
        found: &mut Vec<Diagnostic>,
    ) -> Option<At<u32>> {
        let (low, high) = bounds;
        let DeValue::Integer(number) = self.content else {
            found.push(self.wrong_type("a whole number"));
            return None;
        };
        match u32::from_str_radix(number.as_str(), number.radix()) {
            Ok(value) if (low..=high).contains(&value) => Some(At {
                value,
                span: self.span,
            }),
            _ => {
                let message = format!("expected a number from {low} to {high}, found {number}");
                let finding = Diagnostic::error("out-of-range", message).at(self.span, "");
                found.push(self.with_help(finding));
                None
            }
        }
    }

    /// A string or a number that means something.
    pub(super) fn parsed<T>(
        &self,
        rule: &'static str,
        parse: impl Fn(&str) -> Result<T, String>,
        found: &mut Vec<Diagnostic>,
    ) -> Option<At<T>> {
        let text = self.text_or_number(found)?;
        let before = found.len();
        let value = parse_text(&text, rule, parse, found);
        // Any other string could be right.
        if !meant::is_text(&self.key) {
            let faults = found.split_off(before);
            found.extend(faults.into_iter().map(|it| self.with_help(it)));
        }
        value
    }

    /// One of several words.
    pub(super) fn choice<T: Copy>(
        &self,
        choices: &[(&str, T)],
        found: &mut Vec<Diagnostic>,
    ) -> Option<At<T>> {
        let text = self.text(found)?;
        if let Some((_, value)) = choices.iter().find(|(name, _)| *name == text.value) {
            let (value, span) = (*value, self.span);
            return Some(At { value, span });
        }
        let names: Vec<_> = choices.iter().map(|(name, _)| *name).collect();
        let message = format!("expected one of {}, found `{}`", listed(&names), text.value);
        let finding = Diagnostic::error("unknown-value", message).at(self.span, "");
        found.push(self.with_help(finding));
        None
    }

    /// A table; `name` is how it is written.
    pub(super) fn table(&self, name: String, found: &mut Vec<Diagnostic>) -> Option<Table<'a>> {
        self.table_or(name, shown, found)
    }

    /// A table in one line; `name` is what it is called, `example` how it is written.
    pub(super) fn table_like(
        &self,
        name: &str,
        example: &str,
        found: &mut Vec<Diagnostic>,
    ) -> Option<Table<'a>> {
        self.table_or(name.to_owned(), |_| format!("`{example}`"), found)
    }

    fn table_or(
        &self,
        name: String,
        written: impl Fn(&str) -> String,
        found: &mut Vec<Diagnostic>,
    ) -> Option<Table<'a>> {
        let DeValue::Table(entries) = self.content else {
            let finding = self.wrong_type("a table");
            found.push(finding.help(format!("it is written as {}", written(&name))));
            return None;
        };
        // A table that only its parts name has no header; the first of them stands for it.
        let headless = self.span.start == self.span.end;
        Some(Table {
            source: self.source,
            entries,
            name,
            span: if headless { self.key_span } else { self.span },
        })
    }

    /// A list of tables; `name` is how each is written.
    pub(super) fn tables(&self, name: &str, found: &mut Vec<Diagnostic>) -> Vec<Table<'a>> {
        if self.content.is_table() {
            let finding = self.wrong_type("a list of tables");
            found.push(finding.help(format!("there may be several: write `{name}`")));
            return Vec::new();
        }
        let items = self.items("a list of tables", found);
        items
            .iter()
            .filter_map(|item| item.table(name.to_owned(), found))
            .collect()
    }

    /// The table, or each of the list of tables, that it is; nothing where it is neither.
    pub(super) fn tables_if_any(&self) -> Vec<Table<'a>> {
        let name = String::new();
        let mut ignored = Vec::new();
        if self.content.is_array() {
            return self.tables(&name, &mut ignored);
        }
        self.table(name, &mut ignored).into_iter().collect()
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
