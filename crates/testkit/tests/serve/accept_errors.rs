//! Every error of `accept`, injected: the daemon survives, and no client is lost.

mod killed;

use std::thread;
use std::time::{Duration, Instant};

use testkit::client::{StreamEnd, TestClient, fetch};
use testkit::daemon::{Daemon, POLICY};
use testkit::load::{Load, run};
use testkit::scale::{is_long, short_or_long};
use testkit::trace::SyscallTrace;
use testkit::{cpu, figure, needs};

/// A daemon whose `accept4` fails as given.
fn failing(fault: &str) -> (Daemon, SyscallTrace) {
    let trace = SyscallTrace::of("accept4")
        .expect("a trace")
        .inject(&format!("accept4:error={fault}"));
    let arguments = ["serve", "--listen", "127.0.0.1:0", "--allow", "a.test:80"];
    let daemon = Daemon::builder()
        .through(trace.program())
        .args(arguments)
        .start();
    (daemon.expect("a daemon"), trace)
}

/// The error concerns one connection: the next one is accepted at once. Every second call fails, 200 times.
#[test]
fn faults_of_a_connection() {
    if !needs::met(needs::program("strace")) {
        return;
    }
    let errnos = [
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
    ];
    let mut busiest = 0.0_f64;
    let served: u64 = errnos
        .into_iter()
        .map(|errno| {
            let (daemon, _trace) = failing(&format!("{errno}:when=1..400+2"));
            let start = Instant::now();
            let mut load = Load::new(daemon.address(), POLICY);
            load.fetches = 400;
            load.in_flight = 8;
            let before = cpu::time(daemon.pid()).unwrap();
            let report = run(&load).unwrap();
            // It must be idle again: this measures whether it keeps running for nothing.
            thread::sleep(short_or_long(Duration::ZERO, Duration::from_secs(1)));
            busiest = busiest.max(share(&daemon, before, start));
            assert!(report.all_ok(), "{errno}: {report}");
            assert!(
                report.elapsed < Duration::from_secs(20),
                "{errno}: {report}"
            );
            report.ok
        })
        .sum();
    figure::report(
        "R11",
        format!(
            "{} faults of one connection, 200 times each: {served} of 4,800 served, {:.0} % of a core",
            errnos.len(),
            busiest * 100.0
        ),
    );
    assert!(!is_long() || busiest <= 0.5, "{busiest} of a core");
}

/// The share of a core that a daemon has used since then.
fn share(daemon: &Daemon, before: Duration, start: Instant) -> f64 {
    let used = cpu::time(daemon.pid()).unwrap().saturating_sub(before);
    used.as_secs_f64() / start.elapsed().as_secs_f64()
}

/// A resource is exhausted again and again, with a connection accepted in between: no client is dropped because of it.
#[test]
fn exhaustion_now_and_then() {
    if !needs::met(needs::program("strace")) {
        return;
    }
    let errnos = ["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM"];
    // Each of them costs a pause, so the daemons run in parallel.
    let seen = errnos.map(|errno| thread::spawn(move || now_and_then(errno)));
    let seen = seen.map(|one| one.join().unwrap());
    let (served, busiest) = seen
        .into_iter()
        .fold((0, 0.0_f64), |(served, busiest), (ok, share)| {
            (served + ok, busiest.max(share))
        });
    figure::report(
        "R11",
        format!(
            "{} exhaustions, {} times each: {served} of {} served, {:.0} % of a core",
            errnos.len(),
            injections(),
            4 * fetches(),
            busiest * 100.0,
        ),
    );
    assert!(busiest <= 0.5, "{busiest} of a core");
}

fn injections() -> u64 {
    short_or_long(30, 200)
}

/// Enough fetches to trigger all errors.
fn fetches() -> u64 {
    2 * injections() + 100
}

/// Every third call fails; returns how many were served, and the share of a core.
fn now_and_then(errno: &str) -> (u64, f64) {
    let last = 3 * injections() - 2;
    let (mut daemon, _trace) = failing(&format!("{errno}:when=1..{last}+3"));
    let (start, before) = (Instant::now(), cpu::time(daemon.pid()).unwrap());
    let mut load = Load::new(daemon.address(), POLICY);
    load.fetches = fetches();
    load.in_flight = 50;
    let report = run(&load).unwrap();
    let used = cpu::time(daemon.pid()).unwrap().saturating_sub(before);
    assert!(report.all_ok(), "{errno}: {report}");
    let lines = daemon
        .log()
        .iter()
        .filter(|line| line.contains("can't accept"))
        .count() as u64;
    assert!(
        (1..=start.elapsed().as_secs() + 1).contains(&lines),
        "{errno}: {lines} lines in {:?}",
        start.elapsed()
    );
    (
        report.ok,
        used.as_secs_f64() / start.elapsed().as_secs_f64(),
    )
}

