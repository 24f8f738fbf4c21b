//! Shows bytes from a server in messages.

use std::fmt::Write as _;

/// A longer answer adds nothing.
const SHOWN: usize = 64;

/// A line of text from flashgate fits.
const LINE: usize = 240;

/// The bytes between backquotes: printable ASCII unchanged, including quotes and backslashes, everything else as
/// `\xNN`.
pub(super) fn shown(bytes: &[u8]) -> String {
    shown_up_to(SHOWN, bytes)
}

fn shown_up_to(most: usize, bytes: &[u8]) -> String {
    let mut text = String::from("`");
    for &byte in bytes.iter().take(most) {
        if matches!(byte, b' '..=b'~') {
            text.push(char::from(byte));
        } else {
            // Writing to a string can't fail.
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text.push_str(if bytes.len() > most { "…`" } else { "`" });
    text
}

/// A text from a server, in the same form.
pub(super) fn shown_text(text: &str) -> String {
    shown(text.as_bytes())
}

/// A line from flashgate, which gives its reason there.
pub(super) fn shown_line(text: &str) -> String {
    shown_up_to(LINE, text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::{LINE, SHOWN, shown, shown_line};

    #[test]
    fn what_people_read() {
        assert_eq!(shown(b"<a b=\"c\"/>\\n"), "`<a b=\"c\"/>\\n`");
        assert_eq!(
            shown(b"220 mail\r\n\x1b[2J"),
            "`220 mail\\x0d\\x0a\\x1b[2J`"
        );
        assert_eq!(shown("\u{202e}".as_bytes()), "`\\xe2\\x80\\xae`");
        let line = "a".repeat(LINE);
        assert_eq!(shown_line(&line), format!("`{line}`"));
        let long = shown(&[b'a'; SHOWN + 1]);
        assert_eq!(long, format!("`{}…`", "a".repeat(SHOWN)));
    }
}
