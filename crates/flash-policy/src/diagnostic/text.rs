//! How messages show characters and pieces of a file.

use alloc::format;
use alloc::string::String;
use core::fmt::{self, Write as _};

/// Whether a character is a control character, is invisible, or changes the text direction.
///
/// Show such characters of a file escaped: a terminal would act on them, and a reader cannot see them.
///
/// ```
/// use flash_policy::diagnostic::is_hidden;
///
/// assert!(is_hidden('\u{200b}') && is_hidden('\u{1b}'));
/// assert!(!is_hidden(' ') && !is_hidden('ä'));
/// ```
#[must_use]
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// A character as messages show it: its number, with the character itself if it is visible, or with a name.
pub(crate) fn character(c: char) -> String {
    let number = u32::from(c);
    let name = match c {
        '\u{a0}' => "a no-break space",
        '\u{ad}' => "a soft hyphen",
        '\u{200b}' => "a zero-width space",
        '\u{feff}' => "a byte order mark",
        _ if c.is_control() => "a control character",
        _ if c.is_whitespace() => "a non-ASCII space",
        _ if is_hidden(c) => "an invisible character",
        _ => return format!("`{c}` (U+{number:04X})"),
    };
    format!("U+{number:04X}, {name}")
}

/// The number of characters after which a message cuts quoted text.
const QUOTED: usize = 64;

/// A piece of the file in a message: in backquotes, escaped, and cut if it is long.
pub(crate) fn quoted(text: &str) -> impl fmt::Display + '_ {
    Quoted(text)
}

struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('`')?;
        for c in self.0.chars().take(QUOTED) {
            if is_hidden(c) {
                write!(f, "{}", c.escape_debug())?;
            } else {
                f.write_char(c)?;
            }
        }
        f.write_str(if self.0.chars().nth(QUOTED).is_some() {
            "…`"
        } else {
            "`"
        })
    }
}
