//! Every error that `accept` can give, injected: the daemon lives, and nobody is lost.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test ends where it fails, also in the functions it shares with others"
)]

use std::time::{Duration, Instant};

use testkit::client::{Client, End, fetch};
use testkit::cpu;
use testkit::daemon::{Daemon, POLICY};
use testkit::load::{Load, run};
use testkit::needs;
use testkit::trace::Trace;

/// A daemon whose `accept4` fails as told.
fn failing(fault: &str) -> (Daemon, Trace) {
    let trace = Trace::of("accept4")
        .expect("a trace")
        .inject(&format!("accept4:error={fault}"));
    let arguments = ["serve", "--listen", "127.0.0.1:0", "--allow", "a.test:80"];
    let daemon = Daemon::builder()
        .through(trace.program())
        .args(arguments)
        .start();
    (daemon.expect("a daemon"), trace)
}

/// The fault of one connection: the next is taken at once. Each second call fails, 200 times.
#[test]
fn faults_of_a_connection() {
    if !needs::met(needs::program("strace")) {
        return;
    }
    for errno in [
        "EINTR",
        "ECONNABORTED",
        "EPROTO",
        "EPERM",
        "ENETDOWN",
        "ENETUNREACH",
        "EHOSTDOWN",
        "EHOSTUNREACH",
        "ENONET",
        "ENOPROTOOPT",
        "EOPNOTSUPP",
        "ETIMEDOUT",
    ] {
        let (daemon, _trace) = failing(&format!("{errno}:when=1..400+2"));
        let mut load = Load::new(daemon.address(), POLICY);
        load.fetches = 400;
        load.in_flight = 8;
        let report = run(&load).unwrap();
        assert!(report.all_ok(), "{errno}: {report}");
        assert!(
            report.elapsed < Duration::from_secs(20),
            "{errno}: {report}"
        );
    }
}

/// Nothing is queued, says the kernel, though something is: it is looked at again.
#[test]
fn a_wake_up_for_nothing() {
    if !needs::met(needs::program("strace")) {
        return;
    }
    let (daemon, _trace) = failing("EAGAIN:when=1");
    let mut first = Client::connect(daemon.address()).unwrap();
    first.send(testkit::load::REQUEST);
    assert_eq!(first.hear().bytes, [POLICY, b"\0"].concat());
}

/// Something has run out: the queue waits, nothing spins, and the log holds a line a second at the most.
#[test]
fn exhaustion() {
    if !needs::met(needs::program("strace")) {
        return;
    }
    for errno in ["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM", "EIO"] {
        let (mut daemon, _trace) = failing(&format!("{errno}:when=1..4"));
        let start = Instant::now();
        let before = cpu::time(daemon.pid()).unwrap();
        let mut load = Load::new(daemon.address(), POLICY);
        load.fetches = 200;
        load.in_flight = 50;
        let report = run(&load).unwrap();
        let (elapsed, used) = (
            start.elapsed(),
            cpu::time(daemon.pid())
                .unwrap()
                .checked_sub(before)
                .unwrap(),
        );
        assert!(report.all_ok(), "{errno}: {report}");
        assert!(
            elapsed >= Duration::from_millis(100),
            "{errno}: no pause in {elapsed:?}"
        );
        assert!(
            used < elapsed / 2,
            "{errno}: {used:?} of CPU in {elapsed:?}"
        );
        let lines = daemon
            .log()
            .iter()
            .filter(|line| line.contains("can't accept"))
            .count();
        assert!(
            lines >= 1 && lines as u64 <= elapsed.as_secs() + 1,
            "{errno}: {lines} lines in {elapsed:?}"
        );
    }
}

/// The listener itself is gone: it is bound again within 2 s, and the other one has not noticed.
#[test]
fn dead_listeners() {
    if !needs::met(needs::program("strace")) {
        return;
    }
    for errno in ["EBADF", "EINVAL", "ENOTSOCK", "EFAULT"] {
        let trace = Trace::of("accept4")
            .unwrap()
            .inject(&format!("accept4:error={errno}:when=1"));
        let arguments = [
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--listen",
            "127.0.0.1:0",
            "--allow",
            "a.test:80",
        ];
        let mut daemon = Daemon::builder()
            .through(trace.program())
            .args(arguments)
            .start()
            .unwrap();
        let (dying, other) = (daemon.addresses()[0], daemon.addresses()[1]);
        // Whoever is queued on a listener that dies is lost with it.
        let _ = fetch(dying);
        assert_eq!(fetch(other).unwrap().end, End::Fin, "{errno}");
        daemon
            .wait_for_line("listening again", Duration::from_secs(2))
            .unwrap();
        assert_eq!(fetch(dying).unwrap().end, End::Fin, "{errno}");
        let lines = daemon
            .log()
            .iter()
            .filter(|line| line.contains("a listener has failed"))
            .count();
        assert_eq!(lines, 1, "{errno}");
    }
}

/// A listener that goes on failing is bound anew, and that not more than once a second.
#[test]
fn a_listener_that_fails_twice() {
    if !needs::met(needs::program("strace")) {
        return;
    }
    let (mut daemon, trace) = failing("EINVAL:when=1..2");
    let address = daemon.address();
    let start = Instant::now();
    // Whoever is queued on a listener that dies is lost with it.
    let _ = fetch(address);
    let again = "listening again";
    for _ in 0..2 {
        daemon
            .next_line_with(again, Duration::from_secs(3))
            .unwrap();
    }
    assert!(
        start.elapsed() >= Duration::from_secs(1),
        "{:?}",
        start.elapsed()
    );
    assert_eq!(fetch(address).unwrap().end, End::Fin);
    drop(trace);
}

/// Out of descriptors for good: after 5 s those who wait are let go, so that they need not wait for nothing.
#[test]
fn shedding() {
    if !needs::met(needs::program("strace")) {
        return;
    }
    let (mut daemon, _trace) = failing("EMFILE:when=1..9");
    let mut client = Client::connect(daemon.address()).unwrap();
    let heard = client.hear();
    assert_eq!(heard.bytes, b"");
    assert!(
        heard.after >= Duration::from_secs(4),
        "let go after {:?}",
        heard.after
    );
    daemon.terminate().unwrap();
    assert_eq!(daemon.wait(Client::PATIENCE).unwrap().code(), Some(0));
}
