//! Parses the `domain` of a rule, and says what is wrong with it.

use core::ops::Range;
use core::str::FromStr;

use super::{DomainError, DomainErrorKind, DomainPattern, Hosts, pasted, placeholder};
use crate::origin::{Host, HostError, Scheme, check_name};

/// Parses the value of `domain`.
///
/// ```
/// use flash_policy::DomainPattern;
///
/// assert_eq!("*".parse(), Ok(DomainPattern::ANY));
/// let error = "www.example.*".parse::<DomainPattern>().unwrap_err();
/// assert_eq!(error.to_string(), "expected `*` alone or as the complete first label");
/// assert_eq!(error.range, 12..13);
/// # Ok::<(), flash_policy::domain::DomainError>(())
/// ```
impl FromStr for DomainPattern {
    type Err = DomainError;

    fn from_str(text: &str) -> Result<Self, DomainError> {
        let fault = |kind, range| Err(DomainError { kind, range });
        let whole = 0..text.len();
        if text.is_empty() {
            return fault(DomainErrorKind::Empty, whole);
        }
        if text == "*" {
            return Ok(Self::ANY);
        }
        if placeholder::is_in(text) {
            return fault(DomainErrorKind::Placeholder, whole);
        }
        if let Some((at, found)) = text.char_indices().find(|(_, c)| is_pasted(*c)) {
            return fault(DomainErrorKind::Pasted { found }, at..at + found.len_utf8());
        }
        if text.trim() != text || text.trim().is_empty() {
            return fault(DomainErrorKind::Whitespace, whole);
        }
        if let Some((at, found)) = text
            .char_indices()
            .find(|(_, c)| c.is_whitespace() || matches!(c, ',' | ';'))
        {
            return fault(DomainErrorKind::List, at..at + found.len_utf8());
        }
        let (scheme, start) = parse_scheme(text)?;
        let rest = text.get(start..).unwrap_or_default();
        parse_hosts(rest)
            .map(|hosts| Self { scheme, hosts })
            .map_err(|error| error.shifted(start))
    }
}

/// A character that was pasted along with a name and is never part of one.
fn is_pasted(c: char) -> bool {
    pasted::is_quote(c) || pasted::is_dash(c) || pasted::is_unseen(c)
}

/// Returns the scheme, and where the host starts.
fn parse_scheme(text: &str) -> Result<(Option<Scheme>, usize), DomainError> {
    let Some(end) = text.find("://") else {
        return match scheme_without_slashes(text) {
            Some(range) => Err(DomainError {
                kind: DomainErrorKind::SchemeWithoutSlashes,
                range,
            }),
            None => Ok((None, 0)),
        };
    };
    match text.get(..end).and_then(Scheme::named) {
        Some(scheme) => Ok((Some(scheme), end + 3)),
        None => Err(DomainError {
            kind: DomainErrorKind::Scheme,
            range: 0..end + 3,
        }),
    }
}

/// The range of `http:` or `https:` if no slashes follow and the rest is not a port.
fn scheme_without_slashes(text: &str) -> Option<Range<usize>> {
    let (head, rest) = text.split_once(':')?;
    let is_port = rest.bytes().all(|byte| byte.is_ascii_digit());
    (!is_port && Scheme::named(head).is_some()).then_some(0..head.len() + 1)
}

/// Whether a text looks like an IPv6 address with a `*` in it.
fn has_wildcard_in_address(text: &str) -> bool {
    let mut bytes = text.bytes();
    let parts = bytes.all(|byte| byte.is_ascii_hexdigit() || b":.*[]".contains(&byte));
    parts && text.contains('*') && text.matches(':').count() > 1
}

/// Whether a text is an address, a `/`, and a prefix length or a mask.
fn is_network(text: &str) -> bool {
    text.split_once('/').is_some_and(|(address, size)| {
        let mut digits = size.bytes();
        let is_size = digits.all(|byte| byte.is_ascii_digit() || byte == b'.');
        is_size && !size.is_empty() && matches!(address.parse(), Ok(Host::Address(_)))
    })
}

