//! Decodes text as Lightspark's XML parser does: its encodings, and entities in attributes.
//!
//! This follows its copy of pugixml 1.11. It checks for byte order marks first, then how `<` is encoded, then for a
//! declaration of Latin-1. All other text counts as UTF-8 and is not validated.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

/// The text, and whether its positions are those of the received bytes.
pub(super) fn decoded(bytes: &[u8]) -> (Cow<'_, [u8]>, Verbatim) {
    let text = match bytes {
        [0, 0, 0xFE, 0xFF, ..] | [0, 0, 0, b'<', ..] => wide(bytes, u32::from_be_bytes),
        [0xFF, 0xFE, 0, 0, ..] | [b'<', 0, 0, 0, ..] => wide(bytes, u32::from_le_bytes),
        [0xFE, 0xFF, _, _, ..] | [0, b'<', _, _, ..] => units(bytes, u16::from_be_bytes),
        [0xFF, 0xFE, _, _, ..] | [b'<', 0, _, _, ..] => units(bytes, u16::from_le_bytes),
        _ if declares_latin_1(bytes) => bytes.iter().map(|byte| char::from(*byte)).collect(),
        _ => {
            // Positions stay the same; the reader skips text before the root.
            return (Cow::Borrowed(bytes), Verbatim::Yes);
        }
    };
    (Cow::Owned(text.into_bytes()), Verbatim::No)
}

/// Whether positions in the text are also positions in the received bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verbatim {
    Yes,
    No,
}

fn units(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let (pairs, _) = bytes.as_chunks::<2>();
    let units = pairs.iter().map(|pair| unit(*pair));
    char::decode_utf16(units).filter_map(Result::ok).collect()
}

fn wide(bytes: &[u8], unit: fn([u8; 4]) -> u32) -> String {
    let (quads, _) = bytes.as_chunks::<4>();
    let units = quads.iter().map(|quad| unit(*quad));
    units.filter_map(char::from_u32).collect()
}

/// Whether an XML declaration has `encoding="iso-8859-1"` or `latin1`, without a `?` before it.
fn declares_latin_1(bytes: &[u8]) -> bool {
    let Some([space, rest @ ..]) = bytes.strip_prefix(b"<?xml") else {
        return false;
    };
    if !matches!(space, b' ' | b'\t' | b'\r' | b'\n') {
        return false;
    }
    let end = rest.iter().position(|byte| *byte == b'?');
    let rest = end.map_or(rest, |end| rest.split_at(end).0);
    // Other text that starts with `en` ends the search.
    let Some(at) = rest.windows(2).position(|pair| pair == b"en") else {
        return false;
    };
    let named = || {
        let value = rest
            .get(at..)?
            .strip_prefix(b"encoding")?
            .trim_ascii_start();
        let value = value.strip_prefix(b"=")?.trim_ascii_start();
        let quote = value.first().filter(|byte| matches!(byte, b'"' | b'\''))?;
        let value = value.get(1..)?;
        let end = value.iter().position(|byte| byte == quote)?;
        value.get(..end)
    };
    named().is_some_and(|name| {
        name.eq_ignore_ascii_case(b"iso-8859-1") || name.eq_ignore_ascii_case(b"latin1")
    })
}

/// An attribute's value, with whitespace as spaces and known entities replaced. It ends at a NUL, like a C string.
pub(super) fn unescaped(raw: &[u8]) -> Vec<u8> {
    let mut value = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let [byte, after @ ..] = rest {
        rest = after;
        match byte {
            b'\r' => {
                value.push(b' ');
                rest = after.strip_prefix(b"\n").unwrap_or(after);
            }
            b'\n' | b'\t' => value.push(b' '),
            b'&' => match entity(after) {
                Some(('\0', _)) => break,
                Some((character, after)) => {
                    let mut buffer = [0; 4];
                    value.extend_from_slice(character.encode_utf8(&mut buffer).as_bytes());
                    rest = after;
                }
                None => value.push(b'&'),
            },
            byte => value.push(*byte),
        }
    }
    value
}

/// The character of the entity after a `&`, and the rest of the text.
fn entity(text: &[u8]) -> Option<(char, &[u8])> {
    const NAMED: [(&[u8], char); 5] = [
        (b"amp;", '&'),
        (b"apos;", '\''),
        (b"gt;", '>'),
        (b"lt;", '<'),
        (b"quot;", '"'),
    ];
    for (name, character) in NAMED {
        if let Some(after) = text.strip_prefix(name) {
            return Some((character, after));
        }
    }
    let text = text.strip_prefix(b"#")?;
    let (radix, text) = text.strip_prefix(b"x").map_or((10, text), |hex| (16, hex));
    let digits = text
        .iter()
        .position(|byte| !char::from(*byte).is_digit(radix));
    let (digits, after) = text.split_at(digits.filter(|digits| *digits > 0)?);
    let after = after.strip_prefix(b";")?;
    // As in pugixml, the number wraps around at 32 bits.
    let number = digits.iter().fold(0_u32, |number, byte| {
        let digit = char::from(*byte).to_digit(radix).unwrap_or(0);
        number.wrapping_mul(radix).wrapping_add(digit)
    });
    // An invalid character matches no host and no port, whatever its bytes are.
    let character = char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER);
    Some((character, after))
}
