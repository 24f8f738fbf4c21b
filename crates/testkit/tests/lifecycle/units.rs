//! The shipped systemd units: systemd accepts all of their settings, and their exposure score is at most the stated
//! one.

use std::path::Path;
use std::process::Command;

use testkit::folder::Folder;
use testkit::{figure, needs};

const UNITS: [&str; 3] = [
    "flashgate.service",
    "flashgate.socket",
    "flashgate-nosocket.service",
];

/// The units as shipped, except for the program's path, which must exist.
fn installed() -> Folder {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packaging/systemd");
    let program = testkit::binary::flashgate().expect("the program");
    let folder = Folder::new().expect("a folder");
    for unit in UNITS {
        let text = std::fs::read_to_string(shipped.join(unit)).expect("a unit");
        let text = text.replace("/usr/bin/flashgate", &program.display().to_string());
        folder.file(unit, text).expect("a file");
    }
    folder
}

/// Runs `systemd-analyze` on units; returns whether it succeeded, and its output.
fn analyze(folder: &Folder, arguments: &[&str], units: &[&str]) -> (bool, String) {
    let output = Command::new("systemd-analyze")
        .args(["--no-pager"])
        .args(arguments)
        .args(units.iter().map(|unit| folder.path().join(unit)))
        .output()
        .expect("a run");
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    (output.status.success(), said)
}

#[test]
fn nothing_to_complain_of() {
    if !needs::met(needs::program("systemd-analyze")) {
        return;
    }
    let folder = installed();
    for units in [&UNITS[..2], &UNITS[2..]] {
        assert_eq!(analyze(&folder, &["verify"], units), (true, String::new()));
    }
    figure::report("R23", "`systemd-analyze verify` says nothing");
}

/// The limit on open files has room for the default number of connections.
#[test]
fn room_for_connections() {
    let folder = installed();
    for unit in ["flashgate.service", "flashgate-nosocket.service"] {
        let text = std::fs::read_to_string(folder.path().join(unit)).expect("a unit");
        let mut lines = text.lines();
        let limit = lines.find_map(|line| line.strip_prefix("LimitNOFILE="));
        let limit: u64 = limit.expect("a limit").parse().expect("a number");
        // Apart from 32 and a socket, 33 for `[admin]` and 32 for pipes; behind a gate a connection has two.
        let room = limit - 32 - 1 - 33 - 32;
        assert!(room >= 2 * 16_384, "{unit}: {limit}");
    }
}

/// The score measures what a unit leaves open, in tenths; 100 is everything.
#[test]
fn little_is_left_open() {
    if !needs::met(needs::program("systemd-analyze")) {
        return;
    }
    let folder = installed();
    for (unit, most) in [
        ("flashgate.service", 12),
        ("flashgate-nosocket.service", 15),
    ] {
        let threshold = format!("--threshold={most}");
        let (good, said) = analyze(
            &folder,
            &["security", "--offline=true", &threshold],
            &[unit],
        );
        assert!(good, "{unit} is over {most}:\n{said}");
        let level = said.rsplit_once(&format!("{unit}: "));
        let level = level.and_then(|(_, rest)| rest.split_whitespace().next());
        figure::report("R23", format!("{unit} {}", level.unwrap()));
    }
}
