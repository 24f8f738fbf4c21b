//! Every log line of the program is either limited, or about an event that no client can cause, and is in the
//! book, as is every schema.

use std::fs;
use std::path::{Path, PathBuf};

/// Files whose events need no limit, and why. Lines in other files need a `Sampler`, and show its count as
/// `suppressed`.
const UNLIMITED: &[(&str, &str)] = &[
    ("log/", "the limits themselves"),
    ("daemon/sandbox", "once, at startup"),
    (
        "daemon/serving.rs",
        "once for each listener, at startup and at reloads",
    ),
    (
        "daemon/listeners.rs",
        "once for each listener that a reload removes",
    ),
    (
        "daemon/descriptors.rs",
        "at startup, and when a reload changes the numbers",
    ),
    ("daemon/stopping.rs", "once for each stop signal"),
    (
        "daemon.rs",
        "once for each signal or settled change of a file",
    ),
    (
        "daemon/reload.rs",
        "once for each reload, by a signal or a settled change of the operator's files",
    ),
    (
        "daemon/changes.rs",
        "once for each settled change of a folder on the path to the operator's files",
    ),
    (
        "daemon/events.rs",
        "once, if the kernel can't watch a folder of the operator's files",
    ),
    ("daemon/handover/start.rs", "once, at startup"),
    ("daemon/notify.rs", "answers of the service manager"),
    (
        "daemon/admin.rs",
        "once for each address, at startup and at reloads",
    ),
];

/// Lines without a limit, in files that have others with one.
const UNLIMITED_LINES: &[(&str, &str)] = &[
    ("stopped", "once, at the end"),
    (
        "stopped, but a new process has the listeners and is not ready; if it hangs, kill it: clients wait in its queue",
        "once, at the end",
    ),
    ("findings", "once for each start and reload"),
    (
        "listening again",
        "after a listener was repaired, which takes time",
    ),
];

const MACROS: [&str; 5] = ["error!(", "warn!(", "info!(", "debug!(", "trace!("];

#[test]
fn lines_that_strangers_can_cause_are_limited() {
    let source = program().join("src");
    let (mut seen, mut unlimited) = (0, Vec::new());
    for file in files(&source) {
        let name = file.strip_prefix(&source).unwrap().to_str().unwrap();
        if UNLIMITED.iter().any(|(prefix, _)| name.starts_with(prefix)) {
            continue;
        }
        for call in calls(&fs::read_to_string(&file).unwrap()) {
            seen += 1;
            let is_exempt = |(text, _): &(&str, &str)| call.contains(&format!("\"{text}\""));
            if !call.contains("suppressed") && !UNLIMITED_LINES.iter().any(is_exempt) {
                unlimited.push(format!("{name}:\n{call}"));
            }
        }
    }
    assert!(
        unlimited.is_empty(),
        "if a client can cause these lines, log them through a `Sampler`; if not, add them to `UNLIMITED` in \
         xtask/src/tidy/log_lines.rs with the reason:\n{}",
        unlimited.join("\n")
    );
    assert!(seen > 20, "{seen} lines found: has the way to log changed?");
}

/// The page of the book with every message.
const PAGE: &str = "../../docs/book/src/operate/logs.md";

fn program() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/flashgate")
}

#[test]
fn every_message_is_documented() {
    let root = program();
    let page = spaced(&fs::read_to_string(root.join(PAGE)).unwrap());
    let mut missing = Vec::new();
    for file in files(&root.join("src")) {
        let source = fs::read_to_string(&file).unwrap();
        let messages = calls(&source)
            .into_iter()
            .map(|call| message(call, &source));
        missing.extend(messages.filter(|message| !page.contains(message)));
    }
    assert!(
        missing.is_empty(),
        "not in docs/book/src/operate/logs.md:\n{}",
        missing.join("\n")
    );
}

/// The text of a call, which is its last string; `{NAME}` is a constant of the same file.
fn message(call: &str, source: &str) -> String {
    let text = call.rsplit('"').nth(1).expect("a message");
    let constant = text.strip_prefix('{').and_then(|it| it.strip_suffix('}'));
    let text = constant.map_or(text, |name| {
        let (_, value) = source
            .split_once(&format!("const {name}: &str ="))
            .expect("a constant");
        value.split('"').nth(1).expect("its value")
    });
    spaced(&text.replace("\\\n", ""))
}

/// A text on one line.
fn spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    let nested = entries.map(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path)
        } else {
            Vec::from([path])
        }
    });
    let files = nested.flatten();
    files
        .filter(|file| file.extension().is_some_and(|it| it == "rs"))
        .collect()
}

/// The calls that log, from the macro's name to its closing parenthesis.
fn calls(source: &str) -> Vec<&str> {
    let starts = MACROS.iter().flat_map(|name| source.match_indices(name));
    let starts = starts.filter(|(at, _)| {
        let before = source[..*at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
    });
    let end = |from: usize| {
        let mut depth = 0;
        let mut ends = source[from..].char_indices().filter(|(_, c)| {
            depth += i32::from(*c == '(') - i32::from(*c == ')');
            *c == ')' && depth == 0
        });
        ends.next().map_or(source.len(), |(at, _)| from + at + 1)
    };
    starts.map(|(at, _)| &source[at..end(at)]).collect()
}

/// The book's page about schemas has all of them.
#[test]
fn every_schema_is_listed() {
    let docs = program().join("../../docs");
    let page = fs::read_to_string(docs.join("book/src/reference/schemas.md")).unwrap();
    let mut schemas = 0;
    for entry in fs::read_dir(docs).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if name.ends_with(".schema.json") {
            assert!(page.contains(&format!("| [`{name}`](")), "{name}");
            schemas += 1;
        }
    }
    assert!(schemas > 0, "no schema in docs");
}
