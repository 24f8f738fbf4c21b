//! Recognizes bytes that are almost a policy request: what is wrong, and what to send instead.
//!
//! A server must not answer them, because a game's own messages may look similar: see [`recognize`](crate::recognize).
//! It can log what it saw. This module does not decide what a connection is.

use crate::recognize::Recognizer;
use crate::spelling;
use crate::{REQUEST, Recognition};

/// What is wrong with bytes that are almost a policy request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Slip {
    /// The terminator is a literal escape sequence: `\0`, `\x00`, `%00`, `&#0;`, `^@`, `0`.
    EscapedTerminator,
    /// There are bytes between the request and its NUL.
    BytesBeforeNul,
    /// Capital letters.
    Capitals,
    /// A UTF-8 byte order mark before the request.
    ByteOrderMark,
    /// UTF-16 or UTF-32.
    WideCharacters,
    /// Quotation marks around the request, or the prefix of a string literal.
    Quotes,
    /// An `echo` option that this `echo` does not support and therefore prints.
    EchoOption,
    /// Whitespace or a NUL before the request.
    LeadingWhitespace,
    /// A length before the request, as `writeUTF` and .NET's `BinaryWriter` send it.
    LengthPrefix,
    /// An XML declaration before the request.
    XmlDeclaration,
    /// Escaped for a URL or a page: `%3C`, `&lt;`, `\u003c`.
    EscapedTag,
    /// The tag itself is wrong: misspelled, without `/>`, with other whitespace, or with attributes.
    Tag,
}

impl Slip {
    /// What the bytes are and what to send instead, in one sentence.
    ///
    /// ```
    /// use flash_policy::near_request::slip;
    ///
    /// let slip = slip(b"<POLICY-FILE-REQUEST/>\0").ok_or("not like a request")?;
    /// assert_eq!(slip.help(), "the request must be in lower case: send `<policy-file-request/>`");
    /// # Ok::<(), &str>(())
    /// ```
    #[must_use]
    pub const fn help(self) -> &'static str {
        match self {
            Self::EscapedTerminator => {
                "the request ends with a literal escape sequence instead of a NUL byte: send it with `printf`"
            }
            Self::BytesBeforeNul => {
                "other bytes follow `<policy-file-request/>`: send the NUL directly after it"
            }
            Self::Capitals => "the request must be in lower case: send `<policy-file-request/>`",
            Self::ByteOrderMark => {
                "a UTF-8 byte order mark precedes the request: send it without the mark"
            }
            Self::WideCharacters => "the request is in UTF-16 or UTF-32: send it as ASCII",
            Self::Quotes => {
                "the request is in quotation marks: send `<policy-file-request/>` without them"
            }
            Self::EchoOption => "`echo` printed its option before the request: use `printf`",
            Self::LeadingWhitespace => {
                "whitespace or a NUL precedes the request: send the request first"
            }
            Self::LengthPrefix => {
                "a length prefix precedes the request: send only its bytes (`writeUTFBytes`, not `writeUTF`)"
            }
            Self::XmlDeclaration => {
                "an XML declaration precedes the request: send `<policy-file-request/>` without it"
            }
            Self::EscapedTag => "the request is escaped: send `<policy-file-request/>` literally",
            Self::Tag => {
                "the tag must be exactly `<policy-file-request/>`; Flash players send a NUL after it"
            }
        }
    }
}

/// What is wrong with the first bytes of a connection, if they were probably intended as a policy request. `None` if
/// they are a valid request, or nothing like one.
///
/// ```
/// use flash_policy::near_request::{Slip, slip};
///
/// assert_eq!(slip(br"<policy-file-request/>\0"), Some(Slip::EscapedTerminator));
/// assert_eq!(slip(b"<policy-file-request/>\0"), None);
/// assert_eq!(slip(b"<login user='a'/>\0"), None);
/// ```
#[must_use]
pub fn slip(bytes: &[u8]) -> Option<Slip> {
    let bytes = bytes.get(..LOOKED_AT).unwrap_or(bytes);
    // Almost all other traffic ends here.
    if !mentions_a_policy(bytes) {
        return None;
    }
    if let Some(narrow) = narrowed(bytes) {
        let narrow = narrow.as_slice();
        let (_, rest) = in_front(narrow);
        return tag(rest).is_some().then_some(Slip::WideCharacters);
    }
    let (front, rest) = in_front(bytes);
    match (front, tag(rest)?) {
        (Some(front), _) => Some(front),
        (None, TagMatch::Other(slip)) => Some(slip),
        (None, TagMatch::Exact(behind)) => terminator(bytes, behind),
    }
}

