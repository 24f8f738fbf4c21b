//! What of a script is code: not its comments, and not the contents of its strings.
//!
//! Names are searched in the code, and values are read from the text at the same place. It reads each byte a bounded
//! number of times, and does not recurse.

/// A script, with its code.
pub(super) struct ScriptCode<'a> {
    pub(super) text: &'a str,
    /// As long as the text. Comments, patterns and the contents of strings are spaces; other characters than those of
    /// ASCII are underscores. A string that is only a name stays, because it may be a key.
    pub(super) code: String,
}

impl<'a> ScriptCode<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        let scan = CodeScan {
            text,
            at: 0,
            code: String::with_capacity(text.len()),
            templates: Vec::new(),
            braces: 0,
            no_pattern_before: 0,
        };
        Self {
            text,
            code: scan.run(),
        }
    }

    /// The text that begins where this rest of the code begins.
    pub(super) fn text_at(&self, rest: &str) -> &'a str {
        let at = self.code.len().saturating_sub(rest.len());
        self.text.get(at..).unwrap_or_default()
    }
}

/// Templates are not nested more deeply. What follows is not read.
const DEEPEST: usize = 64;

/// The longest name that is a key.
const LONGEST_NAME: usize = 64;

/// The scan of a script, up to a place.
struct CodeScan<'a> {
    text: &'a str,
    at: usize,
    code: String,
    /// For each open `${`, the braces that were open before it.
    templates: Vec<usize>,
    /// The braces that are open since the last `${`.
    braces: usize,
    /// A search for the end of a pattern found none before this place.
    no_pattern_before: usize,
}

impl<'a> CodeScan<'a> {
    fn run(mut self) -> String {
        while let Some(c) = self.rest().chars().next() {
            match c {
                '"' | '\'' => self.string(c),
                '`' => self.template(),
                '/' => self.slash(),
                '<' if self.rest().starts_with("<!--") => self.erase_line(),
                '}' if self.braces == 0 && !self.templates.is_empty() => {
                    self.braces = self.templates.pop().unwrap_or_default();
                    self.template();
                }
                _ => {
                    match c {
                        '{' => self.braces += 1,
                        '}' => self.braces = self.braces.saturating_sub(1),
                        _ => {}
                    }
                    self.keep(c.len_utf8());
                }
            }
            if self.templates.len() > DEEPEST {
                self.erase(self.rest().len());
            }
        }
        self.code
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn keep(&mut self, length: usize) {
        let kept = self.rest().bytes().take(length);
        let kept = kept.map(|byte| {
            if byte.is_ascii() {
                char::from(byte)
            } else {
                '_'
            }
        });
        self.code.extend(kept);
        self.at += length;
    }

    /// The lines stay.
    fn erase(&mut self, length: usize) {
        let passed = self.rest().bytes().take(length);
        self.code
            .extend(passed.map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
        self.at += length;
    }

    fn erase_line(&mut self) {
        let rest = self.rest();
        self.erase(rest.find('\n').unwrap_or(rest.len()));
    }

    /// A string in quotes. Without its closing quote, it ends with the line.
    fn string(&mut self, quote: char) {
        let rest = self.rest();
        let inner = rest.get(1..).unwrap_or_default();
        let length = end_of(inner, |c| c == quote || c == '\n');
        let is_closed = inner
            .get(length..)
            .is_some_and(|end| end.starts_with(quote));
        // What is parsed as JSON is as good as code.
        let is_json = self.code.ends_with("JSON.parse(");
        self.keep(1);
        self.content(length, is_json);
        self.keep(usize::from(is_closed));
    }

    /// The rest of a template after its quote, or after an expression in it.
    fn template(&mut self) {
        self.keep(1);
        let mut length = 0;
        let rest = self.rest();
        loop {
            let here = rest.get(length..).unwrap_or_default();
            length += end_of(here, |c| matches!(c, '`' | '$'));
            let here = rest.get(length..).unwrap_or_default();
            if here.starts_with("${") {
                self.content(length, false);
                self.keep(2);
                self.templates.push(self.braces);
                self.braces = 0;
                return;
            }
            if !here.starts_with('$') {
                self.content(length, false);
                self.keep(here.len().min(1));
                return;
            }
            length += 1;
        }
    }

    /// The content of a string.
    fn content(&mut self, length: usize, is_code: bool) {
        let content = self.rest().get(..length).unwrap_or_default();
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '$');
        if is_code || (length <= LONGEST_NAME && content.chars().all(is_part)) {
            self.keep(length);
        } else {
            self.erase(length);
        }
    }

    /// A comment, a pattern, or a division.
    fn slash(&mut self) {
        let rest = self.rest();
        if rest.starts_with("//") {
            self.erase_line();
        } else if let Some(comment) = rest.strip_prefix("/*") {
            self.erase(comment.find("*/").map_or(rest.len(), |end| end + 4));
        } else if self.at >= self.no_pattern_before && begins_pattern(&self.code) {
            match pattern(rest) {
                Ok(length) => {
                    self.keep(1);
                    self.erase(length.saturating_sub(2));
                    self.keep(1);
                }
                Err(length) => {
                    self.no_pattern_before = self.at + length;
                    self.keep(1);
                }
            }
        } else {
            self.keep(1);
        }
    }
}

/// Where the first of these characters is that has no backslash before it.
fn end_of(text: &str, is_end: impl Fn(char) -> bool) -> usize {
    let mut is_escaped = false;
    let end = text.find(|c| {
        let ends = !is_escaped && is_end(c);
        is_escaped = !is_escaped && c == '\\';
        ends
    });
    end.unwrap_or(text.len())
}

/// Whether a slash after this code begins a pattern. After a value, it divides.
fn begins_pattern(code: &str) -> bool {
    let code = code.trim_end();
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '$');
    let Some(last) = code.chars().next_back() else {
        return true;
    };
    if is_word(last) {
        return ["return", "typeof", "case", "in", "of", "void"]
            .iter()
            .any(|word| {
                let before = code.strip_suffix(word);
                before.is_some_and(|before| !before.ends_with(is_word))
            });
    }
    !matches!(last, ')' | ']' | '}' | '"' | '\'' | '`' | '.' | '/')
}

