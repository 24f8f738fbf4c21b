//! `--color` and the environment decide about color in everything that is for people.

use std::process::Command;

use testkit::binary;
use testkit::folder::Folder;

use super::run;

/// One command for each kind of output: a report, a command's own errors, a config's findings, a check's verdict, help,
/// and wrong arguments. `FILE` is a policy with a warning, and a config with an error.
const COMMANDS: [&[&str]; 8] = [
    &["lint", "FILE"],
    &[
        "lint",
        "FILE",
        "--allow",
        "wildcard-domain",
        "--deny",
        "wildcard-domain",
    ],
    &["explain", "no-such-rule"],
    &["serve", "--check", "--config", "FILE"],
    &["serve", "--check"],
    &["check", "127.0.0.1:9", "--sandbox", "local-trusted"],
    &["help", "lint"],
    &["lnit"],
];

const POLICY: &str = "<cross-domain-policy><allow-access-from domain=\"*\" to-ports=\"9339\"/></cross-domain-policy>";

/// What all commands print, and whether it has color. They print to pipes.
#[track_caller]
fn has_color(arguments: &[&str], environment: &[(&str, &str)], expected: bool) {
    let folder = Folder::new().unwrap();
    let file = folder.file("policy.xml", POLICY).unwrap();
    for command in COMMANDS {
        let mut program = Command::new(binary::flashgate().unwrap());
        for variable in ["NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "CLICOLOR"] {
            program.env_remove(variable);
        }
        program.envs(environment.iter().copied());
        for argument in command {
            match *argument {
                "FILE" => program.arg(&file),
                other => program.arg(other),
            };
        }
        let said = run(program.args(arguments));
        let said = said.stdout + &said.stderr;
        assert!(said.len() > 20, "{command:?} {arguments:?}: {said}");
        assert_eq!(
            said.contains("\x1b["),
            expected,
            "{command:?} {arguments:?} {environment:?}: {said}"
        );
    }
}

#[test]
fn pipes_have_none_unless_wanted() {
    has_color(&[], &[], false);
    has_color(&["--color", "auto"], &[], false);
    has_color(&["--color", "never"], &[], false);
    has_color(&["--color", "always"], &[], true);
    has_color(&["--color=always"], &[], true);
}

#[test]
fn the_environment_decides_for_auto() {
    has_color(&[], &[("FORCE_COLOR", "1")], true);
    has_color(&[], &[("CLICOLOR_FORCE", "1")], true);
    has_color(&["--color=auto"], &[("FORCE_COLOR", "1")], true);
    has_color(&[], &[("FORCE_COLOR", "0")], false);
    has_color(&[], &[("CLICOLOR", "1")], false);
    has_color(&[], &[("FORCE_COLOR", "1"), ("NO_COLOR", "1")], false);
}

#[test]
fn the_flag_wins() {
    has_color(&["--color=always"], &[("NO_COLOR", "1")], true);
    has_color(
        &["--color=never"],
        &[("FORCE_COLOR", "1"), ("CLICOLOR_FORCE", "1")],
        false,
    );
}

/// Programs read these formats.
#[test]
fn no_color_in_formats_for_programs() {
    let folder = Folder::new().unwrap();
    let file = folder.file("policy.xml", POLICY).unwrap();
    for format in ["short", "json", "sarif", "github"] {
        let mut program = Command::new(binary::flashgate().unwrap());
        program.args(["--color", "always", "lint", "--format", format]);
        let said = run(program.arg(&file));
        assert_eq!(said.code, Some(0), "{said:?}");
        assert!(!said.stdout.contains('\x1b'), "{said:?}");
    }
    for arguments in [
        &["check", "127.0.0.1:9", "--format", "json"][..],
        &["check", "127.0.0.1:9", "--nagios"],
    ] {
        let said = super::flashgate(&[&["--color", "always"], arguments].concat());
        assert!(!said.stdout.contains('\x1b'), "{said:?}");
    }
}

/// The flag may come before the command, and colored help says the same as plain help.
#[test]
fn colored_help_has_the_same_text() {
    for command in super::commands() {
        let plain = super::flashgate(&[&command, "--help"]).stdout;
        let colored = super::flashgate(&["--color", "always", &command, "--help"]).stdout;
        let mut text = String::new();
        for (index, piece) in colored.split('\x1b').enumerate() {
            text.push_str(if index == 0 {
                piece
            } else {
                piece.split_once('m').unwrap().1
            });
        }
        assert_ne!(colored, plain, "{command}");
        assert_eq!(text, plain, "{command}");
    }
}
