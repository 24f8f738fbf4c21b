//! The comments and strings of a Rust file.

use super::markdown;
use super::prose::Prose;

/// Comments, with those on lines that follow each other as one text, and strings that hold a space. Byte strings are
/// data.
pub(super) fn rust(text: &str) -> Vec<Prose> {
    let mut lexer = Lexer {
        rest: text,
        line: 1,
        found: Vec::new(),
        comment: None,
    };
    while !lexer.rest.is_empty() {
        lexer.step();
    }
    lexer.found
}

struct Lexer<'a> {
    rest: &'a str,
    line: usize,
    found: Vec<Prose>,
    /// The line and the mark of the comment that was last read.
    comment: Option<(usize, &'a str)>,
}

impl<'a> Lexer<'a> {
    fn step(&mut self) {
        let rest = self.rest;
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let word = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(word);
        if rest.starts_with("//") {
            self.line_comment();
        } else if rest.starts_with("/*") {
            self.block_comment();
        } else if rest.starts_with('"') {
            self.string();
        } else if matches!(word, "r" | "br" | "cr") && after.starts_with(['"', '#']) {
            self.take(word.len());
            self.raw_string(word);
        } else if word == "b" && after.starts_with('"') {
            self.take(1);
            let bytes = string_length(self.rest);
            self.take(bytes);
        } else if rest.starts_with('\'') {
            let length = character_length(rest);
            self.take(length);
        } else {
            let next = rest.chars().next().map_or(0, char::len_utf8);
            self.take(word.len().max(next));
        }
    }

    fn take(&mut self, length: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(length.min(self.rest.len()));
        self.line += taken.matches('\n').count();
        self.rest = rest;
        taken
    }

    fn line_comment(&mut self) {
        let line = self.line;
        let length = self.rest.find('\n').unwrap_or(self.rest.len());
        let comment = self.take(length);
        let text = comment.trim_start_matches(['/', '!']);
        let (mark, _) = comment.split_at(comment.len() - text.len());
        let follows = self.comment == Some((line.saturating_sub(1), mark));
        self.comment = Some((line, mark));
        match self.found.last_mut() {
            Some(last) if follows => {
                last.text.push('\n');
                last.text += text;
            }
            _ => self.push(line, text),
        }
        self.close_comment();
    }

    /// Removes code from a comment once it is complete.
    fn close_comment(&mut self) {
        let next = self.rest.trim_start_matches([' ', '\t', '\r', '\n']);
        let mark = self.comment.map_or("", |(_, mark)| mark);
        let text = next.trim_start_matches(['/', '!']);
        let gap = self.rest.len() - next.len();
        let lines = self
            .rest
            .get(..gap)
            .map_or(0, |gap| gap.matches('\n').count());
        let continues = lines == 1 && next.get(..next.len() - text.len()) == Some(mark);
        if !continues && let Some(last) = self.found.last_mut() {
            last.text = markdown::prose(&last.text);
            self.comment = None;
        }
    }

    fn block_comment(&mut self) {
        let line = self.line;
        let mut depth = 0_usize;
        let mut length = 0;
        while let Some(rest) = self.rest.get(length..).filter(|rest| !rest.is_empty()) {
            if rest.starts_with("/*") {
                depth += 1;
                length += 2;
            } else if rest.starts_with("*/") {
                depth -= 1;
                length += 2;
            } else {
                length += rest.chars().next().map_or(1, char::len_utf8);
            }
            if depth == 0 {
                break;
            }
        }
        let text = self.take(length);
        self.push(line, &markdown::prose(text));
    }

    fn string(&mut self) {
        let line = self.line;
        let length = string_length(self.rest);
        let text = self.take(length);
        let mut prose = String::new();
        let mut characters = text.trim_matches('"').chars();
        while let Some(c) = characters.next() {
            if c != '\\' {
                prose.push(c);
                continue;
            }
            match characters.next() {
                Some('\n') => prose.push('\n'),
                Some('n' | 'r' | 't' | '0') => prose.push(' '),
                Some(escaped) => prose.push(escaped),
                None => {}
            }
        }
        self.text_of_string(line, &prose);
    }

    fn raw_string(&mut self, prefix: &str) {
        let line = self.line;
        let hashes = self.rest.bytes().take_while(|byte| *byte == b'#').count();
        if self.rest.as_bytes().get(hashes) != Some(&b'"') {
            return; // A raw identifier.
        }
        let end = format!("\"{}", "#".repeat(hashes));
        self.take(hashes + 1);
        let length = self.rest.find(&end).unwrap_or(self.rest.len());
        let text = self.take(length);
        self.take(end.len());
        if prefix == "r" {
            self.text_of_string(line, text);
        }
    }

    fn text_of_string(&mut self, line: usize, text: &str) {
        if text.contains([' ', '\n']) {
            self.push(line, &without_placeholders(&markdown::prose(text)));
        }
    }

    fn push(&mut self, line: usize, text: &str) {
        self.found.push(Prose {
            line,
            text: text.to_owned(),
        });
    }
}

/// The length of the string at the start, with its quotes.
fn string_length(text: &str) -> usize {
    let mut is_escaped = true;
    for (at, c) in text.char_indices() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The length of the character at the start, with its quotes, or of the quote alone if it starts a lifetime.
fn character_length(text: &str) -> usize {
    let mut characters = text.char_indices().skip(1);
    match characters.next() {
        Some((_, '\\')) => {
            let end = text.get(3..).and_then(|rest| rest.find('\''));
            end.map_or(1, |end| end + 4)
        }
        Some(_) => match characters.next() {
            Some((at, '\'')) => at + 1,
            _ => 1,
        },
        None => 1,
    }
}

/// Leaves a backtick in the place of `{name}`, as formatted strings have them.
fn without_placeholders(text: &str) -> String {
    let mut prose = String::new();
    let mut rest = text;
    while let Some((before, from)) = rest.split_once('{') {
        prose += before;
        prose.push('`');
        rest = match from.split_once('}') {
            Some((name, after)) if !name.contains([' ', '\n']) => after,
            _ => from,
        };
    }
    prose + rest
}
