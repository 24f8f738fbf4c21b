//! Every key, metric and environment variable is in the book and in the manual pages.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::{documents, root};

/// Variables that are no settings: those of the build, of a start in the background, and of tests.
const INTERNAL: [&str; 4] = [
    "FLASHGATE_COMMIT",
    "FLASHGATE_VERSION",
    "FLASHGATE_STARTER",
    "FLASHGATE_LOG_ALL",
];

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

/// Every source file below a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let each = paths.flat_map(|path| {
        if path.is_dir() {
            sources(&path)
        } else {
            vec![path]
        }
    });
    each.collect()
}

/// Words in quotes that begin like this, in the program's sources.
fn quoted(beginning: &str) -> Vec<String> {
    let mut words = Vec::new();
    for path in sources(&root().join("crates/flashgate/src")) {
        let text = fs::read_to_string(path).unwrap();
        let begins = format!("\"{beginning}");
        let rest = text.split(&begins).skip(1);
        let ends = rest.filter_map(|rest| rest.split_once('"'));
        let is_name = |end: &str| end.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        let ends = ends.filter(|(end, _)| !end.is_empty() && is_name(end));
        words.extend(ends.map(|(end, _)| format!("{beginning}{end}")));
    }
    words.sort();
    words.dedup();
    words
}

/// In the reference and in a page about running it.
#[test]
fn variables() {
    let names = quoted("FLASHGATE_");
    let settings: Vec<_> = names
        .iter()
        .filter(|name| !INTERNAL.contains(&name.as_str()))
        .collect();
    assert!(settings.len() >= 11, "{settings:?}");
    let (reference, manual) = (
        read("docs/book/src/reference/cli.md"),
        read("docs/man/flashgate.8"),
    );
    let pages: String = documents()
        .into_iter()
        .filter(|path| !path.ends_with("reference/cli.md"))
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    for name in settings {
        for (place, text) in [
            ("cli.md", &reference),
            ("flashgate.8", &manual),
            ("the book", &pages),
        ] {
            assert!(text.contains(name.as_str()), "{name} is not in {place}");
        }
    }
}

#[test]
fn metrics() {
    let names = quoted("flashgate_");
    assert!(names.len() > 20, "{names:?}");
    let reference = read("docs/book/src/reference/metrics.md");
    for name in names {
        assert!(reference.contains(&name), "{name}");
    }
}

#[test]
fn keys() {
    let program = testkit::binary::flashgate().unwrap();
    let output = Command::new(program).arg("config-schema").output().unwrap();
    let schema: Value = serde_json::from_slice(&output.stdout).unwrap();
    let committed: Value = serde_json::from_str(&read("docs/flashgate.schema.json")).unwrap();
    assert_eq!(schema, committed, "run `cargo xtask generate`");
    let mut keys = Vec::new();
    collect(&schema, &mut keys);
    assert!(keys.len() > 40, "{keys:?}");
    let (reference, manual) = (
        read("docs/book/src/reference/config.md"),
        read("docs/man/flashgate.toml.5"),
    );
    for key in keys {
        assert!(reference.contains(&format!("| `{key}` | ")), "{key}");
        let roff = key.replace('-', "\\-");
        assert!(manual.contains(&format!("\\fB{roff}\\fR: ")), "{key}");
    }
}

/// The names of all keys in a schema.
fn collect(schema: &Value, keys: &mut Vec<String>) {
    for (name, key) in schema["properties"].as_object().into_iter().flatten() {
        keys.push(name.clone());
        collect(key, keys);
    }
    for inner in ["items", "additionalProperties"] {
        if schema[inner].is_object() {
            collect(&schema[inner], keys);
        }
    }
}
