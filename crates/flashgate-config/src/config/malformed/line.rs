//! Explains a single line that is not TOML.

use super::list::{self, of_list};
use super::slip::{LineFault, is_literal, is_word, last, name, of_bare, outside_strings, slip_at};
use crate::config::meant;

/// The mistake in a line, if it is a common one.
pub(super) fn slip(line: &str) -> Option<LineFault> {
    let indent = line.len() - line.trim_start().len();
    let content = line.trim();
    odd_character(line)
        .or_else(|| comment(content, indent))
        .or_else(|| header(content, indent))
        .or_else(|| entry(line))
}

const CURLY: [char; 8] = ['“', '”', '„', '«', '»', '‘', '’', '‚'];

/// A character from a word processor or a web page, outside strings and comments.
fn odd_character(line: &str) -> Option<LineFault> {
    let (at, found) = outside_strings(line).find(|(_, c)| !c.is_ascii() && !c.is_alphanumeric())?;
    let part = at..at + found.len_utf8();
    if CURLY.contains(&found) {
        let message = format!("expected a straight quote, found `{found}`");
        let straight = line.trim().replace(['“', '”', '„', '«', '»'], "\"");
        let straight = straight.replace(['‘', '’', '‚'], "'");
        return Some(slip_at(part, message, format!("write `{straight}`")));
    }
    let code = format!("U+{:04X}", u32::from(found));
    if found.is_whitespace() {
        let message = format!("expected an ordinary space, found another kind ({code})");
        return Some(slip_at(part, message, "delete it and type a space"));
    }
    let message = format!("unexpected character {code}");
    Some(slip_at(
        part,
        message,
        "delete it, or put the text around it into quotes",
    ))
}

fn comment(content: &str, indent: usize) -> Option<LineFault> {
    if content.starts_with("<?xml") || content.starts_with("<cross-domain-policy") {
        let help = "this is a policy file: serve it with `--policy`, or name it in `[policy.default]`, `file = \"policy.xml\"`";
        let part = indent..indent + content.len();
        return Some(last(slip_at(part, "expected TOML, found XML", help)));
    }
    if content.starts_with('{') {
        let help = "write each setting on a line of its own: `key = \"value\"`";
        let part = indent..indent + 1;
        return Some(last(slip_at(part, "expected TOML, found JSON", help)));
    }
    let mark = ["//", "/*", ";", "--", "<!--"]
        .into_iter()
        .find(|mark| content.starts_with(mark))?;
    let message = format!("expected a key or a section, found `{mark}`");
    let part = indent..indent + mark.len();
    Some(slip_at(part, message, "a comment begins with `#`"))
}

/// `[name]` or `[[name]]`.
fn header(content: &str, indent: usize) -> Option<LineFault> {
    let opened = content.bytes().take_while(|byte| *byte == b'[').count();
    let code = content.split('#').next().unwrap_or_default().trim_end();
    let closed = code.bytes().rev().take_while(|byte| *byte == b']').count();
    if opened == 0 || opened > 2 || opened == closed {
        return None;
    }
    let name = name(code);
    let count = opened.max(closed).min(2);
    let (open, close) = ("[".repeat(count), "]".repeat(count));
    let part = indent..indent + code.len();
    let message = format!("the brackets of `{code}` don't match");
    Some(slip_at(
        part,
        message,
        format!("write `{open}{name}{close}`"),
    ))
}

/// `key = value`.
fn entry(line: &str) -> Option<LineFault> {
    let content = line.trim();
    let indent = line.len() - line.trim_start().len();
    let mark = outside_strings(line).find(|(_, c)| matches!(c, '=' | ':'));
    let Some((at, mark)) = mark else {
        let message = format!("expected `key = value` or a section, found `{content}`");
        let help = "write a setting as `key = \"value\"`, and a section name in brackets";
        return is_word(content).then(|| slip_at(indent..indent + content.len(), message, help));
    };
    let (key, behind) = line.split_at_checked(at)?;
    let key = key.trim();
    let value = behind.strip_prefix(mark)?;
    let start = at + 1 + (value.len() - value.trim_start().len());
    let value = value.trim();
    if !is_word(key.trim_matches('"')) {
        return None;
    }
    if mark == ':' {
        let help = if value.is_empty() {
            format!("write a section as `[{key}]`, a list of sections as `[[{key}]]`")
        } else {
            let (key, value) = (key.trim_matches('"'), value.trim_end_matches([',', ';']));
            let bare = !value.starts_with(['"', '\'', '[', '{']) && !is_literal(value);
            let slip = Some(of_bare(key, value, 0)).filter(|_| bare);
            slip.map_or_else(|| format!("write `{key} = {value}`"), |slip| slip.help)
        };
        return Some(slip_at(
            at..at + 1,
            "expected `=` after the key, found `:`",
            help,
        ));
    }
    of_value(key, value, start)
}

/// The mistake in a value.
fn of_value(key: &str, value: &str, start: usize) -> Option<LineFault> {
    let part = start..start + value.len();
    if value.is_empty() || value.starts_with('#') {
        let message = format!("expected a value for `{key}`, found nothing");
        let help =
            format!("write one, or comment out the line with `#` to keep the default of `{key}`");
        return Some(slip_at(part.start..part.start, message, help));
    }
    let first = value.chars().next()?;
    if let quote @ ('"' | '\'') = first {
        return of_string(key, value, quote, start);
    }
    if matches!(first, '[' | '{') {
        return list::bare_items(key, value, start).or_else(|| of_list(value, start));
    }
    let bare = value.split('#').next().unwrap_or_default().trim_end();
    Some(of_bare(key, bare, start))
}

fn of_string(key: &str, value: &str, quote: char, start: usize) -> Option<LineFault> {
    let inside = value.get(1..)?;
    let Some(end) = end_of_string(inside, quote) else {
        let message = "this string has no closing quote";
        let text = inside.split(" #").next().unwrap_or_default().trim_end();
        let help = format!("write `{key} = {quote}{text}{quote}`");
        return Some(last(slip_at(start..start + value.len(), message, help)));
    };
    let (string, rest) = inside.split_at_checked(end)?;
    if quote == '"' && string.contains('\\') {
        let help = format!("a backslash is special in double quotes; write `{key} = '{string}'`");
        let part = start..start + end + 2;
        return Some(slip_at(part, "this string has an invalid escape", help));
    }
    let rest = rest.get(1..)?;
    let junk = rest.trim();
    let at = start + 2 + end + (rest.len() - rest.trim_start().len());
    (!junk.is_empty() && !junk.starts_with('#')).then(|| {
        let message = format!("expected the end of the line after the string, found `{junk}`");
        let help = if quote == '"' && matches!(junk, "," | ";") {
            format!("remove the `{junk}`")
        } else if junk.starts_with(',') && meant::is_list(key) {
            format!("write a list: `{key} = [{}]`", value.trim())
        } else if junk.starts_with(',') {
            format!("`{key}` takes one value: write `{key} = {quote}{string}{quote}`")
        } else {
            format!("remove it, or make it a comment: `# {junk}`")
        };
        slip_at(at..at + junk.len(), message, help)
    })
}

/// The position of the closing quote.
fn end_of_string(inside: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    let end = inside.char_indices().find(|(_, c)| {
        let is_end = *c == quote && !escaped;
        escaped = quote == '"' && *c == '\\' && !escaped;
        is_end
    });
    end.map(|(at, _)| at)
}
