//! Color is for terminals, and only if the user wants it.

use std::fs::File;
use std::io::Read as _;

use rustix::fs::{Mode, OFlags, open};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use testkit::folder::Folder;

use super::{flashgate, policy};

/// What `flashgate lint` prints to a terminal of this width.
fn on_terminal(width: u16, text: &str, environment: &[(&str, &str)]) -> String {
    let folder = Folder::new().unwrap();
    let file = folder.file("a.xml", text).unwrap();
    let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&terminal).unwrap();
    unlockpt(&terminal).unwrap();
    let name = ptsname(&terminal, Vec::new()).unwrap();
    let other = open(
        name.as_c_str(),
        OFlags::RDWR | OFlags::NOCTTY,
        Mode::empty(),
    )
    .unwrap();
    let size = Winsize {
        ws_row: 50,
        ws_col: width,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    tcsetwinsize(&other, size).unwrap();
    let mut command = flashgate(&["lint"]);
    command
        .arg(file)
        .env_remove("NO_COLOR")
        .envs(environment.iter().copied());
    let mut child = command.stdout(other).spawn().unwrap();
    // The command holds a copy of the terminal's other end; until it is dropped, the reader never sees the end.
    drop(command);
    let mut seen = Vec::new();
    let mut buffer = [0; 4096];
    let mut terminal = File::from(terminal);
    // Without a writer, reading a terminal fails, which marks the end.
    while let Ok(length @ 1..) = terminal.read(&mut buffer) {
        seen.extend_from_slice(&buffer[..length]);
    }
    child.wait().unwrap();
    String::from_utf8(seen).unwrap()
}

fn long() -> String {
    let domains = "<allow-access-from domain=\"*\" to-ports=\"9339\"/>".repeat(3);
    policy(&format!("{}{domains}", " ".repeat(30)))
}

#[test]
fn colour() {
    assert!(on_terminal(100, &long(), &[]).contains("\u{1b}["));
    assert!(!on_terminal(100, &long(), &[("NO_COLOR", "1")]).contains("\u{1b}["));
    assert!(on_terminal(100, &long(), &[("NO_COLOR", "")]).contains("\u{1b}["));
}

/// Wrapped lines would move the carets.
#[test]
fn sources_fit_the_terminal() {
    let seen = on_terminal(80, &long(), &[("NO_COLOR", "1")]);
    let sources = seen
        .lines()
        .filter(|line| line.contains("allow-access-from"));
    for line in sources {
        assert!(line.trim_end().chars().count() <= 80, "{line}");
    }
}