fn parse_hosts(text: &str) -> Result<Hosts, DomainError> {
    let fault = |kind, range| Err(DomainError { kind, range });
    let whole = 0..text.len();
    if text == "*" || text.is_empty() {
        return fault(DomainErrorKind::SchemeWithoutHost, whole);
    }
    if is_network(text) {
        return fault(DomainErrorKind::Network, whole);
    }
    if has_wildcard_in_address(text) {
        return fault(DomainErrorKind::WildcardInAddress, whole);
    }
    if let Some(at) = text.find(['/', '?', '#']) {
        return fault(DomainErrorKind::Path, at..text.len());
    }
    if let Some(at) = text.find('@') {
        return fault(DomainErrorKind::UserInfo, 0..at + 1);
    }
    if let Ok(host @ Host::Address(_)) = text.parse() {
        return Ok(Hosts::Exactly(host));
    }
    let after_bracket = text.rfind(']').unwrap_or(0);
    if let Some(at) = text.get(after_bracket..).and_then(|tail| tail.find(':')) {
        return fault(DomainErrorKind::Port, after_bracket + at..text.len());
    }
    if !text.is_ascii() {
        if let Some((at, found)) = text.char_indices().find(|(_, c)| is_in_no_name(*c)) {
            return Err(from_host(&HostError::Character { at, found }, text, 0));
        }
        // Any other mistake in the name is in its ASCII form too.
        let suggestion = crate::punycode::a_label(text).filter(|name| parse_name(name).is_ok());
        return fault(DomainErrorKind::International { suggestion }, whole);
    }
    parse_name(text)
}

/// Whether a character cannot be in a name in any script: control, direction, invisible and private-use characters.
fn is_in_no_name(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{200b}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{e000}'..='\u{f8ff}' | '\u{feff}' | '\u{fff0}'..='\u{ffff}'
            | '\u{e0000}'..)
}

fn parse_name(text: &str) -> Result<Hosts, DomainError> {
    let name = text.strip_suffix('.').unwrap_or(text);
    if text == "*." {
        return Err(from_host(&HostError::Empty, text, 0));
    }
    let Some(suffix) = name.strip_prefix("*.") else {
        return match name.find('*') {
            None => check_name(name)
                .map(|name| Hosts::Exactly(Host::Name(name)))
                .map_err(|e| from_host(&e, text, 0)),
            Some(at) => Err(DomainError {
                kind: wildcard_fault(name),
                range: at..at + 1,
            }),
        };
    };
    if let Some(at) = suffix.find('*') {
        return Err(DomainError {
            kind: DomainErrorKind::PartialWildcard,
            range: at + 2..at + 3,
        });
    }
    let checked = check_name(suffix).map_err(|error| {
        if error == HostError::Address {
            return DomainError {
                kind: DomainErrorKind::WildcardInAddress,
                range: 0..1,
            };
        }
        from_host(&error, text, 2)
    })?;
    if checked.as_str().contains('.') {
        return Ok(Hosts::Under(checked));
    }
    Err(DomainError {
        kind: DomainErrorKind::WildcardTopLevel,
        range: 0..text.len(),
    })
}

/// The kind of fault of a misplaced `*`: inside what would otherwise be an address, or inside a name.
fn wildcard_fault(text: &str) -> DomainErrorKind {
    let digits = text.contains(|c: char| c.is_ascii_digit());
    let other = |c: char| !c.is_ascii_digit() && !matches!(c, '.' | '*');
    if digits && !text.contains(other) {
        DomainErrorKind::WildcardInAddress
    } else {
        DomainErrorKind::PartialWildcard
    }
}

fn from_host(error: &HostError, text: &str, start: usize) -> DomainError {
    let whole = 0..text.len();
    match *error {
        HostError::Character { at, found } => {
            let at = at + start;
            DomainError {
                kind: DomainErrorKind::Host(*error),
                range: at..at + found.len_utf8(),
            }
        }
        HostError::Empty | HostError::EmptyLabel | HostError::TooLong | HostError::Address => {
            DomainError {
                kind: DomainErrorKind::Host(*error),
                range: whole,
            }
        }
    }
}
