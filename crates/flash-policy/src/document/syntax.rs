//! The XML parser's errors in the words of somebody who wants the file to work.

use alloc::format;
use alloc::string::String;

use roxmltree::{Error, TextPos};

use super::{strict, tail};
use crate::diagnostic::quoted;
use crate::lint::rules::{malformed_xml, template_placeholder};
use crate::{Diagnostic, Span};

/// Says what is wrong, where, and what to do about it.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the parser has 30 kinds of error, half of which only a place and its surroundings tell apart"
)]
pub(super) fn describe(error: &Error, text: &str) -> Diagnostic {
    let at = offset(text, error.pos());
    let mut finding = match error {
        Error::UnexpectedCloseTag(expected, found, _) => {
            unexpected_close(expected, found, text, at)
        }
        Error::UnclosedRootNode => unclosed_root(text),
        Error::NoRootNode => no_root(),
        Error::UnknownEntityReference(name, _) => unknown_entity(name, at),
        Error::MalformedEntityReference(_) => stray_ampersand(at),
        Error::DuplicatedAttribute(..) => duplicate_attribute(text, at),
        Error::UnexpectedDeclaration(_) => strict::second_declaration(at),
        Error::UnknownNamespace(prefix, _) => unknown_prefix(prefix, at),
        _ => by_place(error, text, at),
    };
    for label in finding.label.iter_mut().chain(&mut finding.secondary) {
        label.span = on_characters(label.span, text);
    }
    finding.note("a policy that is not well-formed XML counts for nothing: players refuse as if there were none")
}

/// The same place, its end moved to the end of a character of the text.
fn on_characters(span: Span, text: &str) -> Span {
    let end = (span.end..text.len()).find(|at| text.is_char_boundary(*at));
    Span {
        start: span.start,
        end: end.unwrap_or(text.len()),
    }
}

fn malformed(message: impl Into<String>) -> Diagnostic {
    malformed_xml::RULE.finding(message)
}

fn unclosed_root(text: &str) -> Diagnostic {
    let root = text.rfind("<cross-domain-policy");
    let closed = text.contains("</cross-domain-policy>");
    if let (Some(open), true) = (text.rfind("<allow-access-from"), closed) {
        let rest = text.get(open..).unwrap_or_default();
        return malformed("expected every element to be closed, found the end of the file")
            .at(text.len()..text.len(), "")
            .also_at(open..open + tag_end(rest), "is this one closed?")
            .help("end the tag in `/>`, as in `<allow-access-from domain=\"…\" to-ports=\"…\"/>`");
    }
    let finding = malformed("expected `</cross-domain-policy>`, found the end of the file")
        .at(text.len()..text.len(), "");
    let finding = match root {
        Some(open) => finding.also_at(open..open + "<cross-domain-policy".len(), "it begins here"),
        None => finding,
    };
    finding.help("close every element, as in `<allow-access-from domain=\"…\" to-ports=\"…\"/>`")
}

fn no_root() -> Diagnostic {
    malformed("expected `<cross-domain-policy>`, found no element at all")
        .at(0..0, "")
        .help("put the rules into `<cross-domain-policy>` and `</cross-domain-policy>`")
}

fn unknown_entity(name: &str, at: usize) -> Diagnostic {
    let name = format!("&{name};");
    malformed(format!(
        "{} is not one of the five entities that XML has",
        quoted(&name)
    ))
    .at(at..at + 1, "")
    .help("write `&amp;` for a `&`")
}

fn stray_ampersand(at: usize) -> Diagnostic {
    malformed("found a `&` that begins no entity")
        .at(at..at + 1, "")
        .help("write `&amp;` for a `&`")
}

fn duplicate_attribute(text: &str, at: usize) -> Diagnostic {
    let rest = text.get(at..).unwrap_or_default();
    let name = rest
        .split(['=', ' ', '\t', '\r', '\n'])
        .next()
        .unwrap_or_default();
    malformed(format!(
        "found the attribute {} twice in one tag",
        quoted(name)
    ))
    .at(at..at + name.len(), "the second one")
    .help("for another domain or other ports, add another `<allow-access-from>`")
}

fn unknown_prefix(prefix: &str, at: usize) -> Diagnostic {
    malformed(format!("the prefix {} is not declared", quoted(prefix)))
        .at(at..at, "")
        .help("declare it on the root element with `xmlns:`, or leave it out")
}