/// The length of a pattern, or of the line that it does not end in.
fn pattern(rest: &str) -> Result<usize, usize> {
    let mut in_class = false;
    let mut is_escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            '\n' => return Err(at),
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '[' => in_class = true,
            ']' => in_class = false,
            '/' if !in_class => return Ok(at + 1),
            _ => {}
        }
    }
    Err(rest.len())
}

#[cfg(test)]
mod tests {
    use super::ScriptCode;

    #[test]
    fn what_is_code() {
        for (text, expected) in [
            ("a('//'); // b\nc /* d */ e", "a('  ');     \nc         e"),
            ("'\\'//' /* a", "'    '     "),
            ("/*/ a */b/c", "        b/c"),
            (
                "a[\"key\"] = `name`; 'not\nb",
                "a[\"key\"] = `name`; 'not\nb",
            ),
            ("x = /['\"\\/]/g; y", "x = /      /g; y"),
            ("return/'/; a / b / '-'", "return/ /; a / b / ' '"),
            (
                "`a b${c({d: `-${e}'`})}-`, f",
                "`   ${c({d: ` ${e} `})} `, f",
            ),
            ("<!-- a\n'ü' ü", "      \n'  ' __"),
            ("JSON.parse('{\"a\": 1}')", "JSON.parse('{\"a\": 1}')"),
        ] {
            assert_eq!(ScriptCode::of(text).code, expected, "{text}");
        }
    }

    /// The code is as long as the text, and no scan takes long.
    #[test]
    fn hostile_scripts() {
        for part in [
            "/*", "'", "`${", "`", "=/[", "x=/a/;", "\\", "{", "}", "<!--", "return/",
        ] {
            let text = part.repeat((1 << 20) / part.len());
            assert_eq!(ScriptCode::of(&text).code.len(), text.len(), "{part}");
        }
    }
}
