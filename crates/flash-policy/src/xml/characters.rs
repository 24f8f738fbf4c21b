//! Which characters XML allows, and which of them are whitespace or can be in names.

use crate::domain::pasted::is_unseen;

/// XML's whitespace (production 3).
pub(super) const fn is_whitespace(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

/// XML 1.0, production 2.
pub(super) const fn is_character(code: u32) -> bool {
    matches!(code, 0x9 | 0xA | 0xD | 0x20..=0xD7FF | 0xE000..=0xFFFD | 0x1_0000..=0x10_FFFF)
}

/// The quotation marks that word processors write.
pub(super) const fn is_typographic(c: char) -> bool {
    matches!(c, '“' | '”' | '„' | '‘' | '’' | '«' | '»')
}

/// Whether a character in a tag looks like a space, whether or not XML accepts it.
pub(super) fn is_like_space(c: char) -> bool {
    is_whitespace(c) || (is_unseen(c) && !is_name_character(c)) || !is_character(u32::from(c))
}

/// XML 1.0, production 5.
pub(super) fn is_name(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(is_name_start) && characters.all(is_name_character)
}

/// A name with a prefix, or without one (Namespaces in XML 1.0, production 7).
pub(super) fn is_qualified_name(text: &str) -> bool {
    match text.split_once(':') {
        None => is_name(text),
        Some((prefix, local)) => {
            (prefix.is_empty() || is_name(prefix)) && !local.contains(':') && is_name(local)
        }
    }
}

pub(super) fn is_name_start(c: char) -> bool {
    matches!(c,
        ':' | '_' | 'A'..='Z' | 'a'..='z' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}'
        | '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{1fff}' | '\u{200c}'..='\u{200d}' | '\u{2070}'..='\u{218f}'
        | '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}'
        | '\u{10000}'..='\u{effff}')
}

pub(super) fn is_name_character(c: char) -> bool {
    let follows = matches!(c, '-' | '.' | '0'..='9' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}');
    follows || is_name_start(c)
}
