//! What XML forbids and the parser lets pass: references to characters that there are not, and a misplaced `<?xml?>`.

use alloc::format;

use crate::Diagnostic;
use crate::diagnostic::quoted;
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

/// Looks at an instruction: no case of `xml` is a name for one, and a declaration stands first.
pub(super) fn check_instruction(text: &str, at: usize) -> Result<(), Diagnostic> {
    let Some(body) = text.strip_prefix("<?") else {
        return Ok(());
    };
    let name = body.split(['?', ' ', '\t', '\r', '\n']).next();
    let is_declaration = at == 0 && body.starts_with("xml") && !body.starts_with("xml?");
    if is_declaration || !name.is_some_and(|name| name.eq_ignore_ascii_case("xml")) {
        return Ok(());
    }
    Err(second_declaration(at))
}

pub(super) fn second_declaration(at: usize) -> Diagnostic {
    malformed_xml::RULE
        .finding("expected `<?xml` at the very start of the file only")
        .at(at..at + "<?xml".len(), "found here")
        .help("remove it, and everything that is left of another document")
}
