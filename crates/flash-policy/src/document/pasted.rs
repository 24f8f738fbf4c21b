//! Traces that a broken text has of where it was copied from: a program's source, a browser's tree view, a word processor.
//!
//! It must never be asked about a text that is well-formed.

use alloc::format;
use core::ops::Range;

use super::bounds::is_blank;
use super::quotes::{self, is_typographic};
use crate::Diagnostic;
use crate::diagnostic::quoted;
use crate::domain::pasted::is_dash;
use crate::lint::rules::malformed_xml;

/// What was found in it, if anything.
pub(super) fn find(text: &str) -> Option<Diagnostic> {
    let traces = [
        quotes::find_doubled,
        escaped_quotes,
        escaped_line_ends,
        tree_view,
        dashes_of_comments,
        typographic_end,
        doctype_without_blank,
        second_start_tag,
    ];
    traces.iter().find_map(|trace| trace(text))
}

fn found(place: Range<usize>, message: &str, help: &str) -> Diagnostic {
    malformed_xml::RULE
        .finding(message)
        .at(place, "")
        .note(malformed_xml::COUNTS_FOR_NOTHING)
        .help(help)
}

/// `domain=\"*\"`, as in the strings of most languages.
fn escaped_quotes(text: &str) -> Option<Diagnostic> {
    let at = text.find("=\\\"").or_else(|| text.find("=\\'"))? + 1;
    Some(found(
        at..at + 2,
        "found a backslash before a quote: this is a program's text",
        "save what the program prints, without backslashes and `+`",
    ))
}

/// A backslash and an `n` between tags.
fn escaped_line_ends(text: &str) -> Option<Diagnostic> {
    let at = ["\\r\\n", "\\n", "\\t"].iter().filter_map(|escape| {
        let (at, _) = text.match_indices(escape).find(|(at, _)| {
            text.get(..*at)
                .is_some_and(|before| before.trim_end().ends_with('>'))
        })?;
        Some((at, escape.len()))
    });
    let (at, length) = at.min()?;
    Some(found(
        at..at + length,
        "found a backslash and a letter between tags, not a line end",
        "the program that prints the policy escapes twice: have it print real line ends, or none",
    ))
}

/// `- <cross-domain-policy>`: browsers put a sign before every element that can be folded.
fn tree_view(text: &str) -> Option<Diagnostic> {
    let is_signed = |line: &str| line.trim_start().starts_with(['-', '+']);
    let is_tree = |line: &str| {
        let line = line.trim_start();
        line.starts_with("- <") || line.starts_with("+ <")
    };
    let first = text.trim_start();
    let at = text.len() - first.len();
    let is_all = text.lines().filter(|line| is_signed(line)).all(is_tree);
    let declared = first.starts_with("<?xml") && text.lines().skip(1).any(is_tree);
    let at = match is_tree(first) {
        true => at,
        false if declared => text.find("- <").or_else(|| text.find("+ <"))?,
        false => return None,
    };
    is_all.then(|| {
        found(
            at..at + 1,
            "found the sign of a browser's tree view before an element",
            "remove the `-` or `+` before each element, or save the page's source instead",
        )
    })
}

/// A comment whose hyphens became a dash.
fn dashes_of_comments(text: &str) -> Option<Diagnostic> {
    let after = |mark: &str| {
        let (at, _) = text.match_indices(mark).find(|(at, _)| {
            let rest = text.get(at + mark.len()..);
            rest.is_some_and(|rest| rest.starts_with(is_dash))
        })?;
        Some(at + mark.len())
    };
    let end = || {
        let open = text.rfind("<!--")?;
        let (at, _) = text.match_indices(is_dash).find(|(at, dash)| {
            let rest = text.get(at + dash.len()..);
            *at > open && rest.is_some_and(|rest| rest.starts_with('>'))
        })?;
        (!text.get(open..)?.contains("-->")).then_some(at)
    };
    let at = after("<!").or_else(end)?;
    let length = text.get(at..)?.chars().next().map_or(1, char::len_utf8);
    Some(found(
        at..at + length,
        "expected `--`, found a typographic dash",
        "write comments between `<!--` and `-->`: word processors and web pages make one dash of two hyphens",
    ))
}

/// `secure="true”`.
fn typographic_end(text: &str) -> Option<Diagnostic> {
    let at = text.match_indices("=\"").find_map(|(at, _)| {
        let start = at + 2;
        let value = text.get(start..)?;
        let end = value.find(|c: char| is_typographic(c) || matches!(c, '"' | '<' | '>'))?;
        let mut rest = value.get(end..)?.chars();
        let quote = rest.next().filter(|c| is_typographic(*c))?;
        let next = rest
            .next()
            .filter(|c| is_blank(*c) || matches!(c, '/' | '>'));
        next.map(|_| (start + end, quote))
    });
    let (at, quote) = at?;
    Some(found(
        at..at + quote.len_utf8(),
        "the value begins with a straight quote and ends with a typographic one",
        "write `\"`: word processors and web pages make quotes curly",
    ))
}

/// `SYSTEM"http://…"`.
fn doctype_without_blank(text: &str) -> Option<Diagnostic> {
    let start = text.find("<!DOCTYPE")?;
    let doctype = text.get(start..)?.split('>').next()?;
    let at = ["SYSTEM", "PUBLIC"].iter().find_map(|word| {
        let at = doctype.find(word)? + word.len();
        doctype.get(at..)?.starts_with(['"', '\'']).then_some(at)
    })?;
    Some(found(
        start + at..start + at + 1,
        "expected a space before the address in the DOCTYPE",
        "remove the DOCTYPE: players need none",
    ))
}

/// A second `<cross-domain-policy>` where the end tag was meant, perhaps with the slash at its end.
fn second_start_tag(text: &str) -> Option<Diagnostic> {
    ["cross-domain-policy", "access-policy"]
        .iter()
        .find_map(|root| {
            let start = format!("<{root}");
            let end = format!("</{root}>");
            let at = text.rfind(&start)?;
            let tag = text.get(at..)?.trim_end();
            let slash = tag.get(start.len()..)?.trim_matches(is_blank);
            let is_tag = matches!(
                slash.strip_suffix('>')?.trim_end_matches(is_blank),
                "" | "/"
            );
            let is_second = text.get(..at)?.contains(&start) && !text.contains(&end);
            (is_tag && is_second).then(|| {
                found(
                    at..at + tag.len(),
                    &format!("expected `{end}`, found a second {}", quoted(tag)),
                    &format!("write `{end}`, with the slash before the name"),
                )
            })
        })
}
