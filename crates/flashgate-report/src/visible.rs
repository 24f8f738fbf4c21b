//! Text of strangers and of files on its way to terminals, logs and programs: nothing in it acts unseen.
//!
//! A C1 control can be a terminal's command, and characters that turn the direction of writing around make a line read
//! as another. JSON passes both through unless they are escaped. ASCII's own controls, but for DEL, are for the caller: a
//! text of several lines has some.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io;

use flash_policy::diagnostic::is_hidden;
use serde_json::Value;

/// Writes a value as JSON without hidden characters.
pub fn write_json(out: &mut impl io::Write, value: &Value) -> io::Result<()> {
    out.write_all(json(&value.to_string()).as_bytes())
}

/// JSON that means the same, with DEL and every hidden character beyond ASCII as `\uXXXX`. Outside of strings JSON has
/// none of them.
pub fn json(text: &str) -> Cow<'_, str> {
    escaped(text, |shown, c| {
        for unit in c.encode_utf16(&mut [0; 2]) {
            // Writing to a string does not fail.
            let _ = write!(shown, "\\u{unit:04x}");
        }
    })
}

/// Text with DEL and every hidden character beyond ASCII as `\u{XXXX}`.
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

/// Tags (U+E0000 and on) are letters that nobody sees.
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