/// The kernel says that nothing is queued, although something is: the daemon tries again.
#[test]
fn a_wake_up_for_nothing() {
    if !needs::met(needs::program("strace")) {
        return;
    }
    let (daemon, _trace) = failing("EAGAIN:when=1");
    let mut first = TestClient::connect(daemon.address()).unwrap();
    first.send(testkit::load::REQUEST);
    assert_eq!(first.hear().bytes, [POLICY, b"\0"].concat());
}

/// A resource is exhausted: the queue waits, nothing spins, and the log has at most a line a second.
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

/// The listener itself is dead: it is bound again within 2 s, and the other one notices nothing.
#[test]
fn dead_listeners() {
    if !needs::met(needs::program("strace")) {
        return;
    }
    let times = short_or_long(3, 200);
    let errnos = ["EBADF", "EINVAL", "ENOTSOCK", "EFAULT"];
    // A listener that fails again within a second is bound a second later, so the daemons run in parallel.
    let seen = errnos
        .map(|errno| thread::spawn(move || die(errno, times)))
        .map(|one| one.join().unwrap());
    let longest = seen.iter().map(|(longest, _)| *longest).max().unwrap();
    let busiest = seen
        .iter()
        .fold(0.0_f64, |busiest, (_, share)| busiest.max(*share));
    figure::report(
        "R11",
        format!(
            "{} deaths of a listener, {times} times each: the other one kept serving, bound again within {longest:.1?}, {:.0} % of a core",
            errnos.len(),
            busiest * 100.0
        ),
    );
    assert!(!is_long() || busiest <= 0.5, "{busiest} of a core");
}

/// Lets the first of two listeners die this many times; returns the longest time until it was back, and the share of a
/// core.
fn die(errno: &str, times: u32) -> (Duration, f64) {
    // Of three calls the first fails; then each of two connections is accepted by one call.
    let trace = SyscallTrace::of("accept4").unwrap().inject(&format!(
        "accept4:error={errno}:when=1..{}+3",
        3 * times - 2
    ));
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
    let (begin, before) = (Instant::now(), cpu::time(daemon.pid()).unwrap());
    let mut longest = Duration::ZERO;
    for nth in 0..times {
        let start = Instant::now();
        // A client in the queue of a dying listener is lost with it.
        let _ = fetch(dying);
        assert_eq!(fetch(other).unwrap().end, StreamEnd::Fin, "{errno}, {nth}");
        daemon
            .next_line_with(
                "listening again",
                short_or_long(Duration::from_secs(20), Duration::from_secs(2)),
            )
            .unwrap();
        longest = longest.max(start.elapsed());
        assert_eq!(fetch(dying).unwrap().end, StreamEnd::Fin, "{errno}, {nth}");
    }
    let lines = daemon
        .log()
        .iter()
        .filter(|line| line.contains("a listener failed"))
        .count();
    assert!(
        (1..=times as usize).contains(&lines),
        "{errno}: {lines} lines"
    );
    (longest, share(&daemon, before, begin))
}

/// A listener that keeps failing is bound again, at most once a second.
#[test]
fn a_listener_that_fails_twice() {
    if !needs::met(needs::program("strace")) {
        return;
    }
    let (mut daemon, trace) = failing("EINVAL:when=1..2");
    let address = daemon.address();
    let start = Instant::now();
    let again = "listening again";
    for _ in 0..2 {
        // A client in the queue of a dying listener is lost with it.
        let _ = fetch(address);
        daemon
            .next_line_with(again, Duration::from_secs(3))
            .unwrap();
    }
    assert!(
        start.elapsed() >= Duration::from_secs(1),
        "{:?}",
        start.elapsed()
    );
    assert_eq!(fetch(address).unwrap().end, StreamEnd::Fin);
    drop(trace);
}

/// Permanently out of descriptors: after 5 s the waiting clients are closed, so that they do not wait for nothing.
#[test]
fn shedding() {
    if !needs::met(needs::program("strace")) {
        return;
    }
    let (mut daemon, _trace) = failing("EMFILE:when=1..9");
    let mut client = TestClient::connect(daemon.address()).unwrap();
    let heard = client.hear();
    assert_eq!(heard.bytes, b"");
    assert!(
        heard.after >= Duration::from_secs(4),
        "closed after {:?}",
        heard.after
    );
    daemon.terminate().unwrap();
    assert_eq!(daemon.wait(TestClient::PATIENCE).unwrap().code(), Some(0));
}
