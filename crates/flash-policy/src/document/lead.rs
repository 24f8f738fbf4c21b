//! What stands before the first tag of a text that should begin with one: traces of where it was copied from.
//!
//! It must never say what is wrong behind that tag.

use alloc::format;

use super::bounds::is_like_blank;
use crate::Diagnostic;
use crate::diagnostic::character;
use crate::lint::rules::{malformed_xml, template_placeholder};

/// For a text whose first tag has something else than blanks before it.
pub(super) fn describe(text: &str) -> Diagnostic {
    let blanks = text.len() - text.trim_start().len();
    let end = text.find('<').unwrap_or(text.len());
    let lead = text.get(blanks..end).unwrap_or_default();
    if template_placeholder::starts(lead) {
        let length = lead.find('}').map_or(1, |end| end + 1);
        let place = blanks..blanks + length;
        return template_placeholder::found_between_tags(place.into());
    }
    let (length, what, help) = what(text, lead);
    malformed_xml::RULE
        .finding(format!("expected `<` as the first character, found {what}"))
        .at(blanks..blanks + length, "")
        .note(malformed_xml::COUNTS_FOR_NOTHING)
        .help(help)
}

/// How long it is, what it is, and what to do.
fn what<'a>(text: &str, lead: &str) -> (usize, alloc::borrow::Cow<'a, str>, &'a str) {
    let first = lead.chars().next().unwrap_or_default();
    let all = lead.trim_end().len();
    let number = lead.len() - lead.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    if lead.starts_with('\u{feff}') {
        let help =
            "save the file as UTF-8 without a byte order mark; some programs add one each time";
        return (first.len_utf8(), "a second byte order mark".into(), help);
    }
    if lead.starts_with("ï»¿") {
        let help =
            "remove these three characters, and save the file as UTF-8 without a byte order mark";
        return (
            "ï»¿".len(),
            "a byte order mark that was read in another encoding".into(),
            help,
        );
    }
    if lead.contains("&lt;") {
        let help = "save the policy itself: with `<` for `&lt;`, `>` for `&gt;`, `\"` for `&quot;`";
        return (
            all,
            "XML that was escaped to be shown on a page".into(),
            help,
        );
    }
    if is_like_blank(first) {
        let help = "remove it: most editors don't show it, so write the first line anew";
        return (
            first.len_utf8(),
            format!("{}, which is not seen", character(first)).into(),
            help,
        );
    }
    if lead.starts_with("```") || lead.starts_with("~~~") {
        let help = "remove the line, and the other one behind the policy";
        return (all, "the fence of a block in Markdown".into(), help);
    }
    if lead.trim_end().ends_with(['"', '\'', '`']) {
        let help =
            "this is a program's text: save what it prints, without quotes, backslashes and `+`";
        return (all, "a quote".into(), help);
    }
    if (lead.starts_with('+') || lead.starts_with('-')) && text.matches(['\n']).count() > 0 {
        let help = "this is a diff: remove the first character of each line, and the lines that begin with `-`";
        return (1, "the mark of a line in a diff".into(), help);
    }
    if number > 0 && lead.trim_end_matches([' ', '\t', ':', '.', '|', ')']).len() == number {
        let help = "remove the number at the start of each line";
        return (all, "the number of the line".into(), help);
    }
    let help = "remove everything before `<?xml` or `<cross-domain-policy>`";
    (lead.len(), "other text".into(), help)
}