/// Half of a file that ends within its last tag: what the parser wanted there is of no use.
fn cut_within_a_tag(text: &str) -> Option<Diagnostic> {
    let open = text.rfind('<')?;
    let tag = text.get(open..)?;
    let closing = tag.strip_prefix("</").unwrap_or(tag);
    let is_tag = closing
        .trim_start_matches('<')
        .starts_with(|c: char| c.is_ascii_alphabetic());
    // An even number of quotes: where one is open, a `<` of a later tag may stand in a value.
    let quotes = tag.matches('"').count() % 2 == 0;
    (is_tag && !tag.contains('>') && quotes).then(|| {
        malformed("expected `>`, found the end of the file")
            .at(text.len()..text.len(), "")
            .also_at(open..open + tag_end(tag), "the tag begins here")
            .help("the file is cut off: look at how it is written, and how it is sent")
    })
}

/// Errors that only name what the parser wanted: the text at their place often tells more.
fn by_place(error: &Error, text: &str, at: usize) -> Diagnostic {
    let (before, rest) = text.split_at_checked(at).unwrap_or((text, ""));
    let outside = in_tag(before).is_none();
    if let Some(finding) = copied(before, rest, at) {
        finding
    } else if let Some(finding) = cut_within_a_tag(text) {
        finding
    } else if let Some(finding) = tail::find(before, rest, at) {
        finding
    } else if before.ends_with('<') && rest.starts_with([' ', '\t', '\r', '\n']) {
        blank_before_name(at)
    } else if let Some(dashes) = dashes_in_comment(before, rest) {
        malformed("expected no `--` inside a comment")
            .at(dashes..dashes + 2, "")
            .help("write one dash, or none: a comment ends at `-->`")
    } else if rest.starts_with('=') && in_tag_name(before) {
        no_blank_after_name(at)
    } else if rest.starts_with('<')
        && (!outside || matches!(error, Error::InvalidAttributeValue(_)))
    {
        malformed("found a `<` inside a tag")
            .at(at..at + 1, "")
            .help("check that the tag before it ends in `>`, and that the quotes in it are closed")
    } else if rest.starts_with("</") {
        malformed("expected nothing after the policy's end, found an end tag")
            .at(at..at + tag_end(rest), "")
            .help("remove everything after `</cross-domain-policy>`")
    } else if rest.starts_with('<') {
        malformed("expected one root element, found another after its end")
            .at(at..at + tag_end(rest), "")
            .help("put all rules into one `<cross-domain-policy>`")
    } else {
        let end = at + rest.chars().next().map_or(0, char::len_utf8);
        malformed(plain(error)).at(at..end, "")
    }
}

/// What word processors, templates and programs leave in a file.
fn copied(before: &str, rest: &str, at: usize) -> Option<Diagnostic> {
    let next = rest.chars().next()?;
    if matches!(next, '“' | '”' | '„' | '‘' | '’' | '«' | '»') && in_tag(before).is_some()
    {
        let finding = malformed("expected a straight quote, found a typographic one");
        let help = "write `\"` or `'`: word processors and web pages make quotes curly";
        return Some(finding.at(at..at + next.len_utf8(), "").help(help));
    }
    if template_placeholder::starts(rest) {
        let end = rest.find('}').map_or(1, |end| end + 1);
        return Some(template_placeholder::found_between_tags(
            (at..at + end).into(),
        ));
    }
    if before.trim().is_empty() && next != '<' {
        let end = at + rest.find('<').unwrap_or(rest.len());
        let finding = malformed("expected `<` as the first character, found other text");
        return Some(
            finding
                .at(at..end, "")
                .help("remove everything before `<?xml` or `<cross-domain-policy>`"),
        );
    }
    let quote = |c: char| matches!(c, '"' | '\'');
    if let Some(finding) = after_value(before, at) {
        return Some(finding);
    }
    if in_tag(before).is_some_and(|tag| tag.ends_with('=')) && !quote(next) {
        let end = at
            + rest
                .find([' ', '\t', '\r', '\n', '/', '>'])
                .unwrap_or(rest.len());
        let finding = malformed("expected quotes around the value");
        return Some(
            finding
                .at(at..end, "")
                .help("write it as in `domain=\"www.example.com\"`"),
        );
    }
    None
}