/// Longer than a request with everything that may surround it.
const LOOKED_AT: usize = 96;

/// Whether the letters contain `poli`, which all misspellings share, in any encoding and case.
fn mentions_a_policy(bytes: &[u8]) -> bool {
    let letters = bytes.iter().filter(|byte| byte.is_ascii_alphabetic());
    let mut matched = 0;
    for letter in letters {
        let letter = letter.to_ascii_lowercase();
        matched = match WORD.get(matched) {
            Some(wanted) if *wanted == letter => matched + 1,
            Some(_) => usize::from(letter == b'p'),
            None => return true,
        };
    }
    matched == WORD.len()
}

const WORD: &[u8] = b"poli";

/// Text without the NULs of UTF-16 or UTF-32.
struct Narrow {
    bytes: [u8; LOOKED_AT],
    length: usize,
}

impl Narrow {
    fn as_slice(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

fn narrowed(bytes: &[u8]) -> Option<Narrow> {
    let text = bytes
        .strip_prefix(b"\xff\xfe")
        .or_else(|| bytes.strip_prefix(b"\xfe\xff"))
        .unwrap_or(bytes);
    let at = text.iter().position(|byte| *byte == b'<')?;
    let is_wide =
        at <= 3 && text.get(at + 1) == Some(&0) && text.get(..at)?.iter().all(|byte| *byte == 0);
    if !is_wide {
        return None;
    }
    let mut narrow = Narrow {
        bytes: [0; LOOKED_AT],
        length: 0,
    };
    for (room, byte) in narrow
        .bytes
        .iter_mut()
        .zip(text.iter().filter(|byte| **byte != 0))
    {
        *room = *byte;
        narrow.length += 1;
    }
    Some(narrow)
}

/// The first thing that incorrectly precedes the tag, and the bytes from the tag on.
fn in_front(mut bytes: &[u8]) -> (Option<Slip>, &[u8]) {
    let mut first = None;
    while let Some((slip, rest)) = one_in_front(bytes) {
        first = first.or(Some(slip));
        bytes = rest;
    }
    (first, bytes)
}

/// One thing that precedes the tag, and the remaining bytes.
fn one_in_front(bytes: &[u8]) -> Option<(Slip, &[u8])> {
    let prefix = PREFIXES
        .iter()
        .find_map(|(prefix, slip)| Some((*slip, bytes.strip_prefix(*prefix)?)));
    if prefix.is_some() {
        return prefix;
    }
    if let Some(rest) = behind_length(bytes) {
        return Some((Slip::LengthPrefix, rest));
    }
    let space = |byte: &u8| byte.is_ascii_whitespace() || *byte == 0;
    let spaces = bytes.iter().take_while(|byte| space(byte)).count();
    if spaces > 0 {
        return Some((Slip::LeadingWhitespace, bytes.get(spaces..)?));
    }
    if !bytes.starts_with(b"<?xml") {
        return None;
    }
    let end = bytes.windows(2).position(|pair| pair == b"?>")?;
    let rest = bytes.get(end + 2..)?.trim_ascii_start();
    Some((Slip::XmlDeclaration, rest))
}

/// Longer prefixes come before shorter ones.
const PREFIXES: &[(&[u8], Slip)] = &[
    (b"\xef\xbb\xbf", Slip::ByteOrderMark),
    (b"\"", Slip::Quotes),
    (b"'", Slip::Quotes),
    (b"`", Slip::Quotes),
    (b"b\"", Slip::Quotes),
    (b"b'", Slip::Quotes),
    (b"@\"", Slip::Quotes),
    (b"$'", Slip::Quotes),
    (b"\\\"", Slip::Quotes),
    ("\u{201c}".as_bytes(), Slip::Quotes),
    ("\u{201d}".as_bytes(), Slip::Quotes),
    ("\u{201e}".as_bytes(), Slip::Quotes),
    ("\u{2018}".as_bytes(), Slip::Quotes),
    ("\u{2019}".as_bytes(), Slip::Quotes),
    ("\u{ab}".as_bytes(), Slip::Quotes),
    (b"-ne ", Slip::EchoOption),
    (b"-en ", Slip::EchoOption),
    (b"-n ", Slip::EchoOption),
    (b"-e ", Slip::EchoOption),
];

/// The bytes after a length: up to four bytes, one of which is about the length of a request.
fn behind_length(bytes: &[u8]) -> Option<&[u8]> {
    let at = bytes.iter().position(|byte| *byte == b'<')?;
    let length = bytes
        .get(..at)
        .filter(|length| (1..=4).contains(&length.len()))?;
    let of_a_request =
        |byte: &u8| (REQUEST.len() - 1..=REQUEST.len() + 4).contains(&usize::from(*byte));
    let others = length.iter().filter(|byte| **byte != 0);
    (others.clone().count() == 1 && others.clone().all(of_a_request)).then(|| bytes.get(at..))?
}

/// How close a tag is to the request's.
enum TagMatch<'a> {
    /// Exactly the request's, and what follows it.
    Exact(&'a [u8]),
    /// Nearly the request's.
    Other(Slip),
}

/// Compares a tag with the request's. `None` if it is nothing like it.
fn tag(bytes: &[u8]) -> Option<TagMatch<'_>> {
    let exact = TAGS.iter().find_map(|tag| bytes.strip_prefix(*tag));
    if let Some(behind) = exact {
        return Some(TagMatch::Exact(behind));
    }
    let escaped = ESCAPED.iter().find_map(|escaped| {
        let head = bytes.get(..escaped.len())?;
        head.eq_ignore_ascii_case(escaped)
            .then(|| bytes.get(escaped.len()..))?
    });
    let inside = escaped
        .or_else(|| bytes.strip_prefix(b"<"))
        .unwrap_or(bytes);
    let inside = inside.strip_prefix(b"/").unwrap_or(inside);
    let length = inside.iter().take_while(|byte| is_of_name(**byte)).count();
    let name = core::str::from_utf8(inside.get(..length)?).ok()?;
    if !is_nearly_the_name(name) {
        return None;
    }
    let lower = inside
        .get(length..)
        .is_some_and(|rest| rest.starts_with(b"/>"));
    let slip = if escaped.is_some() {
        Slip::EscapedTag
    } else if name != NAME && name.eq_ignore_ascii_case(NAME) && lower {
        Slip::Capitals
    } else {
        Slip::Tag
    };
    Some(TagMatch::Other(slip))
}

const TAGS: [&[u8]; 2] = [b"<policy-file-request/>", b"<policy-file-request />"];
const NAME: &str = "policy-file-request";
const ESCAPED: [&[u8]; 5] = [b"&lt;", b"&#60;", b"%3c", b"\\u003c", b"\\x3c"];

const fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':')
}

fn is_nearly_the_name(name: &str) -> bool {
    let holds = |word: &[u8]| {
        let mut places = name.as_bytes().windows(word.len());
        places.any(|place| place.eq_ignore_ascii_case(word))
    };
    holds(b"policy") && holds(b"request") || spelling::nearest(name, &[NAME]).is_some()
}

/// What is wrong after an exact tag. `None` if it is a valid request, or its terminator is still missing.
fn terminator(bytes: &[u8], behind: &[u8]) -> Option<Slip> {
    if behind.is_empty() || Recognizer::new().feed(bytes) != Recognition::Other {
        return None;
    }
    Some(match behind.first() {
        Some(b'\\' | b'%' | b'&' | b'^' | b'0' | 0xc0) => Slip::EscapedTerminator,
        Some(b'"' | b'\'' | b'`' | 0xe2) => Slip::Quotes,
        _ => Slip::BytesBeforeNul,
    })
}
