//! Finds the `socketProxy` list in JSON or JavaScript.
//!
//! It reads literals as people write them: keys without quotes, single quotes, trailing commas, comments. It runs no
//! script, so a computed list is not found. It reads each byte a bounded number of times, and does not recurse.

use std::ops::Range;

use serde_json::{Map, Value};

use super::code::ScriptCode;

/// No config is nested more deeply.
const DEEPEST: usize = 32;

/// At most this many occurrences of the name are tried.
const MOST_PLACES: usize = 64;

/// The longest literal after the name: more than any page has. It bounds the work for each occurrence.
pub(super) const LONGEST: usize = 64 << 10;

/// Marks a value that a script computes.
pub(super) const COMPUTED: &str = "computed";

/// The name of the list.
pub(super) const LIST: &str = "socketProxy";

/// What each entry has.
pub(super) const URL: &str = "proxyUrl";

/// The list after the name `socketProxy`. Without one, the first list of entries, as in the output of `flashgate
/// ruffle --js`.
pub(super) fn list(script: &ScriptCode<'_>) -> Option<Value> {
    named(script, 0..script.code.len(), LIST).or_else(|| unnamed(script))
}

/// The value that a text begins with.
pub(super) fn value(text: &str) -> Option<Value> {
    LiteralReader::new(text).value()
}

/// The list after this name, in this part of the script's code.
pub(super) fn named(script: &ScriptCode<'_>, part: Range<usize>, name: &str) -> Option<Value> {
    let (code, text) = (script.code.get(part.clone())?, script.text.get(part)?);
    let places = code.match_indices(name).take(MOST_PLACES);
    let mut values = places.filter_map(|(at, name)| {
        let rest = text.get(at + name.len()..)?;
        let mut reader = LiteralReader::new(rest);
        // The name may be quoted, and followed by `:` in a literal or by `=` in a statement.
        reader.skip_one_of(&['"', '\'', ']', '`']);
        reader.skip_space();
        reader.skip_one_of(&[']']);
        reader.skip_space();
        if !reader.skip_one_of(&[':', '=']) {
            return None;
        }
        let value = reader.value()?;
        value.is_array().then_some(value)
    });
    values.next()
}

fn unnamed(script: &ScriptCode<'_>) -> Option<Value> {
    let places = script.code.match_indices('[').filter(|(at, _)| {
        let rest = script.code.get(at + 1..).unwrap_or_default();
        rest.trim_start().starts_with('{')
    });
    let mut values = places.take(MOST_PLACES).filter_map(|(at, _)| {
        let value = LiteralReader::new(script.text.get(at..)?).value()?;
        let mut entries = value.as_array()?.iter();
        entries
            .all(|entry| entry.get(URL).is_some())
            .then_some(value)
    });
    values.next()
}

/// A list or an object that is not closed yet.
enum OpenValue {
    List(Vec<Value>),
    Object(Map<String, Value>, Option<String>),
}

struct LiteralReader<'a> {
    rest: &'a str,
}

impl<'a> LiteralReader<'a> {
    fn new(text: &'a str) -> Self {
        let mut end = text.len().min(LONGEST);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        Self {
            rest: text.get(..end).unwrap_or_default(),
        }
    }

    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn skip(&mut self, count: usize) {
        self.rest = self.rest.get(count..).unwrap_or_default();
    }

    fn skip_one_of(&mut self, some: &[char]) -> bool {
        let found = self.rest.starts_with(some);
        if found {
            self.skip(1);
        }
        found
    }

    /// Skips whitespace and comments.
    fn skip_space(&mut self) {
        loop {
            self.rest = self.rest.trim_start();
            let end = if self.rest.starts_with("//") {
                self.rest.find('\n')
            } else if self.rest.starts_with("/*") {
                self.rest.find("*/").map(|at| at + 2)
            } else {
                return;
            };
            self.skip(end.unwrap_or(self.rest.len()));
        }
    }

    /// A value with everything in it.
    fn value(&mut self) -> Option<Value> {
        let mut open: Vec<OpenValue> = Vec::new();
        loop {
            self.skip_space();
            let done = if self.skip_one_of(&['[']) {
                open.push(OpenValue::List(Vec::new()));
                None
            } else if self.skip_one_of(&['{']) {
                open.push(OpenValue::Object(Map::new(), None));
                None
            } else if self.rest.starts_with([']', '}']) {
                self.closed(&mut open)
            } else {
                self.element(&mut open)?
            };
            if open.len() > DEEPEST {
                return None;
            }
            let Some(value) = done else {
                if open.is_empty() {
                    return None;
                }
                continue;
            };
            if let Some(whole) = put(&mut open, value)? {
                return Some(whole);
            }
            self.skip_space();
            self.skip_one_of(&[',']);
        }
    }

    /// Closes the innermost list or object, and returns it.
    fn closed(&mut self, open: &mut Vec<OpenValue>) -> Option<Value> {
        let bracket = self.peek()?;
        match (open.pop()?, bracket) {
            (OpenValue::List(values), ']') => {
                self.skip(1);
                Some(Value::Array(values))
            }
            (OpenValue::Object(map, None), '}') => {
                self.skip(1);
                Some(Value::Object(map))
            }
            // The wrong bracket. Clearing `open` ends the parse.
            _ => {
                open.clear();
                None
            }
        }
    }

