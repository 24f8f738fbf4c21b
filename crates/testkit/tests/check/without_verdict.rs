//! `--format json` prints JSON on every way out that is not a mistake in the flags.

use std::io::Write as _;
use std::net::TcpListener;
use std::process::{Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use testkit::binary;

use super::docs::validate;

#[track_caller]
fn error(arguments: &[&str], id: &str) {
    let output = Command::new(binary::flashgate().unwrap())
        .args([&["check"], arguments, &["--format", "json"]].concat())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {output:?}");
    is_error(&output.stdout, id);
    // People read the same on standard error.
    assert!(output.stderr.starts_with(b"error: "), "{output:?}");
}

#[track_caller]
fn is_error(stdout: &[u8], id: &str) {
    let report: serde_json::Value = serde_json::from_slice(stdout).unwrap();
    assert_eq!(report["verdict"], serde_json::Value::Null, "{report:#}");
    assert_eq!(report["error"]["id"], id, "{report:#}");
    let has_text = |key: &str| {
        report["error"][key]
            .as_str()
            .is_some_and(|text| !text.is_empty())
    };
    assert!(has_text("message") && has_text("remedy"), "{report:#}");
    validate(stdout);
}

#[test]
fn a_check_that_can_not_run() {
    error(&["no-such-host.invalid:80"], "look-up");
    error(&["localhost:0"], "arguments");
    error(&["localhost:80", "--cacert", "/no/such/file"], "arguments");
    error(&["/no/such/file", "--client", "ruffle"], "arguments");
    error(&["-", "--client", "ruffle"], "arguments");
    error(
        &["localhost:80", "--client", "ruffle", "--sandbox", "remote"],
        "arguments",
    );
}

#[test]
fn an_interrupted_check() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)] {
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = silent.local_addr().unwrap().port().to_string();
        let child = Command::new(binary::flashgate().unwrap())
            .args([
                "check",
                "127.0.0.1:9",
                "--master-port",
                &port,
                "--format",
                "json",
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // The check waits for a reply from now on.
        let _connection = silent.accept().unwrap();
        let pid = Pid::from_raw(child.id().cast_signed()).unwrap();
        kill_process(pid, signal).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(code));
        is_error(&output.stdout, "interrupted");
    }
}

/// Standard input may never end.
#[test]
fn an_endless_input() {
    let check = |time: &str| {
        Command::new(binary::flashgate().unwrap())
            .args(["check", "-", "--client", "ruffle", "--format", "json"])
            .args(["--timeout", time])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    };
    let mut late = check("100ms");
    let input = late.stdin.take();
    let output = late.wait_with_output().unwrap();
    drop(input);
    assert_eq!(output.status.code(), Some(2));
    is_error(&output.stdout, "arguments");
    let mut interrupted = check("1h");
    let mut input = interrupted.stdin.take().unwrap();
    // More than the pipe holds: once it is written, the check reads.
    input.write_all(&vec![b' '; 200_000]).unwrap();
    let pid = Pid::from_raw(interrupted.id().cast_signed()).unwrap();
    kill_process(pid, Signal::INT).unwrap();
    let output = interrupted.wait_with_output().unwrap();
    drop(input);
    assert_eq!(output.status.code(), Some(130));
    is_error(&output.stdout, "interrupted");
}
