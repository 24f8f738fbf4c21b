//! On a terminal: progress while it waits, colour, and nothing left behind.

use std::process::Command;

use testkit::binary;
use testkit::needs;
use testkit::zoo::Keeper;
use testkit::zoo::Step::Hold;

const PYTHON: &str = "/usr/bin/python3";

/// Runs a command on a terminal of its own; once the terminal shows what it was told to wait for, it presses Ctrl-C.
const TERMINAL: &str = r#"
import os, pty, sys
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[2], sys.argv[2:])
shown, pressed = b"", False
while True:
    try:
        bytes = os.read(terminal, 4096)
    except OSError:
        break
    if not bytes:
        break
    shown += bytes
    if sys.argv[1] and not pressed and sys.argv[1].encode() in shown:
        pressed = True
        os.write(terminal, b"\x03")
sys.stdout.buffer.write(shown)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"#;

fn on_a_terminal(ctrl_c_at: &str, master: &Keeper, further: &[&str]) -> (String, Option<i32>) {
    on_this_terminal("xterm", ctrl_c_at, master, further)
}

fn on_this_terminal(
    name: &str,
    ctrl_c_at: &str,
    master: &Keeper,
    further: &[&str],
) -> (String, Option<i32>) {
    let mut command = Command::new(PYTHON);
    command.args(["-c", TERMINAL, ctrl_c_at]);
    command.arg(binary::flashgate().unwrap());
    let master = master.address().port().to_string();
    command
        .args(["check", "localhost:9", "--master-port", &master])
        .args(further);
    let output = command
        .env_remove("NO_COLOR")
        .env("TERM", name)
        .output()
        .unwrap();
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    (shown, output.status.code())
}

#[test]
fn ctrl_c_leaves_no_mess() {
    if !needs::met(needs::program(PYTHON)) {
        return;
    }
    let master = Keeper::start(([127, 0, 0, 1], 0).into(), &[&[Hold]]).unwrap();
    let (shown, code) = on_a_terminal("waiting for a policy", &master, &[]);
    assert_eq!(code, Some(130), "{shown:?}");
    // The last line of progress is wiped out before anything else is said.
    let (_, after) = shown.rsplit_once("\r\x1b[K").expect("progress");
    assert!(after.contains("interrupted"), "{shown:?}");
    assert!(!after.contains("waiting"), "{shown:?}");
    // Colours are switched off again.
    assert!(
        after.rfind("\x1b[0m") >= after.rfind("\x1b[1m"),
        "{shown:?}"
    );
}

#[test]
fn colour_and_progress() {
    if !needs::met(needs::program(PYTHON)) {
        return;
    }
    let master = Keeper::start(([127, 0, 0, 1], 0).into(), &[&[Hold]]).unwrap();
    let (shown, code) = on_a_terminal("", &master, &["--timeout", "400ms"]);
    assert_eq!(code, Some(1), "{shown:?}");
    assert!(
        shown.contains("waiting for a policy from port "),
        "{shown:?}"
    );
    assert!(shown.contains("\x1b[1;31mdenied\x1b[0m"), "{shown:?}");
    let (shown, _) = on_a_terminal("", &master, &["--timeout", "400ms", "--nagios"]);
    assert!(!shown.contains('\x1b'), "{shown:?}");
}

/// It would print the sequences as they are.
#[test]
fn a_dumb_terminal() {
    if !needs::met(needs::program(PYTHON)) {
        return;
    }
    let master = Keeper::start(([127, 0, 0, 1], 0).into(), &[&[Hold]]).unwrap();
    let (shown, code) = on_this_terminal("dumb", "", &master, &["--timeout", "400ms"]);
    assert_eq!(code, Some(1), "{shown:?}");
    assert!(shown.contains("denied"), "{shown:?}");
    assert!(!shown.contains('\x1b'), "{shown:?}");
}
