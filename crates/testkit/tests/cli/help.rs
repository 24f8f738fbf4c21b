//! `flashgate help`, and what every help says.

use std::process::Command;

use testkit::binary;

use super::{commands, flashgate};

#[test]
fn help_is_the_same_as_the_flag() {
    let (help, flag) = (flashgate(&["help"]), flashgate(&["--help"]));
    assert_eq!((help.code, help.stdout), (Some(0), flag.stdout));
    for command in commands() {
        let (help, flag) = (
            flashgate(&["help", &command]),
            flashgate(&[&command, "--help"]),
        );
        assert_eq!(
            (help.code, &help.stdout),
            (Some(0), &flag.stdout),
            "{command}"
        );
        assert_eq!(help.stderr, "", "{command}");
    }
}

/// What could not be written was not printed.
#[test]
fn a_full_disk() {
    for arguments in [
        &["help"][..],
        &["help", "check"],
        &["--help"],
        &["check", "--help"],
        &["--version"],
        &["version"],
    ] {
        let full = std::fs::File::create("/dev/full").unwrap();
        let mut command = Command::new(binary::flashgate().unwrap());
        let output = command.args(arguments).stdout(full).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(
            stderr.contains("can't write to standard output"),
            "{stderr}"
        );
    }
}

#[test]
fn every_help_has_the_exit_codes() {
    let commands = commands();
    let mut arguments: Vec<_> = commands
        .iter()
        .map(|command| vec![command.as_str(), "--help"])
        .collect();
    arguments.push(vec!["--help"]);
    for arguments in arguments {
        let help = flashgate(&arguments).stdout;
        let codes = help.split("Exit codes: ").nth(1);
        assert!(
            codes.is_some_and(|codes| codes.starts_with('0')),
            "{arguments:?}: {help}"
        );
    }
}

#[test]
fn help_of_an_unknown_command_suggests_one() {
    for arguments in [&["help", "chekc"][..], &["chekc"]] {
        let said = flashgate(arguments);
        assert_eq!(
            (said.code, said.stdout.as_str()),
            (Some(2), ""),
            "{arguments:?}"
        );
        assert!(said.stderr.contains("'check'"), "{}", said.stderr);
    }
}

#[test]
fn shells_complete_the_commands_after_help() {
    let bash = flashgate(&["completions", "bash"]).stdout;
    let (_, after) = bash
        .split_once("flashgate__subcmd__help)")
        .expect("the case of help");
    let case = after.split(";;").next().unwrap_or_default();
    assert!(case.contains("self-test"), "{case}");
}
