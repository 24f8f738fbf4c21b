//! The XML parser's errors in the words of somebody who wants the file to work.

use alloc::format;
use alloc::string::String;

use roxmltree::{Error, TextPos};

use crate::Diagnostic;

const MALFORMED: &str = "malformed-xml";

/// Says what is wrong, where, and what to do about it.
pub(super) fn describe(error: &Error, text: &str) -> Diagnostic {
    let at = offset(text, error.pos());
    let finding = match error {
        Error::UnexpectedCloseTag(expected, found, _) => unexpected_close(expected, found, text, at),
        Error::UnclosedRootNode => Diagnostic::error(MALFORMED, "expected `</cross-domain-policy>`, found the end of the file")
            .at(text.len()..text.len(), "")
            .help("close every element, as in `<allow-access-from domain=\"…\" to-ports=\"…\"/>`"),
        Error::NoRootNode => Diagnostic::error(MALFORMED, "expected `<cross-domain-policy>`, found no element at all")
            .at(0..0, ""),
        Error::UnknownEntityReference(name, _) => {
            Diagnostic::error(MALFORMED, format!("`&{name};` is not one of the five entities that XML has"))
                .at(at..at, "")
                .help("write `&amp;` for a `&`")
        }
        Error::MalformedEntityReference(_) => {
            Diagnostic::error(MALFORMED, "found a `&` that begins no entity").at(at..at, "").help("write `&amp;` for a `&`")
        }
        Error::DuplicatedAttribute(name, _) => {
            Diagnostic::error(MALFORMED, format!("found the attribute `{name}` twice in one tag"))
                .at(at..at + name.len(), "the second one")
                .help("for another domain or other ports, add another `<allow-access-from>`")
        }
        Error::UnexpectedDeclaration(_) => Diagnostic::error(MALFORMED, "expected `<?xml` at the very start of the file only")
            .at(at..at + 5, "found here")
            .help("remove it, and everything that is left of another document"),
        Error::UnknownNamespace(prefix, _) => {
            Diagnostic::error(MALFORMED, format!("the prefix `{prefix}:` is not declared")).at(at..at, "").help(
                "declare it on the root element (`xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"`), or leave it out",
            )
        }
        other => by_place(other, text, at),
    };
    finding.note("a policy that is not well-formed XML counts for nothing: players refuse as if there were none")
}

/// Errors that only name what the parser wanted: the text at their place often tells more.
fn by_place(error: &Error, text: &str, at: usize) -> Diagnostic {
    let rest = text.get(at..).unwrap_or_default();
    let before = text.get(..at).unwrap_or_default();
    if before.ends_with('<') && rest.starts_with(char::is_whitespace) {
        return Diagnostic::error(
            MALFORMED,
            "expected an element's name directly after `<`, found a blank",
        )
        .at(at - 1..at + 1, "")
        .help("remove the blank; to switch a rule off, put it between `<!--` and `-->`");
    }
    if let Some((start, name)) = unclosed_comment(before, rest) {
        return Diagnostic::error(MALFORMED, name)
            .at(start..start + 2, "")
            .help("write one dash, or none: a comment ends at `-->`");
    }
    if rest.starts_with('=') && in_tag_name(before) {
        return Diagnostic::error(
            MALFORMED,
            "expected a blank between the element's name and its first attribute",
        )
        .at(
            at..at + 1,
            "found `=` here: is this `allow-access-from domain=…` with its blank missing?",
        )
        .help("write `<allow-access-from domain=\"…\" to-ports=\"…\"/>`");
    }
    if matches!(error, Error::InvalidAttributeValue(_))
        || (rest.starts_with('<') && in_quotes(before))
    {
        return Diagnostic::error(MALFORMED, "found a `<` in an attribute's value")
            .at(at..at + 1, "")
            .help("check that the quotes of the value before it are closed");
    }
    if rest.starts_with("</") && in_tag(before).is_none() {
        return Diagnostic::error(
            MALFORMED,
            "expected nothing after the policy's end, found an end tag",
        )
        .at(at..at + tag_end(rest), "")
        .help("remove everything after `</cross-domain-policy>`");
    }
    if rest.starts_with('<') && in_tag(before).is_none() {
        return Diagnostic::error(
            MALFORMED,
            "expected one root element, found another after its end",
        )
        .at(at..at + tag_end(rest), "")
        .help("put all rules into one `<cross-domain-policy>`");
    }
    let end = at + rest.chars().next().map_or(0, char::len_utf8);
    Diagnostic::error(MALFORMED, plain(error)).at(at..end, "")
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
    let message = if expected.is_empty() {
        format!("expected no end tag here, found `</{found}>`")
    } else {
        format!("expected `</{expected}>`, found `</{found}>`")
    };
    Diagnostic::error(MALFORMED, message)
        .at(at..at + length, "")
        .help(format!(
            "close `<{expected}>` first, or write it as `<{expected} …/>`"
        ))
}

/// `--` inside a comment, which the parser reports at the comment's start or behind the dashes.
fn unclosed_comment(before: &str, rest: &str) -> Option<(usize, String)> {
    let start = if rest.starts_with("<!--") {
        before.len()
    } else {
        before.rfind("<!--").filter(|&start| {
            before
                .get(start..)
                .is_some_and(|open| !open.contains("-->"))
        })?
    };
    let whole = before.get(start..).unwrap_or_default().len();
    let body_start = start + 4;
    // The comment's body, put together from both sides of the place that the parser named.
    let body = if whole == 0 {
        rest.get(4..)?
    } else {
        before.get(body_start..)?
    };
    let tail = if whole == 0 { "" } else { rest };
    let dashes = body
        .find("--")
        .or_else(|| tail.find("--").map(|at| body.len() + at))?;
    Some((
        body_start + dashes,
        "expected no `--` inside a comment".into(),
    ))
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

fn in_quotes(before: &str) -> bool {
    in_tag(before).is_some_and(|tag| tag.matches('"').count() % 2 == 1)
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
