//! What XML forbids and the parser lets pass, or refuses in words that help nobody: characters and references to
//! characters that there are not, declarations and instructions, and what has no end.

use alloc::format;

use super::bounds::is_blank;
use super::quotes::is_typographic;
use crate::Diagnostic;
use crate::diagnostic::{character, quoted};
use crate::lint::rules::malformed_xml;

/// Looks for references to characters that XML does not have, in text that stands in the document from `start` on.
pub(super) fn check_references(text: &str, start: usize) -> Result<(), Diagnostic> {
    for (at, _) in text.match_indices("&#") {
        let rest = text.get(at + 2..).unwrap_or_default();
        let Some((number, _)) = rest.split_once(';') else {
            continue;
        };
        let code = match number.strip_prefix('x') {
            Some(digits) => u32::from_str_radix(digits, 16),
            None => number.parse(),
        };
        // What is no number at all is the parser's to refuse; one too large to be read is no character.
        let digits = number.bytes().skip(1).all(|byte| byte.is_ascii_hexdigit());
        let is_character = code.map_or(!digits, is_xml_character);
        if !is_character {
            let found = format!("&#{number};");
            let place = start + at..start + at + found.len();
            return Err(malformed_xml::RULE
                .finding(format!("{} is no character of XML", quoted(&found)))
                .at(place, "")
                .help("remove it: a policy needs no such characters"));
        }
    }
    Ok(())
}

/// XML 1.0, production 2.
fn is_xml_character(code: u32) -> bool {
    matches!(code, 0x9 | 0xA | 0xD | 0x20..=0xD7FF | 0xE000..=0xFFFD | 0x1_0000..=0x10_FFFF)
}

/// Looks for characters that no XML document may have, wherever they stand.
pub(super) fn check_characters(text: &str) -> Result<(), Diagnostic> {
    let mut characters = text.char_indices();
    let Some((at, found)) = characters.find(|(_, c)| !is_xml_character(u32::from(*c))) else {
        return Ok(());
    };
    Err(malformed_xml::RULE
        .finding(format!(
            "found {}, which XML does not allow",
            character(found)
        ))
        .at(at..at + found.len_utf8(), "")
        .note(malformed_xml::COUNTS_FOR_NOTHING)
        .help("remove it: most editors don't show it, so write the line anew"))
}

/// Looks at text between tags: the end of a CDATA section ends nothing there.
pub(super) fn check_text(text: &str, start: usize) -> Result<(), Diagnostic> {
    let Some(at) = text.find("]]>") else {
        return Ok(());
    };
    let at = start + at;
    Err(malformed_xml::RULE
        .finding("found `]]>` in text, where no CDATA section ends")
        .at(at..at + "]]>".len(), "")
        .note(malformed_xml::COUNTS_FOR_NOTHING)
        .help("remove it: nothing but elements stands in a policy"))
}

/// Looks whether the comment, CDATA section or instruction at the beginning of a text has an end.
pub(super) fn check_closed(text: &str, at: usize) -> Result<(), Diagnostic> {
    for (open, close, what) in [
        ("<!--", "-->", "the comment"),
        ("<![CDATA[", "]]>", "the CDATA section"),
        ("<?", "?>", "what begins here"),
    ] {
        if let Some(body) = text.strip_prefix(open) {
            if body.contains(close) {
                return Ok(());
            }
            return Err(malformed_xml::RULE
                .finding(format!("expected `{close}`, found the end of the file"))
                .at(at..at + open.len(), format!("{what} has no end"))
                .note(malformed_xml::COUNTS_FOR_NOTHING)
                .help(format!("put `{close}` where it is to end")));
        }
    }
    Ok(())
}

/// Looks at the instruction at the beginning of a text: a declaration stands first, and no case of `xml` is a name for another one.
pub(super) fn check_instruction(text: &str, at: usize) -> Result<(), Diagnostic> {
    let Some((body, _)) = text
        .strip_prefix("<?")
        .and_then(|body| body.split_once("?>"))
    else {
        return Ok(());
    };
    let name = body.split(is_blank).next().unwrap_or_default();
    if name == "xml" && at == 0 {
        return check_declaration(body, at);
    }
    if name.eq_ignore_ascii_case("xml") {
        return Err(if at == 0 {
            malformed_xml::RULE
                .finding(format!("expected `<?xml` in lower case, found `<?{name}`"))
                .at(at..at + "<?xml".len(), "")
                .note(malformed_xml::COUNTS_FOR_NOTHING)
                .help("write `<?xml version=\"1.0\"?>`, or leave the line out")
        } else {
            second_declaration(at)
        });
    }
    if is_name(name) {
        return Ok(());
    }
    Err(malformed_xml::RULE
        .finding(format!(
            "expected a name after `<?`, found {}",
            quoted(name)
        ))
        .at(at..at + "<?".len() + name.len(), "")
        .note(malformed_xml::COUNTS_FOR_NOTHING)
        .help("remove it: a policy needs no instructions"))
}

