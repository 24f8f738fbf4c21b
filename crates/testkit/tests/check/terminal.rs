//! On a terminal: progress while it waits, color, and no leftovers.

use std::process::Command;

use testkit::binary;
use testkit::needs;
use testkit::zoo::Keeper;
use testkit::zoo::ScriptStep::Hold;

const PYTHON: &str = "/usr/bin/python3";

/// Runs a command on a new terminal with this many columns. Once the terminal shows the awaited text, it presses Ctrl-C
/// or sends the named signal.
const TERMINAL: &str = r#"
import fcntl, os, pty, signal, struct, sys, termios
columns, awaited, ending = int(sys.argv[1]), sys.argv[2].encode(), sys.argv[3]
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    os.execv(sys.argv[4], sys.argv[4:])
shown, ended = b"", False
while True:
    try:
        bytes = os.read(terminal, 4096)
    except OSError:
        break
    if not bytes:
        break
    shown += bytes
    if awaited and not ended and awaited in shown:
        ended = True
        if ending == "Ctrl-C":
            os.write(terminal, b"\x03")
        else:
            os.kill(pid, getattr(signal, ending))
sys.stdout.buffer.write(shown)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"#;

/// A terminal, and what happens on it once some text is shown.
struct Terminal {
    name: &'static str,
    columns: u16,
    awaited: &'static str,
    ending: &'static str,
}

const XTERM: Terminal = Terminal {
    name: "xterm",
    columns: 80,
    awaited: "",
    ending: "Ctrl-C",
};

impl Terminal {
    /// What it shows of a check, and the exit code.
    fn shows(&self, master: &Keeper, further: &[&str]) -> (String, Option<i32>) {
        let mut command = Command::new(PYTHON);
        command.args(["-c", TERMINAL, &self.columns.to_string()]);
        command.args([self.awaited, self.ending]);
        command.arg(binary::flashgate().unwrap());
        let master = master.address().port().to_string();
        command
            .args(["check", "localhost:9", "--master-port", &master])
            .args(further);
        let output = command
            .env_remove("NO_COLOR")
            .env("TERM", self.name)
            .output()
            .unwrap();
        let shown = String::from_utf8_lossy(&output.stdout).into_owned();
        (shown, output.status.code())
    }
}

#[test]
fn a_signal_leaves_no_mess() {
    if !needs::met(needs::program(PYTHON)) {
        return;
    }
    let master = Keeper::start(([127, 0, 0, 1], 0).into(), &[&[Hold]]).unwrap();
    for (ending, code, word) in [
        ("Ctrl-C", 130, "interrupted"),
        ("SIGTERM", 143, "terminated"),
        ("SIGHUP", 129, "hung up"),
    ] {
        let terminal = Terminal {
            awaited: "waiting for a policy",
            ending,
            ..XTERM
        };
        let (shown, status) = terminal.shows(&master, &[]);
        assert_eq!(status, Some(code), "{shown:?}");
        // The last line of progress is erased before any other output.
        let (_, after) = shown.rsplit_once("\r\x1b[K").expect("progress");
        assert!(after.contains(word), "{shown:?}");
        assert!(!after.contains("waiting"), "{shown:?}");
        // Colors are switched off again.
        assert!(
            after.rfind("\x1b[0m") >= after.rfind("\x1b[1m"),
            "{shown:?}"
        );
    }
}

/// A line that wraps would not be erased completely.
#[test]
fn progress_fits_into_a_narrow_terminal() {
    if !needs::met(needs::program(PYTHON)) {
        return;
    }
    let master = Keeper::start(([127, 0, 0, 1], 0).into(), &[&[Hold]]).unwrap();
    let terminal = Terminal {
        columns: 40,
        ..XTERM
    };
    let (shown, _) = terminal.shows(&master, &["--timeout", "400ms"]);
    let (progress, _) = shown.rsplit_once("\r\x1b[K").expect("progress");
    let lines: Vec<&str> = progress.split("\r\x1b[K").collect();
    assert!(
        lines.iter().all(|line| line.chars().count() < 40),
        "{lines:?}"
    );
    let waited = lines.iter().any(|line| line.contains("waiting for a"));
    assert!(waited, "{lines:?}");
}

#[test]
fn colour_and_progress() {
    if !needs::met(needs::program(PYTHON)) {
        return;
    }
    let master = Keeper::start(([127, 0, 0, 1], 0).into(), &[&[Hold]]).unwrap();
    let (shown, code) = XTERM.shows(&master, &["--timeout", "400ms"]);
    assert_eq!(code, Some(1), "{shown:?}");
    assert!(
        shown.contains("waiting for a policy from port "),
        "{shown:?}"
    );
    assert!(shown.contains("\x1b[1;31mdenied\x1b[0m"), "{shown:?}");
    let (shown, _) = XTERM.shows(&master, &["--timeout", "400ms", "--nagios"]);
    assert!(!shown.contains('\x1b'), "{shown:?}");
}

/// It would print the escape sequences as text.
#[test]
fn a_dumb_terminal() {
    if !needs::met(needs::program(PYTHON)) {
        return;
    }
    let master = Keeper::start(([127, 0, 0, 1], 0).into(), &[&[Hold]]).unwrap();
    let dumb = Terminal {
        name: "dumb",
        ..XTERM
    };
    let (shown, code) = dumb.shows(&master, &["--timeout", "400ms"]);
    assert_eq!(code, Some(1), "{shown:?}");
    assert!(shown.contains("denied"), "{shown:?}");
    assert!(!shown.contains('\x1b'), "{shown:?}");
}
