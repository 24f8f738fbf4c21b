//! Finds patterns of words in prose.
//!
//! A pattern is a list of elements, each for one token: a word in lower case, or alternatives separated by `|`. `x*` is
//! any word that starts with `x`; `x~` is a verb in any form. `.` is the end of a sentence, `,` a comma, `;` any other
//! punctuation, and the empty word the start or end of a paragraph. An element that starts with `!` is for any token
//! but these, and is not reported.

use super::prose::Prose;

/// What follows the stem of a verb in `x~`.
const ENDINGS: [&str; 8] = ["e", "ed", "es", "er", "ers", "ing", "ation", "ations"];

/// A word or a punctuation mark.
#[derive(Debug)]
pub(super) struct Token {
    text: String,
    line: usize,
}

/// The tokens of a text, with an empty one before the first and after the last. A word is in lower case, unless it is
/// capitalized within a sentence: then it is a name.
pub(super) fn tokens(prose: &Prose) -> Vec<Token> {
    let mut line = prose.line;
    let mut tokens = vec![Token::new("", line)];
    let mut rest = prose.text.as_str();
    while let Some(c) = rest.chars().next() {
        if c.is_alphanumeric() || c == '_' {
            let (word, after) = rest.split_at(word_length(rest));
            let within = tokens
                .last()
                .is_some_and(|last| last.is_word() || last.text == ",");
            let text = if within && c.is_uppercase() {
                word.to_owned()
            } else {
                word.to_lowercase()
            };
            tokens.push(Token { text, line });
            rest = after;
            continue;
        }
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
        let next = rest.chars().next().unwrap_or('\n');
        match c {
            '\n' => {
                line += 1;
                let start = rest.trim_start_matches([' ', '>']);
                if start.starts_with(['\n', '-', '|', '#']) || start.starts_with("* ") {
                    tokens.push(Token::new("", line));
                }
            }
            '.' | '!' | '?' if next.is_whitespace() => tokens.push(Token::new(".", line)),
            '*' => {}
            c if c.is_whitespace() => {}
            ',' => tokens.push(Token::new(",", line)),
            '"' => {
                rest = after_quoted_word(rest).unwrap_or(rest);
                tokens.push(Token::new(";", line));
            }
            _ => tokens.push(Token::new(";", line)),
        }
    }
    tokens.push(Token::new("", line));
    tokens
}

/// What follows a single word in quotation marks, which is a value rather than prose.
fn after_quoted_word(text: &str) -> Option<&str> {
    let (word, after) = text.split_at(word_length(text));
    after.strip_prefix('"').filter(|_| !word.is_empty())
}

/// How many bytes the word at the start has. Marks inside it belong to it, so that a path or an identifier is one word.
fn word_length(text: &str) -> usize {
    let mut characters = text.char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        let next = characters.peek().map_or(' ', |(_, next)| *next);
        let is_inside = matches!(c, '\'' | '’' | '-' | '/' | '.' | ':' | '=' | '#' | '@');
        let belongs = next.is_alphanumeric() || next == '_' || (c == ':' && next == ':');
        if !(c.is_alphanumeric() || c == '_' || (is_inside && belongs)) {
            return at;
        }
    }
    text.len()
}

impl Token {
    fn new(text: &str, line: usize) -> Self {
        Self {
            text: text.to_owned(),
            line,
        }
    }

    fn is_word(&self) -> bool {
        !matches!(self.text.as_str(), "" | "." | ";" | ",")
    }
}

/// Each place where the pattern matches: the line, and the words that it names.
pub(super) fn find(pattern: &[&str], tokens: &[Token]) -> impl Iterator<Item = (usize, String)> {
    tokens.windows(pattern.len()).filter_map(move |window| {
        let mut matched = Vec::new();
        for (element, token) in pattern.iter().zip(window) {
            if let Some(unwanted) = element.strip_prefix('!') {
                if is_any(unwanted, &token.text) {
                    return None;
                }
            } else if is_any(element, &token.text) {
                matched.push(token);
            } else {
                return None;
            }
        }
        let line = matched.iter().find(|token| token.is_word())?.line;
        let words = matched.iter().filter(|token| token.is_word());
        let words: Vec<_> = words.map(|token| token.text.as_str()).collect();
        Some((line, words.join(" ")))
    })
}

fn is_any(alternatives: &str, text: &str) -> bool {
    alternatives.split('|').any(|alternative| {
        if let Some(start) = alternative.strip_suffix('*') {
            let rest = text.strip_prefix(start);
            rest.is_some_and(|rest| rest.chars().all(char::is_alphabetic))
        } else if let Some(stem) = alternative.strip_suffix('~') {
            let ending = text.strip_prefix(stem);
            ending.is_some_and(|ending| ENDINGS.contains(&ending))
        } else {
            alternative == text
        }
    })
}
