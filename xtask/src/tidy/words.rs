//! Words that the project does not use in comments, strings and documentation, and what to write instead.
//!
//! The list for people is under "How we write" in CONTRIBUTING.md. Code spans, code blocks, identifiers, byte strings
//! and strings without a space are not prose. Where a word is right, say so on the same line or the line above it, with
//! the directive that `allowed` reads.

mod kind;
mod markdown;
mod matching;
mod prose;
mod source;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use kind::Kind;
use prose::Prose;

/// How an exception starts; words separated by commas and a closing parenthesis follow.
const ALLOW: &str = concat!("tidy: ", "allow(");

/// A pattern, and what to write instead. `matching` explains the syntax of patterns.
const WORDS: [(&[&str], &str); 58] = [
    (&["blanks"], "spaces, whitespace"),
    (
        &[
            "a|one|the|each|every|no|any|by|of|without|with|before|after|for|in",
            "blank",
            "!line|lines|page|pages",
        ],
        "a space, whitespace",
    ),
    (&["mend*|unmended"], "fix, repair"),
    (&["put|puts|putting", "right"], "fix"),
    (&["of", "ours"], "\"internal error\", or name the thing"),
    (&["told|untold"], "reported, logged, shown"),
    (&["tell|tells|telling", "that"], "says that, shows that"),
    (&["hear|hears|heard|hearing"], "receives, sees, notices"),
    (
        &["learn|learns|learned|learning", "of"],
        "receives, sees, notices",
    ),
    (
        &["whoever|whosoever|whom|whomever"],
        "name the person or program",
    ),
    (&["nobody|somebody"], "no client, a user: name them"),
    (&["none", "that|which|who|whose"], "\"X cannot\", \"no X\""),
    (
        &["is|are|was|were|be", "none", "!of"],
        "\"no X\", \"not an X\"",
    ),
    (
        &[
            "stands|stand|stood|standing",
            "for|before|above|below|behind|beside|at",
        ],
        "means, comes before, is in",
    ),
    (&["stands|stand|stood|standing", "in", "!for"], "is in"),
    (&["beside"], "with, next to, in addition to"),
    (&["admit|admits|admitted|admitting"], "allows"),
    (&["let|lets|letting", "in|through"], "allows, forwards"),
    (
        &[
            "let|lets|letting",
            "it|them|him|nothing|everything|anything",
            "in|through",
        ],
        "allows, forwards",
    ),
    (&["is|are|was|were|be|been", "let"], "is allowed, is closed"),
    (&["let|lets|letting", "go"], "closes"),
    (
        &["give|gives|gave|given|giving", "way"],
        "is closed to make room",
    ),
    (&["judge|judges|judged|judging|judgment"], "check"),
    (
        &["dial|dials|dialed|dialled|dialing|dialling"],
        "connect to",
    ),
    (&["go|goes|going|went", "by"], "uses, follows"),
    (&["come|comes|came", "to", "nothing"], "has no effect"),
    (
        &["become|becomes|became", "of"],
        "\"how X ended\", \"what happened to X\"",
    ),
    (&["in", "clear"], "in plain text, without TLS"),
    (&["in", "the", "clear"], "in plain text, without TLS"),
    (&["anew"], "again"),
    (&["for", "ever"], "without a limit, forever"),
    (&["meanwhile"], "in the meantime"),
    (
        &[
            "!is|are|was|were|be",
            "all",
            "the",
            "same",
            "|.|,|;|if|when|and|but|by|though",
        ],
        "still, anyway",
    ),
    (
        &["so", "many|long"],
        "the number; \"up to N\", \"for N seconds\", \"as long as\"",
    ),
    (
        &[
            ",",
            "for",
            "it|he|she|we|you|they|there|nothing|neither|then",
        ],
        "because",
    ),
    (&["another", "than"], "\"if it differs from\""),
    (&["mostly"], "usually, mainly"),
    (&["in", "vain"], "without success; say what happens"),
    (&["the", "former"], "the old process, the first one"),
    (
        &["successor|successors|predecessor|predecessors"],
        "the new process, the old process",
    ),
    (&["truth", "value|values"], "a boolean"),
    (&["encipher*|decipher*"], "encrypt, decrypt"),
    (&["say|says|said", "of"], "says about; name the thing"),
    (
        &["|.", "see", "the", "module"],
        "say what it is, or delete the comment",
    ),
    (
        &["|.", "the", "same", "."],
        "say what it is, or delete the comment",
    ),
    (&["shall"], "must, will"),
    (&["as", "yet"], "yet, so far"),
    (&["be", "it"], "\"whether it is\""),
    (
        &[
            "thereof|therein|thereto|thereupon|therewith|wherein|whereof|whereupon|herein|hereby|herewith",
        ],
        "of it, in it, then",
    ),
    (
        &["hence|whence|thence|henceforth|hitherto|forthwith|lest|naught|nought"],
        "so, from, until now, or nothing",
    ),
    (&["whilst|amongst"], "while, among"),
    (
        &["behaviour*|colour*|favour*|honour*|neighbour*|flavour*|humour*|labour*|armour*"],
        "the American spelling, with -or",
    ),
    (
        &["licence*|defence*|offence*|pretence*|practise*"],
        "the American spelling: license, defense, practice",
    ),
    (
        &["centre*|metre|metres|fibre*|litre|litres|theatre*"],
        "the American spelling, with -er",
    ),
    (
        &[
            "labelled|labelling|modelled|modelling|travelled|travelling|signalled|signalling|tunnelled|tunnelling",
        ],
        "the American spelling, with one l",
    ),
    (
        &[
            "analyse|analysed|analyses|analysing|grey|greys|artefact*|judgement*|learnt|spelt|fulfil|fulfils",
        ],
        "the American spelling: analyze, gray, artifact, learned",
    ),
    (
        &[
            "recognis~|normalis~|initialis~|serialis~|deserialis~|organis~|optimis~|minimis~|maximis~|summaris~",
        ],
        "the American spelling, with -ize",
    ),
    (
        &[
            "prioritis~|randomis~|sanitis~|synchronis~|tokenis~|utilis~|generalis~|specialis~|standardis~|realis~|authoris~|customis~|finalis~|penalis~|stabilis~|emphasis~",
        ],
        "the American spelling, with -ize",
    ),
];

