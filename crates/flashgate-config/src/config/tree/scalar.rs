//! Values by type, and defaults for keys that are left out.

use std::fmt::Display;

use flash_policy::{Diagnostic, Span};
use toml::de::DeValue;

use super::text::parse_text;
use super::{At, Table, Value, listed};
use crate::config::keys::{self, Section, Unset};
use crate::config::meant;

impl Table<'_> {
    /// The value of a key, or its default if it is missing or invalid.
    pub(in crate::config) fn setting<T: Default>(
        &self,
        name: &str,
        read: impl Fn(&Value<'_>, &mut Vec<Diagnostic>) -> Option<T>,
        found: &mut Vec<Diagnostic>,
    ) -> T {
        let said = self.get(name).and_then(|value| read(&value, found));
        said.or_else(|| default(self.section, name, read))
            .unwrap_or_default()
    }
}

/// The default of a key, read like a value. None if the key has no default value.
pub(in crate::config) fn default<T>(
    section: &Section,
    name: &str,
    read: impl FnOnce(&Value<'_>, &mut Vec<Diagnostic>) -> Option<T>,
) -> Option<T> {
    let unset = section.key(name).map(|key| key.unset);
    debug_assert!(unset.is_some(), "`{name}` is in the table");
    let Some(Unset::Is(source)) = unset else {
        return None;
    };
    let content = DeValue::parse(source).ok()?;
    let value = Value {
        source,
        key: name.to_owned(),
        key_span: Span::from(0..0),
        span: content.span().into(),
        content: content.get_ref(),
    };
    let read = read(&value, &mut Vec::new());
    debug_assert!(read.is_some(), "the default of `{name}` can be read");
    read
}

impl Value<'_> {
    pub(in crate::config) fn boolean(&self, found: &mut Vec<Diagnostic>) -> Option<bool> {
        let value = self.content.as_bool();
        if value.is_none() {
            found.push(self.wrong_type("`true` or `false`"));
        }
        value
    }

    /// A whole number from 1 to the largest that the key allows.
    pub(in crate::config) fn number(&self, found: &mut Vec<Diagnostic>) -> Option<u32> {
        let most = keys::kind(&self.key).most();
        let DeValue::Integer(number) = self.content else {
            found.push(self.wrong_type("a whole number"));
            return None;
        };
        match u32::from_str_radix(number.as_str(), number.radix()) {
            Ok(value) if (1..=most).contains(&value) => Some(value),
            Ok(_) | Err(_) => {
                let message = format!("expected a number from 1 to {most}, found {number}");
                let finding = Diagnostic::error("out-of-range", message).at(self.span, "");
                found.push(self.with_help(finding));
                None
            }
        }
    }

    /// A string or number that `parse` understands.
    pub(in crate::config) fn parsed<T, E: Display>(
        &self,
        rule: &'static str,
        parse: impl Fn(&str) -> Result<T, E>,
        found: &mut Vec<Diagnostic>,
    ) -> Option<At<T>> {
        let text = self.text_or_number(found)?;
        let before = found.len();
        let value = parse_text(&text, rule, parse, found);
        // Any other string could be correct.
        if !meant::is_text(&self.key) {
            let faults = found.split_off(before);
            found.extend(faults.into_iter().map(|it| self.with_help(it)));
        }
        value
    }

    /// One of several words.
    pub(in crate::config) fn choice<T: Copy>(
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

    /// Some of these words: a string, or a list of strings that is not empty.
    pub(in crate::config) fn choices<T: Copy>(
        &self,
        choices: &[(&str, T)],
        found: &mut Vec<Diagnostic>,
    ) -> Vec<T> {
        let items = if self.is_list() {
            self.items("a list of strings", found)
        } else {
            vec![self.clone()]
        };
        if self.is_list() && items.is_empty() {
            let names: Vec<_> = choices.iter().map(|(name, _)| *name).collect();
            let names = listed(&names);
            let message = format!("expected at least one of {names}, found an empty list");
            found.push(
                Diagnostic::error("missing-key", message)
                    .at(self.span, "")
                    .help("add one, or remove the key"),
            );
        }
        let chosen = items.iter().filter_map(|item| item.choice(choices, found));
        chosen.map(|chosen| chosen.value).collect()
    }
}
