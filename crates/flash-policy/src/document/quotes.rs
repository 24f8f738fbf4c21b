//! Values whose quotes are doubled: what was found, and the attribute and value to write.
//!
//! It must never be asked about a text that is well-formed. It shows the value that the file has, and never another one:
//! what people copy from a message ends up on their servers.

use alloc::format;

use super::bounds::{is_blank, skip_over};
use crate::Diagnostic;
use crate::diagnostic::quoted;
use crate::lint::rules::malformed_xml;

/// Which of a value's quotes are doubled.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Doubled {
    Both,
    First,
    Last,
}

/// The first value whose quotes are doubled, outside comments.
pub(super) fn find_doubled(text: &str) -> Option<Diagnostic> {
    let mut start = 0;
    loop {
        let rest = text.get(start..)?;
        let end = rest.find("<!--").unwrap_or(rest.len());
        let part = rest.get(..end)?;
        let mut equals = part.match_indices('=');
        let found = equals.find_map(|(at, _)| doubled(part, at, start));
        if found.is_some() {
            return found;
        }
        start += end + skip_over(rest.get(end..)?)?;
    }
}

/// Looks at the value behind the `=` that stands at a place of a part of the text.
fn doubled(part: &str, equals: usize, start: usize) -> Option<Diagnostic> {
    let after = part.get(equals + 1..)?;
    let value = after.trim_start_matches(is_blank);
    let at = equals + 1 + after.len() - value.len();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (which, value) = value_between(value.get(1..)?, quote)?;
    let length = value.len() + if which == Doubled::Both { 4 } else { 3 };
    let message = match which {
        Doubled::Both => "the quotes around the value are doubled",
        Doubled::First => "the quote before the value is doubled",
        Doubled::Last => "the quote after the value is doubled",
    };
    let finding = malformed_xml::RULE
        .finding(message)
        .at(start + at..start + at + length, "")
        .note(malformed_xml::COUNTS_FOR_NOTHING);
    let finding = match which {
        Doubled::Both => finding.note(
            "C# and Visual Basic double the quotes in their strings: this may be a program's text",
        ),
        Doubled::First | Doubled::Last => finding,
    };
    let name = name_before(part.get(..equals)?);
    let right = format!("{name}={quote}{value}{quote}");
    Some(finding.help(format!("write {}", quoted(&right))))
}

/// The value behind its first quote, if a quote too many stands before or after it.
fn value_between(body: &str, quote: char) -> Option<(Doubled, &str)> {
    let inner = body.strip_prefix(quote);
    let (value, after) = inner.unwrap_or(body).split_once(quote)?;
    let is_value =
        !value.is_empty() && !value.contains(['<', '>', '=', '\n']) && !value.starts_with(is_blank);
    let which = match (inner, after.strip_prefix(quote)) {
        (Some(_), Some(_)) => Doubled::Both,
        (Some(_), None) => Doubled::First,
        (None, Some(rest)) if !rest.starts_with(|c| !ends_value(c)) => Doubled::Last,
        (None, _) => return None,
    };
    is_value.then_some((which, value))
}

/// What may stand behind a value.
fn ends_value(c: char) -> bool {
    is_blank(c) || matches!(c, '/' | '>' | '?')
}

/// The quotes that word processors write.
pub(super) fn is_typographic(c: char) -> bool {
    matches!(c, '“' | '”' | '„' | '‘' | '’' | '«' | '»')
}

/// The attribute's name at the end of a text.
fn name_before(text: &str) -> &str {
    let text = text.trim_end_matches(is_blank);
    let ends = |c: char| is_blank(c) || matches!(c, '"' | '\'' | '<' | '>' | '=');
    let start = text.rfind(ends).map_or(0, |at| at + 1);
    text.get(start..).unwrap_or_default()
}
