//! The commands that ask a running daemon, and the one that writes its config.

#![cfg(test)]

mod asked;
mod forms;
mod health;
mod init;
mod status;
mod websockify;

use std::process::Command;
use std::time::{Duration, Instant};

/// What a command printed, how it ended, and how long it took.
struct Ran {
    code: Option<i32>,
    stdout: String,
    stderr: String,
    took: Duration,
}

/// Runs flashgate without the variables of this process's environment that it reads.
fn flashgate(arguments: &[&str]) -> Ran {
    run(command().args(arguments))
}

fn command() -> Command {
    let mut command = Command::new(testkit::binary::flashgate().unwrap());
    for name in ["FLASHGATE_CONFIG", "FLASHGATE_ADMIN"] {
        command.env_remove(name);
    }
    command
}

fn run(command: &mut Command) -> Ran {
    let start = Instant::now();
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran {
        code: output.status.code(),
        took: start.elapsed(),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}
