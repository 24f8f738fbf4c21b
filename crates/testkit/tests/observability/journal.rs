//! Under systemd's journal, each line has its priority and no time of its own.

use std::process::Command;

use serde_json::Value;
use testkit::binary;
use testkit::daemon::Daemon;

/// Runs a command with the device and inode of its standard error, as the service manager sets them.
const AS_SERVICE: &str = "JOURNAL_STREAM=$(stat -L -c %d:%i /proc/self/fd/2) exec \"$@\"";

/// The log of a daemon that answers nothing, line by line.
fn log(shell: &str, arguments: &[&str]) -> Vec<String> {
    let flags = ["serve", "--listen", "127.0.0.1:0", "--allow", "*:9339"];
    let mut daemon = Daemon::builder()
        .through(["sh", "-c", shell, "sh"])
        .args(flags.iter().chain(arguments).copied())
        .start()
        .unwrap();
    daemon.log().to_vec()
}

#[test]
fn text() {
    let log = log(AS_SERVICE, &["-v"]);
    for line in log.iter().filter(|line| !line.is_empty()) {
        let (priority, line) = line.split_at(3);
        let expected = if line.starts_with("INFO ") {
            "<6>"
        } else if line.starts_with("DEBUG ") {
            "<7>"
        } else {
            // The warning about `*`, and all lines below it.
            assert!(!line.starts_with("20"), "{log:#?}");
            "<4>"
        };
        assert_eq!(priority, expected, "{line}");
    }
    let starts = |start| log.iter().any(|line| line.starts_with(start));
    assert!(starts("<4>warning[wildcard-domain]"), "{log:#?}");
    assert!(starts("<6>INFO listening address="), "{log:#?}");
    assert!(starts("<6>INFO flashgate ready"), "{log:#?}");
}

#[test]
fn json() {
    let log = log(AS_SERVICE, &["--log-format", "json"]);
    let ready = log.iter().find(|line| line.contains("flashgate ready"));
    let object = ready.and_then(|line| line.strip_prefix("<6>")).unwrap();
    let object: Value = serde_json::from_str(object).unwrap();
    assert_eq!(object["level"], "INFO");
    assert_eq!(object["timestamp"], Value::Null);
}

#[test]
fn errors_at_start() {
    let output = Command::new("sh")
        .args(["-c", AS_SERVICE, "sh"])
        .arg(binary::flashgate().unwrap())
        .arg("serve")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.starts_with("<3>error: nothing to serve"), "{said}");
    let priorities = said.lines().all(|line| line.starts_with("<3>"));
    assert!(priorities, "{said}");
}

#[test]
fn unknown_flags() {
    let output = Command::new("sh")
        .args(["-c", AS_SERVICE, "sh"])
        .arg(binary::flashgate().unwrap())
        .args(["serve", "--liste", "843"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.starts_with("<3>error: unexpected argument"), "{said}");
    let mut lines = said.lines().filter(|line| !line.is_empty());
    assert!(lines.all(|line| line.starts_with("<3>")), "{said}");
}

/// A service whose standard error goes elsewhere inherits the variable too.
#[test]
fn another_stream_is_not_the_journal() {
    for shell in [
        "JOURNAL_STREAM=1:1 exec \"$@\"",
        "JOURNAL_STREAM= exec \"$@\"",
    ] {
        let log = log(shell, &[]);
        let ready = log.iter().find(|line| line.contains("flashgate ready"));
        assert!(ready.unwrap().starts_with("20"), "{log:#?}");
    }
}
