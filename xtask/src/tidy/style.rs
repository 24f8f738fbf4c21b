//! Style rules that neither the compiler nor clippy checks: lengths, numbers of parameters, and one meaning per name.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::definitions::{Definitions, Function};
use super::house::{Crate, File};

const FILE_LINES: usize = 400;
const FUNCTION_LINES: usize = 60;
const PARAMETERS: usize = 5;

/// Names that mean something else without an import: the types, traits and variants of `std::prelude::rust_2024`.
const PRELUDE: [&str; 43] = [
    "AsMut",
    "AsRef",
    "AsyncFn",
    "AsyncFnMut",
    "AsyncFnOnce",
    "Box",
    "Clone",
    "Copy",
    "Default",
    "DoubleEndedIterator",
    "Drop",
    "Eq",
    "Err",
    "ExactSizeIterator",
    "Extend",
    "Fn",
    "FnMut",
    "FnOnce",
    "From",
    "FromIterator",
    "Future",
    "Into",
    "IntoFuture",
    "IntoIterator",
    "Iterator",
    "None",
    "Ok",
    "Option",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Result",
    "Send",
    "Sized",
    "Some",
    "String",
    "Sync",
    "ToOwned",
    "ToString",
    "TryFrom",
    "TryInto",
    "Unpin",
    "Vec",
];

/// Types that both libraries define, because Rust does not let one crate add methods or another crate's traits to the
/// other's type. They have the same name, so that code moves easily between runtimes.
const OF_BOTH_LIBRARIES: [&str; 2] = ["PolicyAcceptor", "Prefixed"];

/// Each breach of a rule, in words.
pub(super) fn breaches(house: &[Crate]) -> Vec<String> {
    let mut found = Vec::new();
    let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in house.iter().flat_map(|part| &part.files) {
        let definitions = Definitions::of(file);
        found.extend(length(file, &definitions));
        for function in &definitions.functions {
            found.extend(function_breaches(file, function));
        }
        for defined in definitions.types {
            let place = format!("{}:{}", file.path.display(), defined.line);
            names.entry(defined.name).or_default().push(place);
        }
    }
    for (name, places) in &names {
        found.extend(name_breach(name, places));
    }
    found
}

fn length(file: &File, definitions: &Definitions) -> Option<String> {
    let lines = definitions.lines;
    (lines > FILE_LINES).then(|| {
        format!(
            "{} has {lines} lines; the limit is {FILE_LINES}: move a part with a topic of its own to another file\n",
            file.path.display()
        )
    })
}

fn function_breaches(file: &File, function: &Function) -> Vec<String> {
    let place = format!(
        "{}:{}: `{}`",
        file.path.display(),
        function.line,
        function.name
    );
    let mut found = Vec::new();
    if function.lines > FUNCTION_LINES {
        found.push(format!(
            "{place} has {} lines; the limit is {FUNCTION_LINES}: move a step to another function\n",
            function.lines
        ));
    }
    if function.parameters > PARAMETERS {
        found.push(format!(
            "{place} has {} parameters; the limit is {PARAMETERS}: group related ones in a struct\n",
            function.parameters
        ));
    }
    if function.bools > 1 {
        found.push(format!(
            "{place} has {} parameters of type `bool`; the limit is one: use enums, so that calls are readable\n",
            function.bools
        ));
    }
    found
}

fn name_breach(name: &str, places: &[String]) -> Option<String> {
    let places_text = places.join(", ");
    if PRELUDE.contains(&name) {
        return Some(format!(
            "`{name}` ({places_text}) shadows a name of Rust's prelude: choose another name\n"
        ));
    }
    let allowed = if OF_BOTH_LIBRARIES.contains(&name) {
        2
    } else {
        1
    };
    (places.len() > allowed).then(|| {
        format!(
            "`{name}` is defined {} times ({places_text}): give each type a unique name, or merge them\n",
            places.len()
        )
    })
}

/// Each `mod.rs` in the repository, in words.
pub(super) fn old_modules(root: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let mut folders = ["crates", "xtask", "fuzz/fuzz_targets"]
        .map(PathBuf::from)
        .to_vec();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root.join(&folder))? {
            let entry = entry?;
            let path = folder.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else {
                found.extend(old_module(&path));
            }
        }
    }
    Ok(found)
}

pub(super) fn old_module(path: &Path) -> Option<String> {
    path.ends_with("mod.rs").then(|| {
        format!(
            "{}: rename this file to {}, next to its folder\n",
            path.display(),
            path.with_file_name("").with_extension("rs").display()
        )
    })
}
