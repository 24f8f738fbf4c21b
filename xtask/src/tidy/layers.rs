//! Inside the program and inside `flashgate-config`, modules only use modules of lower layers, as ARCHITECTURE.md says.
//! In `flash-policy`, only `lint` contains wording.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

/// The modules of a crate that others build on.
type Layers = &'static [(&'static str, &'static [&'static str])];

/// Each module with the modules that it may use besides itself, from the bottom up. The other modules are subcommands,
/// which may use all of these.
const PROGRAM: Layers = &[
    ("fault", &[]),
    ("exit", &[]),
    ("ask", &[]),
    ("log", &["fault"]),
    ("lint", &["log"]),
    ("revision", &[]),
    ("limits", &[]),
    ("connection", &["fault", "limits", "log"]),
    (
        "daemon",
        &["connection", "exit", "fault", "limits", "log", "revision"],
    ),
];

/// The layers of `flashgate-config`.
const CONFIG: Layers = &[
    ("reason", &[]),
    ("account", &[]),
    ("confinement", &["account"]),
    ("regular_file", &[]),
    ("spelling", &[]),
    ("tls", &[]),
    ("snapshot", &["tls"]),
    ("ruffle", &["snapshot"]),
    (
        "config",
        &[
            "account",
            "confinement",
            "reason",
            "regular_file",
            "ruffle",
            "snapshot",
            "spelling",
            "tls",
        ],
    ),
];

#[test]
fn layers() {
    check("flashgate", PROGRAM).unwrap();
    check("flashgate-config", CONFIG).unwrap();
}

/// Modules that read and decide, and contain no wording.
const WORDLESS: [&str; 13] = [
    "accept",
    "decide",
    "document",
    "domain",
    "parse",
    "player",
    "policy",
    "ports",
    "recognize",
    "reply",
    "silverlight",
    "write",
    "xml",
];

#[test]
fn words_stay_in_lint() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/flash-policy/src");
    for module in WORDLESS {
        for file in files(&source, module).unwrap() {
            let text = fs::read_to_string(&file).unwrap();
            let code = text
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"));
            let code = code.collect::<Vec<_>>().join("\n");
            assert!(!uses(&code).contains("lint"), "{}", file.display());
        }
    }
}

/// Fails at the first use of a module that is not in a lower layer.
fn check(name: &str, layers: Layers) -> Result<()> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../crates/{name}/src"));
    for (module, may) in layers {
        for file in files(&source, module)? {
            let text = fs::read_to_string(&file)
                .with_context(|| format!("can't read {}", file.display()))?;
            if let Some(used) = uses(&text)
                .into_iter()
                .find(|used| used != module && !may.contains(used))
            {
                bail!(
                    "{} uses `crate::{used}`, and `{module}` may use {} only; see \"Dependencies\" in ARCHITECTURE.md",
                    file.display(),
                    if may.is_empty() {
                        "nothing".to_owned()
                    } else {
                        may.join(", ")
                    }
                );
            }
        }
    }
    Ok(())
}

/// The files of a module: the one with its name, and all in the folder with its name, without tests.
fn files(source: &Path, module: &str) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let own = source.join(module).with_extension("rs");
    files.extend(own.exists().then_some(own));
    let mut folders = Vec::from([source.join(module)]);
    while let Some(folder) = folders.pop().filter(|folder| folder.is_dir()) {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            let name = path.file_stem().unwrap_or_default();
            if name == "tests" {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path);
            }
        }
    }
    if files.is_empty() {
        bail!("{} has no module `{module}`", source.display());
    }
    Ok(files)
}

/// The program's modules that a file names, without its tests.
fn uses(text: &str) -> BTreeSet<&str> {
    let text = text.split("#[cfg(test)]\nmod tests {").next();
    let places = text.unwrap_or_default().split("crate::").skip(1);
    let name = |rest: &&str| rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    places
        .filter_map(|rest| rest.get(..name(&rest)?))
        .filter(|name| name.starts_with(|c: char| c.is_ascii_lowercase()))
        .collect()
}

#[test]
fn names_of_modules_are_found() {
    let text = "use crate::a::B;\nfn f() { crate::c_d::e() }\n#[cfg(test)]\nmod tests {\nuse crate::x::Y;\n}";
    assert_eq!(uses(text).into_iter().collect::<Vec<_>>(), ["a", "c_d"]);
}