    /// A key with its colon, which has no value yet, or a simple value.
    #[expect(
        clippy::option_option,
        reason = "no value yet is different from an invalid one"
    )]
    fn element(&mut self, open: &mut [OpenValue]) -> Option<Option<Value>> {
        if let Some(OpenValue::Object(_, key @ None)) = open.last_mut() {
            let name = match self.scalar()? {
                Value::String(name) => name,
                Value::Object(word) => word.get(COMPUTED)?.as_str()?.to_owned(),
                other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_)) => {
                    other.to_string()
                }
            };
            self.skip_space();
            if !self.skip_one_of(&[':']) {
                return None;
            }
            *key = Some(name);
            return Some(None);
        }
        self.scalar().map(Some)
    }

    /// A string, a number, or a bare word.
    fn scalar(&mut self) -> Option<Value> {
        let first = self.peek()?;
        if matches!(first, '"' | '\'' | '`') {
            self.skip(1);
            return self.text(first).map(Value::String);
        }
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '.' | '-' | '+');
        let end = self.rest.find(|c| !is_part(c)).unwrap_or(self.rest.len());
        let word = self.rest.get(..end).filter(|word| !word.is_empty())?;
        self.skip(end);
        Some(match word {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "null" => Value::Null,
            _ => word
                .parse::<u64>()
                .map_or_else(|_| computed(word), Value::from),
        })
    }

    /// The rest of a string after its opening quote.
    fn text(&mut self, quote: char) -> Option<String> {
        let mut text = String::new();
        let mut chars = self.rest.char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                _ if c == quote => {
                    self.skip(at + 1);
                    return Some(text);
                }
                '\\' => match chars.next()?.1 {
                    'n' => text.push('\n'),
                    't' => text.push('\t'),
                    'r' => text.push('\r'),
                    'u' => {
                        let digits: String = chars.by_ref().take(4).map(|(_, c)| c).collect();
                        let number = u32::from_str_radix(&digits, 16).ok()?;
                        text.push(char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER));
                    }
                    other => text.push(other),
                },
                '\n' if quote != '`' => return None,
                _ => text.push(c),
            }
        }
        None
    }
}

fn computed(word: &str) -> Value {
    let word = Value::String(word.to_owned());
    Value::Object(Map::from_iter([(COMPUTED.to_owned(), word)]))
}

/// Adds a value to the innermost list or object. Returns the value if none is open, and nothing if it is misplaced.
#[expect(
    clippy::option_option,
    reason = "an incomplete value is different from a misplaced one"
)]
fn put(open: &mut [OpenValue], value: Value) -> Option<Option<Value>> {
    match open.last_mut() {
        None => return Some(Some(value)),
        Some(OpenValue::List(values)) => values.push(value),
        Some(OpenValue::Object(map, key)) => {
            map.insert(key.take()?, value);
        }
    }
    Some(None)
}

#[cfg(test)]
mod tests {
    use super::super::code::ScriptCode;
    use super::{LONGEST, list};

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        let found = list(&ScriptCode::of(text)).map(|value| value.to_string());
        assert_eq!(found.as_deref(), expected, "{text}");
    }

    #[test]
    fn lists_in_pages() {
        let expected = Some(r#"[{"host":"a.test","port":1,"proxyUrl":"ws://b.test/"}]"#);
        check(
            "x.config = { a: {b: 1}, socketProxy: [ {host: 'a.test', port: 1, proxyUrl: `ws://b.test/`,}, ], };",
            expected,
        );
        check(
            "config[\"socketProxy\"] = [{\"host\": \"a.test\", // the game\n \"port\": 1, /* , */ 'proxyUrl': \"ws:\\/\\/b.test/\"}]",
            expected,
        );
        check(
            "// socketProxy: see below\nconfig.socketProxy = [{host:\"a.test\",port:1,proxyUrl:\"ws://b.test/\"}]",
            expected,
        );
        check(
            "socketProxy: [{host: location.hostname, port: +1}]",
            Some(r#"[{"host":{"computed":"location.hostname"},"port":1}]"#),
        );
        check("socketProxy: []", Some("[]"));
        check(
            "(function (entries) { c.socketProxy = entries; })([ {host: 'a.test', port: 1, proxyUrl: 'ws://b.test/'} ]);",
            expected,
        );
    }

    #[test]
    fn no_lists() {
        for text in [
            "",
            "socketProxy",
            "socketProxy: entries",
            "socketProxy: [",
            "socketProxy: [}",
            "socketProxy: [{]",
            "socketProxy: [{a}]",
            "socketProxy: [{a:}]",
            "socketProxy: [\"a]",
            "socketProxy: [f(1)]",
            "// socketProxy: [{host: 'a'}]",
            "/* socketProxy: [{host: 'a'}] */",
            "x = \"socketProxy: [{host: 'a'}]\"",
            "x = ` [{proxyUrl: 'ws://a/'}]`",
        ] {
            check(text, None);
        }
        assert_eq!(list(&ScriptCode::of("{}")), None);
        assert_eq!(list(&ScriptCode::of("[{a: 1}]")), None);
        check(&format!("socketProxy: {}", "[".repeat(LONGEST)), None);
    }
}
