//! Which parts of a file are prose, by the name of the file.

use std::path::Path;

use super::prose::Prose;
use super::{markdown, source};

/// How to find prose in a file.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Rust,
    Markdown,
    Toml,
    /// Comments that start with `#`.
    Hash,
    Man,
}

impl Kind {
    /// The kind of a file that has prose.
    pub(super) fn of(path: &Path) -> Option<Self> {
        Some(match path.extension().unwrap_or_default().to_str()? {
            "rs" => Self::Rust,
            "md" => Self::Markdown,
            _ if path.starts_with("docs/man") => Self::Man,
            "toml" => Self::Toml,
            "cfg" | "conf" | "py" | "service" | "socket" => Self::Hash,
            _ => return None,
        })
    }

    pub(super) fn prose(self, text: &str) -> Vec<Prose> {
        let (line, text) = match self {
            Self::Rust => return source::rust(text),
            Self::Markdown => (1, markdown::prose(&markdown::without_word_list(text))),
            Self::Toml => (1, hash_lines(text, Strings::Read)),
            Self::Hash => (1, hash_lines(text, Strings::Skip)),
            Self::Man => (1, man(text)),
        };
        vec![Prose { line, text }]
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Strings {
    Read,
    Skip,
}

/// Comments that start with `#`, and strings in double quotes, each in its line.
fn hash_lines(text: &str, strings: Strings) -> String {
    let lines = text.lines().map(|line| {
        let mut parts = line.split('"');
        let mut prose = String::new();
        let mut in_string = false;
        while let Some(part) = parts.next() {
            if !in_string && let Some((_, comment)) = part.split_once('#') {
                prose += comment;
                for part in parts.by_ref() {
                    prose.push('"');
                    prose += part;
                }
            } else if in_string && strings == Strings::Read && part.contains(' ') {
                prose += part;
                prose += ". ";
            }
            in_string = !in_string;
        }
        prose
    });
    markdown::prose(&lines.collect::<Vec<_>>().join("\n"))
}

/// A manual page without requests, bold and italic text, and examples.
fn man(text: &str) -> String {
    let mut is_example = false;
    let lines = text.lines().map(|line| {
        if line.starts_with(".nf") || line.starts_with(".EX") {
            is_example = true;
        } else if line.starts_with(".fi") || line.starts_with(".EE") {
            is_example = false;
        }
        if is_example || line.starts_with('.') {
            return String::new();
        }
        let mut prose = String::new();
        let line = line.replace("\\-", "-");
        let mut parts = line.split('\\');
        prose += parts.next().unwrap_or_default();
        for part in parts {
            match part.get(..2) {
                Some("fB" | "fI") => prose.push('`'),
                Some("fR" | "fP") => prose += part.get(2..).unwrap_or_default(),
                _ => prose += part.get(1..).unwrap_or_default(),
            }
        }
        prose
    });
    lines.collect::<Vec<_>>().join("\n")
}
