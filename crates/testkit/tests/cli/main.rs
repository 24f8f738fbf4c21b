//! What holds for every command: help, the version, exit codes, color.

#![cfg(test)]

mod color;
mod help;
mod version;

use std::process::Command;

use testkit::binary;

/// What a command printed.
#[derive(Debug)]
struct Printed {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

fn flashgate(arguments: &[&str]) -> Printed {
    run(Command::new(binary::flashgate().unwrap()).args(arguments))
}

fn run(command: &mut Command) -> Printed {
    let output = command.output().unwrap();
    Printed {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The names of the commands, from the program's own help.
fn commands() -> Vec<String> {
    let help = flashgate(&["--help"]).stdout;
    let (_, list) = help.split_once("Commands:\n").expect("a list of commands");
    let (list, _) = list.split_once("\n\n").expect("the list's end");
    // Longer descriptions continue on lines that are indented further.
    let lines = list.lines().filter(|line| !line.starts_with("   "));
    let names = lines.filter_map(|line| line.split_whitespace().next());
    let names: Vec<_> = names.map(str::to_owned).collect();
    assert!(names.len() >= 12, "{help}");
    names
}