/// XML 1.0, production 23, of which the parser looks at the first part only.
fn check_declaration(body: &str, at: usize) -> Result<(), Diagnostic> {
    let mut rest = body.strip_prefix("xml").unwrap_or_default();
    let mut expected = &["version", "encoding", "standalone"][..];
    let whole = at..at + "<??>".len() + body.len();
    let is_sound = loop {
        rest = rest.trim_start_matches(is_blank);
        if rest.is_empty() {
            break expected.len() < 3;
        }
        let Some((name, value, after)) = pair(rest) else {
            break false;
        };
        let Some(index) = expected.iter().position(|expected| *expected == name) else {
            break false;
        };
        if (expected.len() == 3 && index > 0) || !is_declared(name, value) {
            break false;
        }
        expected = expected.get(index + 1..).unwrap_or_default();
        rest = after;
    };
    if is_sound {
        return Ok(());
    }
    if let Some((start, quote)) = body.char_indices().find(|(_, c)| is_typographic(*c)) {
        let start = at + "<?".len() + start;
        return Err(malformed_xml::RULE
            .finding(format!(
                "expected a straight quote, found {}",
                character(quote)
            ))
            .at(start..start + quote.len_utf8(), "")
            .note(malformed_xml::COUNTS_FOR_NOTHING)
            .help(
                "write `<?xml version=\"1.0\"?>`: word processors and web pages make quotes curly",
            ));
    }
    Err(malformed_xml::RULE
        .finding("expected a declaration like `<?xml version=\"1.0\"?>`, found another")
        .at(whole, "")
        .note("the version comes first, then the encoding, if one is given; nothing else is needed")
        .help("write `<?xml version=\"1.0\"?>`, or leave the line out"))
}

/// `name = "value"` at the beginning of a text, and what follows.
fn pair(text: &str) -> Option<(&str, &str, &str)> {
    let (name, rest) = text.split_once('=')?;
    let rest = rest.trim_start_matches(is_blank);
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (value, after) = rest.get(1..)?.split_once(quote)?;
    Some((name.trim_end_matches(is_blank), value, after))
}

fn is_declared(name: &str, value: &str) -> bool {
    match name {
        "version" => value.strip_prefix("1.").is_some_and(|minor| {
            !minor.is_empty() && minor.bytes().all(|byte| byte.is_ascii_digit())
        }),
        "encoding" => {
            let mut bytes = value.bytes();
            let follows = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
            bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic()) && bytes.all(follows)
        }
        _ => matches!(value, "yes" | "no"),
    }
}

/// Looks at a DOCTYPE without definitions: what stands behind PUBLIC has characters of its own (production 13).
pub(super) fn check_doctype(source: &str, at: usize) -> Result<(), Diagnostic> {
    let body = source.strip_prefix("<!DOCTYPE").unwrap_or_default();
    let body = body.trim_start_matches(is_blank);
    let name = body.find(is_blank).and_then(|end| body.get(end..));
    let after = name.unwrap_or_default().trim_start_matches(is_blank);
    let Some(public) = after.strip_prefix("PUBLIC") else {
        return Ok(());
    };
    let public = public.trim_start_matches(is_blank);
    let quote = public.chars().next().filter(|c| matches!(c, '"' | '\''));
    let value = quote.and_then(|quote| public.get(1..)?.split(quote).next());
    let allowed = |c: char| c.is_ascii_alphanumeric() || " \r\n-'()+,./:=?;!*#@$_%".contains(c);
    if value.is_none_or(|value| value.chars().all(allowed)) {
        return Ok(());
    }
    Err(malformed_xml::RULE
        .finding("found a character in the DOCTYPE that can't stand behind `PUBLIC`")
        .at(at..at + source.len(), "")
        .note(malformed_xml::COUNTS_FOR_NOTHING)
        .help("remove the DOCTYPE: players need none"))
}

/// XML 1.0, production 5.
fn is_name(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(is_name_start) && characters.all(is_name_character)
}

fn is_name_start(c: char) -> bool {
    matches!(c,
        ':' | '_' | 'A'..='Z' | 'a'..='z' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}'
        | '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{1fff}' | '\u{200c}'..='\u{200d}' | '\u{2070}'..='\u{218f}'
        | '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}'
        | '\u{10000}'..='\u{effff}')
}

fn is_name_character(c: char) -> bool {
    let follows = matches!(c, '-' | '.' | '0'..='9' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}');
    follows || is_name_start(c)
}

pub(super) fn second_declaration(at: usize) -> Diagnostic {
    malformed_xml::RULE
        .finding("expected `<?xml` at the very start of the file only")
        .at(at..at + "<?xml".len(), "found here")
        .help("remove it, and everything that is left of another document")
}