/// Something else than a blank behind a value: mostly the quote was to begin the next value, and one is missing.
fn after_value(before: &str, at: usize) -> Option<Diagnostic> {
    let tag = in_tag(before)?;
    let quote = tag
        .chars()
        .next_back()
        .filter(|c| matches!(c, '"' | '\''))?;
    let head = tag.get(..tag.len() - 1)?;
    let (_, value) = head.rsplit_once(quote)?;
    let start = at - 1 - value.len();
    let finding = if value.contains('=') {
        malformed("expected the value to end before the next attribute: a quote is missing")
            .help("close each value with the quote that it begins with")
    } else {
        malformed("expected a blank after the value").help("put a blank between the attributes")
    };
    Some(finding.at(start..at - 1, "this is read as one value"))
}

fn blank_before_name(at: usize) -> Diagnostic {
    malformed("expected an element's name directly after `<`, found a blank")
        .at(at.saturating_sub(1)..at + 1, "")
        .help("remove the blank; to switch a rule off, put it between `<!--` and `-->`")
}

fn no_blank_after_name(at: usize) -> Diagnostic {
    malformed("expected a blank between the element's name and its first attribute")
        .at(
            at..at + 1,
            "found `=` here: is the blank missing in `allow-access-from domain=`?",
        )
        .help("write `<allow-access-from domain=\"…\" to-ports=\"…\"/>`")
}

/// The parser's own message, without the position that the label shows.
fn plain(error: &Error) -> String {
    let message = format!("{error}");
    let message = message
        .rsplit_once(" at ")
        .map_or(message.as_str(), |(head, _)| head);
    format!("not well-formed XML: {message}")
}

fn unexpected_close(expected: &str, found: &str, text: &str, at: usize) -> Diagnostic {
    let length = tag_end(text.get(at..).unwrap_or_default());
    let found = format!("</{found}>");
    if expected.is_empty() {
        return malformed(format!(
            "expected no end tag here, found {}",
            quoted(&found)
        ))
        .at(at..at + length, "")
        .help("remove it");
    }
    let (close, open) = (format!("</{expected}>"), format!("<{expected}>"));
    let finding = malformed(format!(
        "expected {}, found {}",
        quoted(&close),
        quoted(&found)
    ))
    .at(at..at + length, "");
    let start = text
        .get(..at)
        .and_then(|before| before.rfind(&format!("<{expected}")));
    let finding = match start {
        Some(start) => {
            let tag = tag_end(text.get(start..).unwrap_or_default());
            finding.also_at(start..start + tag, "this is not closed")
        }
        None => finding,
    };
    finding.help(format!(
        "close {} first, or end its tag in `/>`",
        quoted(&open)
    ))
}

/// Where `--` stands inside a comment; the parser reports such a comment at its start, or behind the dashes.
fn dashes_in_comment(before: &str, rest: &str) -> Option<usize> {
    if let Some(body) = rest.strip_prefix("<!--") {
        return body.find("--").map(|dashes| before.len() + 4 + dashes);
    }
    let start = before.rfind("<!--")? + 4;
    let body = before.get(start..)?;
    if body.contains("-->") {
        return None;
    }
    let dashes = body.find("--").map(|dashes| start + dashes);
    dashes.or_else(|| rest.find("--").map(|dashes| before.len() + dashes))
}

/// What stands after the last `<` that is not yet closed.
fn in_tag(before: &str) -> Option<&str> {
    let open = before.rfind('<')?;
    let tail = before.get(open + 1..)?;
    (!tail.contains('>')).then_some(tail)
}

fn in_tag_name(before: &str) -> bool {
    in_tag(before).is_some_and(|tag| !tag.contains(char::is_whitespace))
}

fn tag_end(text: &str) -> usize {
    text.find('>').map_or(text.len(), |end| end + 1)
}

/// Where a row and a column (in characters, both from 1) lie in the text.
fn offset(text: &str, position: TextPos) -> usize {
    let row = usize::try_from(position.row).unwrap_or(1).saturating_sub(1);
    let column = usize::try_from(position.col).unwrap_or(1).saturating_sub(1);
    let line_start = text
        .split_inclusive('\n')
        .take(row)
        .map(str::len)
        .sum::<usize>();
    let line = text.get(line_start..).unwrap_or_default();
    line_start
        + line
            .char_indices()
            .nth(column)
            .map_or(line.len(), |(at, _)| at)
}
