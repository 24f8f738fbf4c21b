//! Text outside the root: traces of where a file was copied from, or of the program that wrote it.

use super::characters::is_whitespace;
use super::fault::{OutsideFault, SyntaxFaultKind as Kind};
use super::reader::XmlReader;
use crate::domain::pasted::is_unseen;

/// How people and programs write a NUL in text.
const SPELLED: [&str; 7] = ["\\0", "\\x00", "\\u0000", "^@", "%00", "&#0;", "&#x0;"];

/// How template placeholders start.
const PLACEHOLDERS: [&str; 5] = ["{{", "{%", "${", "#{", "%{"];

/// Whether a text starts with a placeholder.
pub(crate) fn is_placeholder(text: &str) -> bool {
    PLACEHOLDERS.iter().any(|mark| text.starts_with(mark))
}

impl XmlReader<'_> {
    /// Checks text that is not inside the root.
    pub(super) fn outside(&mut self, start: usize, run: &str) {
        let text = run.trim_start_matches(is_whitespace);
        if text.is_empty() {
            return;
        }
        let at = start + run.len() - text.len();
        if self.document.elements().is_empty() {
            self.before(at, text, start + run.len());
            if start == 0 {
                self.first = self.at;
            }
        } else {
            self.behind(at, text);
        }
    }

    /// Text before the root.
    fn before(&mut self, at: usize, text: &str, end: usize) {
        if self.before_reported {
            return;
        }
        self.before_reported = true;
        if self.rest().starts_with("<<") && !self.rest().starts_with("<<<") {
            self.take_until(|c| c == '\n');
            self.fault(at..self.at, OutsideFault::HereDocument);
            self.after_reported = true;
            return;
        }
        let (kind, length) = self.trace(text);
        let length = length.unwrap_or_else(|| text.trim_end().len());
        self.fault(at..(at + length).min(end), kind);
        // If the text ends here, there is no element and nothing else to report.
        self.stopped |= self.at == self.text.len();
        // The end of such a block is the same mistake.
        let is_block = [OutsideFault::Fence, OutsideFault::ForumTag].map(Kind::from);
        self.after_reported |= is_block.contains(&kind);
    }

    /// What a text before the root is. The length is `None` if it is the whole text.
    fn trace(&self, text: &str) -> (Kind, Option<usize>) {
        let first = text.chars().next().unwrap_or_default();
        let digits = text.trim_start_matches(|c: char| c.is_ascii_digit());
        let number = text.len() - digits.len();
        let one = Some(first.len_utf8());
        let (fault, length) = if first == '\u{feff}' {
            (OutsideFault::SecondByteOrderMark, one)
        } else if text.starts_with("ï»¿") {
            (OutsideFault::MisreadByteOrderMark, Some("ï»¿".len()))
        } else if is_escaped(text) {
            (OutsideFault::EscapedMarkup, None)
        } else if is_placeholder(text) {
            let end = text.find('}').map_or(1, |end| end + 1);
            return (Kind::Placeholder, Some(end));
        } else if is_unseen(first) {
            (OutsideFault::Unseen(first), one)
        } else if text.starts_with("```") || text.starts_with("~~~") {
            (OutsideFault::Fence, None)
        } else if is_forum_tags(text) {
            (OutsideFault::ForumTag, None)
        } else if let Some(length) = escaped_line_end(text) {
            (OutsideFault::EscapedLineEnd, Some(length))
        } else if text.trim_end().ends_with(['"', '\'', '`']) {
            (OutsideFault::ProgramText, None)
        } else if matches!(first, '+' | '-') && self.is_tree_view(text) {
            (OutsideFault::TreeMark, one)
        } else if matches!(first, '+' | '-') && self.text.trim_end().contains('\n') {
            (OutsideFault::DiffMark, one)
        } else if number > 0
            && digits
                .trim_matches([' ', '\t', ':', '.', '|', ')'])
                .is_empty()
        {
            (OutsideFault::LineNumber, None)
        } else {
            (OutsideFault::TextBefore, Some(text.len()))
        };
        (fault.into(), length)
    }

    /// Browsers show a sign before every element that can be folded, usually with a space, and before nothing else.
    fn is_tree_view(&self, text: &str) -> bool {
        let lines = self.text.lines().map(str::trim_start);
        let mut signed = lines.filter(|line| line.starts_with(['-', '+']));
        match text {
            "- " | "+ " => signed.all(|line| line.get(1..).is_some_and(|at| at.starts_with(" <"))),
            "-" => signed.count() == 1,
            _ => false,
        }
    }

    /// Checks text after the root.
    fn behind(&mut self, at: usize, text: &str) {
        if self.after_reported {
            return;
        }
        self.after_reported = true;
        let text = text.trim_end();
        if let Some(length) = escaped_line_end(text) {
            self.fault(at..at + length, OutsideFault::EscapedLineEnd);
            return;
        }
        if is_forum_tags(text) {
            self.fault(at..at + text.len(), OutsideFault::ForumTag);
            return;
        }
        let spelled = SPELLED.iter().find(|spelled| text.starts_with(**spelled));
        match spelled {
            Some(spelled) => self.fault(at..at + spelled.len(), OutsideFault::SpelledNul),
            None => self.fault(at..at + text.len(), OutsideFault::TextAfter),
        }
    }
}

/// Whether a text is nothing but tags in square brackets, such as `[CODE]` or `[code=xml]`.
fn is_forum_tags(text: &str) -> bool {
    let mut tags = text.split_whitespace().collect::<alloc::string::String>();
    tags = tags.replace("][", "]\n[");
    let is_tag = |tag: &str| {
        let inside = tag.strip_prefix('[').and_then(|tag| tag.strip_suffix(']'));
        let name = inside.map(|inside| inside.trim_start_matches('/'));
        name.is_some_and(|name| {
            name.starts_with(|c: char| c.is_ascii_alphabetic()) && !name.contains(['[', ']'])
        })
    };
    !tags.is_empty() && tags.lines().all(is_tag)
}

/// Whether a text contains an escaped `<`, as in HTML, JSON or a URL.
pub(crate) fn is_escaped(text: &str) -> bool {
    let marks = ["&lt;", "\\u003c", "\\u003C", "\\x3c", "\\x3C", "%3c", "%3C"];
    marks.iter().any(|mark| text.contains(mark))
}

/// The length of an escape sequence that was intended as whitespace, such as a literal line-end escape.
pub(crate) fn escaped_line_end(text: &str) -> Option<usize> {
    let escapes = ["\\r\\n", "\\n", "\\t"];
    let escape = escapes.iter().find(|escape| text.starts_with(**escape));
    escape.map(|escape| escape.len())
}
