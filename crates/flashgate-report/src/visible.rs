//! Escapes text from strangers and files before it is shown on terminals, in logs and to programs, so that nothing in
//! it has a hidden effect.
//!
//! A C1 control can be a terminal command, and characters that change the direction of writing make a line look like
//! another. JSON allows both without an escape. ASCII controls except DEL are left to the caller, because multi-line
//! texts contain some.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io;

use flash_policy::diagnostic::is_hidden;
use serde_json::Value;

/// Writes a value as JSON without hidden characters.
pub fn write_json(out: &mut impl io::Write, value: &Value) -> io::Result<()> {
    out.write_all(json(&value.to_string()).as_bytes())
}

/// JSON with the same meaning, with DEL and every hidden non-ASCII character as `\uXXXX`. JSON has none of them
/// outside strings.
pub fn json(text: &str) -> Cow<'_, str> {
    escaped(text, |shown, c| {
        for unit in c.encode_utf16(&mut [0; 2]) {
            // Writing to a string can't fail.
            let _ = write!(shown, "\\u{unit:04x}");
        }
    })
}

/// Text with DEL and every hidden non-ASCII character as `\u{XXXX}`.
pub fn text(text: &str) -> Cow<'_, str> {
    escaped(text, |shown, c| shown.extend(c.escape_unicode()))
}

fn escaped(text: &str, escape: impl Fn(&mut String, char)) -> Cow<'_, str> {
    if !text.chars().any(acts_unseen) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if acts_unseen(c) {
            escape(&mut shown, c);
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

/// Tags (U+E0000 to U+E007F) are invisible letters.
fn acts_unseen(c: char) -> bool {
    c == '\u{7f}' || (!c.is_ascii() && (is_hidden(c) || matches!(c, '\u{e0000}'..='\u{e007f}')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters() {
        for plain in ["", "a\tb\n\u{1b}", "ä\u{a0}\u{1f600}"] {
            assert_eq!((json(plain), text(plain)), (plain.into(), plain.into()));
        }
        let hidden = "ä\u{7f}\u{9b}1\u{202e}\u{2066}\u{feff}\u{e0041}";
        assert_eq!(
            json(hidden),
            "ä\\u007f\\u009b1\\u202e\\u2066\\ufeff\\udb40\\udc41"
        );
        assert_eq!(
            text(hidden),
            "ä\\u{7f}\\u{9b}1\\u{202e}\\u{2066}\\u{feff}\\u{e0041}"
        );
        let value = serde_json::json!({ "key\u{9b}": hidden });
        let read: Value = serde_json::from_str(&json(&value.to_string())).unwrap();
        assert_eq!(read, value, "it means the same");
    }
}
