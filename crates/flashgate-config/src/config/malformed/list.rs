//! Explains lists and inline tables that are not TOML.

use super::slip::{LineFault, is_literal, is_word, last, name, of_bare, outside_strings, slip_at};
use crate::config::meant;

/// Text without quotes in a one-line list of strings.
pub(super) fn bare_items(key: &str, value: &str, start: usize) -> Option<LineFault> {
    let code = value.split(" #").next()?.trim_end();
    let inside = code.strip_prefix('[')?;
    let inside = inside.strip_suffix(']').unwrap_or(inside);
    let items: Vec<_> = inside.split(',').map(str::trim).collect();
    let is_bare = |item: &&&str| is_bare(item);
    let found = items.iter().find(is_bare)?;
    let items: Vec<_> = { items.iter() }.filter(|it| !it.is_empty()).collect();
    // With nested brackets or braces, it is not clear which of them the commas belong to.
    if inside.contains(['[', ']', '{', '}', '=']) {
        return None;
    }
    let written = |item: &&&str| {
        if is_literal(item) {
            (**item).to_owned()
        } else {
            item_of(key, item)
        }
    };
    let list: Vec<_> = items.iter().map(written).collect();
    let at = start + value.find(found)?;
    Some(slip_at(
        at..at + found.len(),
        format!("expected text in quotes in `{key}`, found `{found}`"),
        format!("write `{key} = [{}]`", list.join(", ")),
    ))
}

/// How to write an item of a list.
fn item_of(key: &str, item: &str) -> String {
    match key {
        "rules" => meant::rule(item),
        _ => meant::quoted(item),
    }
}

/// Text without quotes in one line of a multi-line list.
pub(super) fn bare_line(entry: &str, line: &str) -> Option<LineFault> {
    unbalanced(entry).filter(|(open, _)| *open == '[')?;
    let code = line.split(" #").next()?.trim_end();
    let comma = if code.ends_with(',') { "," } else { "" };
    let item = code.trim().trim_end_matches(',').trim_end();
    if !is_bare(item) || item.contains([',', '=', '[', ']', '{', '}']) {
        return None;
    }
    let at = line.find(item)?;
    Some(slip_at(
        at..at + item.len(),
        format!(
            "expected text in quotes in `{}`, found `{item}`",
            name(entry)
        ),
        format!("write `{}{comma}`", item_of(name(entry), item)),
    ))
}

fn is_bare(item: &str) -> bool {
    !item.is_empty() && !item.starts_with(['"', '\'', '[', '{', '#', ']', '}']) && !is_literal(item)
}

/// A one-line list or table with `:`, text without quotes, a missing comma, or no end.
pub(super) fn of_list(value: &str, start: usize) -> Option<LineFault> {
    if let Some((at, _)) = outside_strings(value).find(|(_, c)| *c == ':') {
        let part = start + at..start + at + 1;
        let help = "write `=`, and text in quotes: `{ domain = \"www.example.com\" }`";
        return Some(slip_at(part, "expected `=` after the key, found `:`", help));
    }
    if let Some(slip) = bare_inside(value, start).or_else(|| without_comma(value, start)) {
        return Some(slip);
    }
    let (open, close) = unbalanced(value)?;
    let message = format!("expected `{close}` for each `{open}`");
    let part = start..start + value.len();
    Some(last(slip_at(
        part,
        message,
        format!("add the missing `{close}`"),
    )))
}

/// Text without quotes in an inline table.
fn bare_inside(value: &str, start: usize) -> Option<LineFault> {
    outside_strings(value).find_map(|(at, c)| {
        let (before, behind) = value.split_at_checked(at)?;
        let behind = behind.strip_prefix('=').filter(|_| c == '=')?;
        let key = before
            .rsplit([',', '{', ' '])
            .find(|word| !word.is_empty())?;
        let bare = behind.trim_start();
        let at = at + 1 + (behind.len() - bare.len());
        let bare = whole(bare)?;
        let known = matches!(bare, "true" | "false") || bare.parse::<u64>().is_ok();
        let bare = Some(bare).filter(|bare| !known && !bare.starts_with(['"', '\'', '[', '{']))?;
        Some(of_bare(key, bare, start + at))
    })
}

/// A value without quotes, with the ports after its commas, which are not keys.
fn whole(text: &str) -> Option<&str> {
    let mut parts = text.split_inclusive([',', '}', ']', ' ']);
    let mut end = parts.next()?.trim_end_matches([',', '}', ']', ' ']).len();
    let is_port = |c: char| c.is_ascii_digit() || c == '-';
    while let Some(rest) = text.get(end..).and_then(|it| it.strip_prefix(',')) {
        let lead = rest.len() - rest.trim_start().len();
        let port = rest.trim_start().split([',', '}', ']', ' ']).next()?;
        if port.is_empty() || !port.chars().all(is_port) {
            break;
        }
        end += 1 + lead + port.len();
    }
    text.get(..end)
}

/// An item that directly follows another one.
fn without_comma(value: &str, start: usize) -> Option<LineFault> {
    let (mut ended, mut end) = (false, 0);
    for (at, c) in outside_strings(value) {
        // A gap between the characters is a string.
        let second = (ended && at > end).then_some(end);
        ended |= at > end;
        let begins = matches!(c, '{' | '[') || is_word(c.encode_utf8(&mut [0; 4]));
        if let Some(at) = second.or((ended && begins).then_some(at)) {
            let part = start + at..start + at + 1;
            let message = "expected `,` between two items, found none";
            return Some(slip_at(part, message, "add a comma before this"));
        }
        if !c.is_whitespace() {
            ended = matches!(c, '}' | ']');
        }
        end = at + c.len_utf8();
    }
    None
}

/// A bracket that opens more often than it closes.
fn unbalanced(text: &str) -> Option<(char, char)> {
    let count = |wanted| {
        let of_line = |line| outside_strings(line).filter(|(_, c)| *c == wanted).count();
        text.lines().map(of_line).sum::<usize>()
    };
    [('[', ']'), ('{', '}')]
        .into_iter()
        .find(|(open, close)| count(*open) > count(*close))
}

/// An inline table on its own line, as an item of a list.
pub(super) fn table_line(entry: &str, line: &str) -> Option<LineFault> {
    unbalanced(entry).filter(|(open, _)| *open == '[')?;
    let start = line.len() - line.trim_start().len();
    let table = line.get(start..).filter(|it| it.starts_with('{'))?;
    of_list(table.trim_end(), start)
}

/// Whether a line begins a setting.
pub(super) fn begins_entry(line: &str) -> bool {
    let key = line.split_once('=').map(|(key, _)| key.trim());
    key.is_some_and(is_word)
}

/// A setting that has not ended where the next line begins: a list without its end, or without a comma.
pub(super) fn unclosed(entry: &str, next: &str) -> Option<LineFault> {
    let (_, close) = unbalanced(entry)?;
    let written = entry.trim_end();
    let start = written.rfind('\n').map_or(0, |at| at + 1);
    let last_line = start..written.len();
    let next = next.trim_start();
    let is_part = next.starts_with(['{', '"', '\'']);
    if is_part && !written.ends_with([',', '[']) {
        return Some(slip_at(
            last_line,
            "expected `,` at the end of this line",
            "add it",
        ));
    }
    let is_next = begins_entry(next) || next.starts_with('[') || next.is_empty();
    let message = format!("the value of `{}` has no closing `{close}`", name(entry));
    let help = format!("add `{close}` after the last item");
    is_next.then(|| slip_at(last_line, message, help))
}
