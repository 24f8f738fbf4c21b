//! The XML parser's errors in the words of somebody who wants the file to work.

use alloc::format;
use alloc::string::String;

use roxmltree::{Error, TextPos};

use super::bounds::open_elements;
use super::{strict, tail};
use crate::diagnostic::{character, escaped, quoted};
use crate::lint::rules::malformed_xml;
use crate::spelling::is_like;
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
    if finding
        .notes
        .iter()
        .all(|note| note != malformed_xml::COUNTS_FOR_NOTHING)
    {
        finding = finding.note(malformed_xml::COUNTS_FOR_NOTHING);
    }
    finding
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

/// A file that ends while elements are open.
fn unclosed_root(text: &str) -> Diagnostic {
    let open = open_elements(text);
    let (Some(root), Some(inner)) = (open.first(), open.last()) else {
        return malformed("expected an end tag, found the end of the file")
            .at(text.len()..text.len(), "");
    };
    let end = format!("</{}>", inner.name);
    let finding = malformed(format!(
        "expected {}, found the end of the file",
        quoted(&end)
    ))
    .at(text.len()..text.len(), "")
    .also_at(inner.tag.clone(), "this is not closed");
    if inner.tag == root.tag {
        let help = format!("add {} as the last line", quoted(&end));
        return finding.help(help);
    }
    if inner.name == root.name {
        return finding.help("put all rules into one, and remove the other");
    }
    finding.help("end the tag in `/>`, as in `<allow-access-from domain=\"…\" to-ports=\"…\"/>`")
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

/// A file that ends within its last end tag: what the parser wanted there is of no use.
fn cut_end_tag(text: &str) -> Option<Diagnostic> {
    let start = text.rfind('<')?;
    let tag = text.get(start..)?;
    let is_cut = tag.starts_with("</") && !tag.contains(['>', '"', '\'']);
    is_cut.then(|| {
        malformed("expected the tag to end, found the end of the file")
            .at(start..text.len(), "")
            .help("the file is cut off: look at how it is written, and how it is sent")
    })
}

/// Errors that only name what the parser wanted: the text at their place often tells more.
fn by_place(error: &Error, text: &str, at: usize) -> Diagnostic {
    let (before, rest) = text.split_at_checked(at).unwrap_or((text, ""));
    if let Some(finding) = cut_end_tag(text) {
        finding
    } else if let Some(finding) = tail::find(before, rest, at) {
        finding
    } else if let Some(finding) = declaration(before, rest, at) {
        finding
    } else if let Some(dashes) = dashes_in_comment(before, rest) {
        malformed("expected no `--` inside a comment")
            .at(dashes..dashes + 2, "")
            .help("write one dash, or none: a comment ends at `-->`")
    } else if rest.starts_with("</") {
        malformed("expected nothing after the policy's end, found an end tag")
            .at(at..at + tag_end(rest), "")
            .help("remove everything after `</cross-domain-policy>`")
    } else if rest.starts_with('<') {
        after_root(before, rest, at)
    } else {
        let end = at + rest.chars().next().map_or(0, char::len_utf8);
        malformed(plain(error, rest)).at(at..end, "").help(
            "compare the line with `<allow-access-from domain=\"www.example.com\" to-ports=\"9339\"/>`",
        )
    }
}

/// An element behind the end of the root, which is perhaps closed too early: by a `/` in its start tag.
fn after_root(before: &str, rest: &str, at: usize) -> Diagnostic {
    let finding = malformed("expected one root element, found another after its end")
        .at(at..at + tag_end(rest), "");
    let tags = ["cross-domain-policy", "access-policy"];
    let closed = tags.iter().find_map(|name| {
        let start = before.find(&format!("<{name}"))?;
        let end = start + tag_end(before.get(start..)?);
        before.get(start..end)?.ends_with("/>").then_some(end)
    });
    match closed {
        Some(end) => finding
            .also_at(end - 2..end, "this ends the policy")
            .help("remove the `/` there: the rules stand between the start tag and the end tag"),
        None => finding.help("put all rules into one `<cross-domain-policy>`"),
    }
}

/// What begins with `<!` and is nothing that XML has, or not there.
fn declaration(before: &str, rest: &str, at: usize) -> Option<Diagnostic> {
    let (start, text) = match before.strip_suffix('<') {
        Some(before) => (before.len(), rest),
        None => (at, rest.strip_prefix('<')?),
    };
    if text.starts_with("![CDATA[") {
        let place = start..start + "<![CDATA[".len();
        let finding = malformed("expected elements, found a CDATA section around them");
        let help = "remove `<![CDATA[` here and `]]>` behind the policy";
        return Some(finding.at(place, "").help(help));
    }
    let word = text.split([' ', '\t', '\r', '\n', '>']).next()?;
    let place = start..start + 1 + word.len();
    let (message, help) = if word.eq_ignore_ascii_case("!doctype") {
        let message = "expected `<!DOCTYPE` in capitals, and once, before the root element";
        (message, "remove it: players need none")
    } else if text.starts_with('!') && !text.starts_with("!--") {
        let message =
            "expected an element or a comment, found something else that begins with `<!`";
        (message, "write comments between `<!--` and `-->`")
    } else {
        return None;
    };
    Some(malformed(message).at(place, "").help(help))
}

/// The parser's own message, without the position that the label shows.
fn plain(error: &Error, rest: &str) -> String {
    let message = format!("{error}");
    let message = message
        .rsplit_once(" at ")
        .map_or(message.as_str(), |(head, _)| head);
    // It names the one byte that it looked at, which is no character by itself.
    let wide = rest.chars().next().filter(|c| !c.is_ascii());
    let message = match (wide, message.split_once(" not '")) {
        (Some(found), Some((head, _))) => format!("{head}, found {}", character(found)),
        _ => escaped(message),
    };
    format!("not well-formed XML: {message}")
}

fn unexpected_close(expected: &str, found: &str, text: &str, at: usize) -> Diagnostic {
    let length = tag_end(text.get(at..).unwrap_or_default());
    let is_misspelt = is_like(found, expected) && found != expected;
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
    if is_misspelt {
        return finding.help(format!("did you mean {}?", quoted(&close)));
    }
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
