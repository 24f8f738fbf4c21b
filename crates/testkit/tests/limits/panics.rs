//! R21: an internal error ends only the connection that causes it, is logged, and has no other effect.

use std::time::Duration;

use testkit::client::{StreamEnd, TestClient, fetch};
use testkit::daemon::{Daemon, POLICY};
use testkit::load::{Load, run};
use testkit::{binary, cpu, figure, until};

const CONNECTIONS: u64 = 10_000;

fn daemon(fault: &'static str, each: &str, arguments: &[&str]) -> Daemon {
    Daemon::builder()
        .binary(binary::with_faults().expect("a build"))
        .env(fault, each)
        .args(["serve", "--listen", "127.0.0.1:0", "--allow", "a.test:80"])
        .args(arguments)
        .start()
        .expect("a daemon")
}

/// The number in `name=7`.
fn field(line: &str, name: &str) -> u64 {
    let (_, rest) = line.split_once(&format!("{name}=")).expect(line);
    rest.split(' ').next().unwrap().parse().expect(line)
}

/// 10,000 connections, each hundredth of which panics; returns how many did.
fn check(fault: &'static str, cuts: &[usize]) -> u64 {
    let mut daemon = daemon(fault, "100", &[]);
    // Before the first connection, because a client sees the end before the socket is closed.
    let files = cpu::open_files(daemon.pid()).unwrap();
    fetch(daemon.address()).unwrap();
    let mut load = Load::new(daemon.address(), POLICY);
    load.fetches = CONNECTIONS;
    load.in_flight = 64;
    load.cuts = cuts.to_vec();
    let report = run(&load).unwrap();
    let failed = report.ended() - report.ok;
    assert_eq!(
        report.unfinished + report.timed_out + report.mismatch + report.refused,
        0,
        "{report}"
    );
    let closed = until(Duration::from_secs(10), || {
        cpu::open_files(daemon.pid()).is_ok_and(|open| open == files)
    });
    let leaked = cpu::open_files(daemon.pid()).unwrap() - files;
    daemon.terminate().unwrap();
    let stopped = daemon
        .wait_for_line("INFO stopped", TestClient::PATIENCE)
        .unwrap();
    assert_eq!(daemon.wait(TestClient::PATIENCE).unwrap().code(), Some(0));
    let (panics, answered) = (field(&stopped, "panics"), field(&stopped, "answered"));
    figure::report(
        "R21",
        format!(
            "{panics} of {CONNECTIONS} connections panicked, {failed} clients noticed, {leaked} descriptors leaked"
        ),
    );
    assert!(closed, "{leaked} descriptors leaked");
    assert_eq!(panics, failed, "{report}\n{stopped}");
    assert_eq!(answered, CONNECTIONS + 1 - failed, "{stopped}");
    assert_eq!(
        field(&stopped, "cut"),
        0,
        "a permit was not returned: {stopped}"
    );
    // There are few seconds here. Each has at most one line of either kind, and one line at the end counts the rest.
    let limit = usize::try_from(report.elapsed.as_secs()).unwrap() + 3;
    for text in [
        "internal error: panic; please report it",
        "internal error: a connection handler panicked",
    ] {
        let lines = daemon
            .log()
            .iter()
            .filter(|line| line.contains(text))
            .count();
        assert!(
            (1..=2 * limit).contains(&lines),
            "{lines} lines of {text:?}"
        );
    }
    panics
}

/// Exactly each hundredth, because each connection passes that point.
#[test]
fn before_a_task() {
    assert_eq!(check("FLASHGATE_PANIC_FAST", &[]), 100);
}

/// Requests in two pieces: most of them get a task.
#[test]
fn in_a_task() {
    let panics = check("FLASHGATE_PANIC_TASK", &[5]);
    assert!((10..=100).contains(&panics), "{panics} panics");
}

/// Outside of connections, it cannot continue: exit code 70, and the supervisor restarts it.
#[test]
fn outside_a_connection() {
    for (format, arguments) in [("text", &[][..]), ("json", &["--log-format", "json"])] {
        let mut daemon = daemon("FLASHGATE_PANIC_RELOAD", "1", arguments);
        assert_eq!(fetch(daemon.address()).unwrap().end, StreamEnd::Fin);
        daemon.hang_up().unwrap();
        let status = daemon.wait(TestClient::PATIENCE).unwrap();
        assert_eq!(status.code(), Some(70), "{format}");
        let log = daemon.log();
        let line = log
            .iter()
            .find(|line| line.contains("internal error"))
            .expect(format);
        assert!(
            line.contains("fault.rs:") && line.contains("injected panic"),
            "{line}"
        );
        for line in log {
            assert!(!line.chars().any(char::is_control), "{line:?}");
            assert_eq!(format == "json", line.starts_with('{'), "{line}");
        }
    }
}