/// Each word in these files and folders, or in the whole repository if none is named, that the project does not use.
pub(super) fn breaches(root: &Path, places: &[PathBuf]) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for path in tracked(root, places)? {
        let Some(kind) = Kind::of(&path) else {
            continue;
        };
        let text = fs::read_to_string(root.join(&path))
            .with_context(|| format!("can't read {}", path.display()))?;
        found.extend(in_file(&path, kind, &text));
    }
    Ok(found)
}

fn tracked(root: &Path, places: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut command = Command::new("git");
    command.args(["ls-files", "-z", "--"]).args(places);
    let output = command.current_dir(root).output()?;
    ensure!(output.status.success(), "git ls-files failed");
    let listed = String::from_utf8(output.stdout)?;
    let paths = listed.split('\0').filter(|path| !path.is_empty());
    let paths = paths.map(PathBuf::from);
    // A file that is deleted and not yet committed is still listed.
    Ok(paths.filter(|path| root.join(path).is_file()).collect())
}

/// A word that is not used: the line it is on, the word, and what to write instead.
#[derive(Debug, PartialEq, Eq)]
struct Breach {
    line: usize,
    word: String,
    instead: &'static str,
}

fn in_file(path: &Path, kind: Kind, text: &str) -> Vec<String> {
    let allowed = allowed(text);
    let mut used = BTreeSet::new();
    let mut lines = Vec::new();
    for breach in in_prose(&kind.prose(&without_directives(text))) {
        let exception = [breach.line, breach.line.saturating_sub(1)]
            .map(|line| (line, breach.word.clone()))
            .into_iter()
            .find(|exception| allowed.contains(exception));
        if let Some(exception) = exception {
            used.insert(exception);
        } else {
            lines.push((
                breach.line,
                format!("\"{}\": write {}", breach.word, breach.instead),
            ));
        }
    }
    for (line, word) in allowed.difference(&used) {
        lines.push((
            *line,
            format!("\"{word}\" is allowed but not used: delete the exception"),
        ));
    }
    lines.sort();
    let lines = lines.into_iter();
    lines
        .map(|(line, text)| format!("{}:{line}: {text}\n", path.display()))
        .collect()
}

/// Each exception: the line it is on, and the word. A word in upper case is a placeholder.
fn allowed(text: &str) -> BTreeSet<(usize, String)> {
    let mut found = BTreeSet::new();
    for (number, line) in (1..).zip(text.lines()) {
        let Some((_, rest)) = line.split_once(ALLOW) else {
            continue;
        };
        let words = rest.split(')').next().unwrap_or_default().split(',');
        let words = words.map(|word| word.trim().to_owned());
        let words = words.filter(|word| *word == word.to_lowercase());
        found.extend(words.map(|word| (number, word)));
    }
    found
}

fn without_directives(text: &str) -> String {
    let lines = text.split('\n').map(|line| {
        let Some((before, directive)) = line.split_once(ALLOW) else {
            return line.to_owned();
        };
        let after = directive.split_once(')').map_or("", |(_, after)| after);
        [before, after].concat()
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn in_prose(prose: &[Prose]) -> Vec<Breach> {
    let mut found = Vec::new();
    for part in prose {
        let tokens = matching::tokens(part);
        for (pattern, instead) in &WORDS {
            for (line, word) in matching::find(pattern, &tokens) {
                found.push(Breach {
                    line,
                    word,
                    instead,
                });
            }
        }
    }
    found
}
