//! A mistake in a line, and helpers that read lines to find one.

use std::ops::Range;

use crate::config::meant;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LineFault {
    pub(super) message: String,
    /// Its place in the line.
    pub(super) part: Range<usize>,
    pub(super) help: String,
    /// Whether the parser reads the lines below correctly.
    pub(super) closed: bool,
}

pub(super) fn slip_at(
    part: Range<usize>,
    message: impl Into<String>,
    help: impl Into<String>,
) -> LineFault {
    LineFault {
        message: message.into(),
        part,
        help: help.into(),
        closed: true,
    }
}

/// The key or the section of a line.
pub(super) fn name(line: &str) -> &str {
    let line = line.trim().trim_start_matches('[');
    line.split([']', '=', ':', '#'])
        .next()
        .unwrap_or_default()
        .trim()
}

/// Marks a mistake that causes the errors after it.
pub(super) fn last(slip: LineFault) -> LineFault {
    LineFault {
        closed: false,
        ..slip
    }
}

/// Text without quotes.
pub(super) fn of_bare(key: &str, bare: &str, start: usize) -> LineFault {
    let text = bare.trim_end_matches([',', ';']).trim_matches('"');
    let written = || format!("write `{key} = {}`", meant::quoted(text));
    let help = meant::help(key, text).unwrap_or_else(written);
    let expected = meant::expected(key);
    let message = format!("expected {expected} for `{key}`, found `{bare}`");
    slip_at(start..start + bare.len(), message, help)
}

/// The characters of a line outside strings and comments, if its quotes are balanced.
pub(super) fn outside_strings(line: &str) -> impl Iterator<Item = (usize, char)> {
    let (mut quote, mut escaped, mut comment) = (None, false, false);
    line.char_indices().filter(move |(_, c)| {
        if comment {
            return false;
        }
        match quote {
            Some('"') if escaped => escaped = false,
            Some('"') if *c == '\\' => escaped = true,
            Some(open) if open == *c => quote = None,
            Some(_) => {}
            None if matches!(c, '"' | '\'') => quote = Some(*c),
            None if *c == '#' => comment = true,
            None => return true,
        }
        false
    })
}

/// Whether the text is a number or a boolean in TOML.
pub(super) fn is_literal(text: &str) -> bool {
    let digits = |c: char| c.is_ascii_digit() || c == '_';
    matches!(text, "true" | "false") || (!text.is_empty() && text.chars().all(digits))
}

pub(super) fn is_word(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    !text.is_empty() && text.chars().all(fits)
}
