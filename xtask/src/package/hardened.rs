//! What the finished program has against exploits, and whether its list of dependencies is inside.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};

use crate::command::output;

/// What readelf prints for it.
const EXPECTED: [(&str, &str); 4] = [
    (
        "Position-Independent Executable",
        "a program that can be loaded at any address",
    ),
    ("GNU_RELRO", "tables that are read-only after the start"),
    ("BIND_NOW", "all of these tables"),
    (
        ".dep-v0",
        "the list of dependencies that `cargo audit bin` reads",
    ),
];

/// Fails if something is missing.
pub(super) fn check(program: &Path) -> Result<()> {
    let read = [
        "--file-header",
        "--program-headers",
        "--sections",
        "--dynamic",
        "--wide",
    ];
    let said = output(Command::new("readelf").args(read).arg(program))?;
    expected_in(&String::from_utf8_lossy(&said))
}

fn expected_in(said: &str) -> Result<()> {
    for (text, meaning) in EXPECTED {
        ensure!(
            said.contains(text),
            "expected {text}, {meaning}, in:\n{said}"
        );
    }
    let stack = said.lines().find(|line| line.contains("GNU_STACK"));
    let is_data = stack.is_some_and(|line| line.split_whitespace().any(|flags| flags == "RW"));
    ensure!(
        is_data,
        "expected a stack that can't be executed, found {stack:?}"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "  Type: DYN (Position-Independent Executable file)\n  GNU_RELRO  0x1 R  0x1\n  \
                        GNU_STACK  0x0 RW  0x10\n  [ 5] .dep-v0\n (FLAGS) BIND_NOW\n";

    #[test]
    fn each_property_is_needed() {
        expected_in(GOOD).unwrap();
        for (text, _) in EXPECTED {
            expected_in(&GOOD.replace(text, "")).unwrap_err();
        }
        expected_in(&GOOD.replace(" RW ", " RWE ")).unwrap_err();
    }
}
