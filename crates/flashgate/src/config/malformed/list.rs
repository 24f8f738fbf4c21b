//! Lists, and tables in one line, that are no TOML: what their author most likely meant.

use super::line::{Slip, is_word, last, name, of_bare, outside_strings, slip_at};

/// A list or a table in one line: `:` in it, text without quotes, a missing comma, or no end.
pub(super) fn of_list(value: &str, start: usize) -> Option<Slip> {
    if let Some((at, _)) = outside_strings(value).find(|(_, c)| *c == ':') {
        let part = start + at..start + at + 1;
        let help = "write `=`, and text in quotes: `{ domain = \"www.example.com\" }`";
        return Some(slip_at(
            part,
            "expected `=` behind the key, found `:`",
            help,
        ));
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

/// Text without quotes in a table in one line.
fn bare_inside(value: &str, start: usize) -> Option<Slip> {
    outside_strings(value).find_map(|(at, c)| {
        let (before, behind) = value.split_at_checked(at)?;
        let behind = behind.strip_prefix('=').filter(|_| c == '=')?;
        let key = before
            .rsplit([',', '{', ' '])
            .find(|word| !word.is_empty())?;
        let bare = behind.trim_start();
        let at = at + 1 + (behind.len() - bare.len());
        let bare = bare.split([',', '}', ']', ' ']).next()?;
        let known = matches!(bare, "true" | "false") || bare.parse::<u64>().is_ok();
        let bare = Some(bare).filter(|bare| !known && !bare.starts_with(['"', '\'', '[', '{']))?;
        Some(of_bare(key, bare, start + at))
    })
}

/// A part that begins right behind another.
fn without_comma(value: &str, start: usize) -> Option<Slip> {
    let (mut ended, mut end) = (false, 0);
    for (at, c) in outside_strings(value) {
        // A gap is a string.
        let second = (ended && at > end).then_some(end);
        ended |= at > end;
        let begins = matches!(c, '{' | '[') || is_word(c.encode_utf8(&mut [0; 4]));
        if let Some(at) = second.or((ended && begins).then_some(at)) {
            let part = start + at..start + at + 1;
            let message = "expected `,` between two parts, found none";
            return Some(slip_at(part, message, "write a comma in front of this"));
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

/// Whether a line begins a setting.
pub(super) fn begins_entry(line: &str) -> bool {
    let key = line.split_once('=').map(|(key, _)| key.trim());
    key.is_some_and(is_word)
}

/// A setting that is not over where the next line begins: a list without its end, or without a comma.
pub(super) fn unclosed(entry: &str, next: &str) -> Option<Slip> {
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
    let help = format!("add `{close}` behind its last part");
    is_next.then(|| slip_at(last_line, message, help))
}
