//! `flashgate lint` and `flashgate explain` from outside: flags, exit codes, formats, places, files, fixes.

#![cfg(test)]

mod bounds;
mod cost;
mod diff;
mod explain;
mod files;
mod fixing;
mod flags;
mod formats;
mod parity;
mod places;
mod terminal;

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// The result of a run.
#[derive(Debug)]
struct Said {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

fn flashgate(arguments: &[&str]) -> Command {
    let mut command = Command::new(testkit::binary::flashgate().expect("the program"));
    command.args(arguments);
    command
}

/// `flashgate lint` in a folder.
fn lint_in(folder: &Path, arguments: &[&str]) -> Said {
    let mut command = flashgate(&[&["lint"], arguments].concat());
    let output = command.current_dir(folder).output();
    output.expect("a run").into()
}

/// `flashgate lint … -` with this on standard input.
fn lint(text: impl AsRef<[u8]>, arguments: &[&str]) -> Said {
    let mut command = flashgate(&[&["lint"], arguments, &["-"]].concat());
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.stderr(Stdio::piped()).spawn().expect("a start");
    let mut stdin = child.stdin.take().expect("standard input");
    stdin.write_all(text.as_ref()).expect("a write");
    drop(stdin);
    child.wait_with_output().expect("an end").into()
}

/// A socket policy with these rules.
fn policy(rules: &str) -> String {
    format!("<?xml version=\"1.0\"?>\n<cross-domain-policy>\n{rules}\n</cross-domain-policy>\n")
}

/// A policy without errors or warnings.
fn sound() -> String {
    policy("  <allow-access-from domain=\"*.games.test\" to-ports=\"9339\"/>")
}

/// A policy with a warning.
fn doubtful() -> String {
    policy("  <allow-access-from domain=\"*\" to-ports=\"9339\"/>")
}

/// A policy with an error.
fn faulty() -> String {
    policy("  <allow-access-from domain=\"www.games.test\"/>")
}
