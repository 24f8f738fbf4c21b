//! More connections than there is room for: every client that asks is served, and nothing spins.

use std::io::Write as _;
use std::net::{SocketAddr, TcpStream};
use std::process::Command;
use std::time::{Duration, Instant};

use testkit::client::{StreamEnd, TestClient, fetch};
use testkit::cpu;
use testkit::daemon::{Daemon, POLICY};
use testkit::load::{Load, run};
use testkit::scale::short_or_long;
use testkit::{figure, needs, until};

/// The memory limit of an idle daemon: 8 MiB, of which 0.5 are its own. The rest is the program file, which the kernel
/// may map completely, also the parts that `serve` never runs.
const MOST_KB: u64 = 8 * 1024;

/// 10,000 connections that have sent five bytes, and then a fetch.
#[test]
fn ten_thousand_idle() {
    let daemon = Daemon::serve(["--allow", "a.test:80"]).unwrap();
    let start = cpu::private_kb(daemon.pid()).unwrap();
    let mut idle = Vec::new();
    for _ in 0..10_000 {
        idle.push(opened(daemon.address()));
    }
    // The deadline would end the first of them before the last one is open only on an extremely slow machine.
    let heard = fetch(daemon.address()).unwrap();
    assert_eq!(
        (heard.end, heard.bytes),
        (StreamEnd::Fin, [POLICY, b"\0"].concat())
    );
    let full = cpu::private_kb(daemon.pid()).unwrap();
    figure::report(
        "R19",
        format!(
            "10,000 waiting: {full} kB of private memory, {} bytes each",
            full.saturating_sub(start) * 1024 / 10_000
        ),
    );
    assert!(
        full - start <= 20 * 1024,
        "from {start} to {full} kB with 10,000 idle connections: over 2 KiB each"
    );
    drop(idle);
    // Everything they cost is given back: exactly as many descriptors as before, once their ends have been seen.
    let given_back = until(Duration::from_secs(30), || {
        cpu::open_files(daemon.pid()).is_ok_and(|open| open < 32)
    });
    assert!(
        given_back,
        "{} descriptors are still open",
        cpu::open_files(daemon.pid()).unwrap()
    );
}

/// Connected, with the first five bytes of a request sent.
fn opened(to: SocketAddr) -> TcpStream {
    let mut stream = TcpStream::connect(to).expect("a connection");
    stream.write_all(b"<poli").expect("five bytes sent");
    stream
}

/// 64 descriptors and 300 clients at a time.
#[test]
fn few_descriptors() {
    if !needs::met(needs::program("prlimit")) {
        return;
    }
    let mut daemon = Daemon::builder()
        .through(["prlimit", "--nofile=64"])
        .args(["serve", "--listen", "127.0.0.1:0", "--allow", "a.test:80"])
        .start()
        .unwrap();
    let mut load = Load::new(daemon.address(), POLICY);
    load.fetches = 5_000;
    load.in_flight = 300;
    let start = Instant::now();
    let mut served = 0;
    for cuts in [vec![], vec![5]] {
        load.cuts = cuts;
        let report = run(&load).unwrap();
        assert!(report.all_ok(), "{report}");
        served += report.ok;
    }
    let lines = daemon
        .log()
        .iter()
        .filter(|line| line.contains("can't accept"))
        .count();
    figure::report(
        "R10",
        format!(
            "64 descriptors, 300 in flight: {served} of 10,000 served, {lines} log lines in {:.1?}",
            start.elapsed()
        ),
    );
    assert!(
        lines as u64 <= start.elapsed().as_secs() + 1,
        "{lines} log lines in {:?}",
        start.elapsed()
    );
}

/// Silent clients take every descriptor: the daemon sleeps, and serves again when they have gone.
#[test]
fn starved_and_back() {
    if !needs::met(needs::program("prlimit")) {
        return;
    }
    let daemon = Daemon::builder()
        .through(["prlimit", "--nofile=64"])
        .args(["serve", "--listen", "127.0.0.1:0", "--allow", "a.test:80"])
        .start()
        .unwrap();
    let idle: Vec<_> = (0..100)
        .map(|_| TcpStream::connect(daemon.address()).unwrap())
        .collect();
    assert!(until(Duration::from_secs(5), || cpu::open_files(
        daemon.pid()
    )
    .is_ok_and(|open| open > 30)));
    let (before, switches) = (
        cpu::time(daemon.pid()).unwrap(),
        cpu::voluntary_switches(daemon.pid()).unwrap(),
    );
    // This measures two seconds of starvation.
    std::thread::sleep(Duration::from_secs(2));
    let used = cpu::time(daemon.pid())
        .unwrap()
        .checked_sub(before)
        .unwrap();
    let woken = cpu::voluntary_switches(daemon.pid()).unwrap() - switches;
    assert!(
        used < Duration::from_millis(200),
        "{used:?} of CPU in 2 s of starvation"
    );
    assert!(woken < 100, "{woken} wake-ups in 2 s of starvation");
    drop(idle);
    let start = Instant::now();
    assert_eq!(fetch(daemon.address()).unwrap().end, StreamEnd::Fin);
    let back = start.elapsed();
    figure::report(
        "R10",
        format!(
            "starved: {used:.1?} of CPU and {woken} wake-ups in 2 s, served again after {back:.1?}"
        ),
    );
    let limit = short_or_long(Duration::from_secs(3), Duration::from_secs(1));
    assert!(back < limit, "served again after {back:?}");
}

/// Without connections and without work, nothing wakes the daemon.
#[test]
fn no_wake_ups_when_idle() {
    let daemon = Daemon::serve(["--allow", "a.test:80"]).unwrap();
    assert_eq!(fetch(daemon.address()).unwrap().end, StreamEnd::Fin);
    let settled = until(Duration::from_secs(10), || {
        let before = cpu::voluntary_switches(daemon.pid()).unwrap();
        std::thread::sleep(Duration::from_secs(2));
        cpu::voluntary_switches(daemon.pid()).unwrap() == before
    });
    assert!(settled, "the daemon wakes up although nothing happens");
    let resident = cpu::resident_kb(daemon.pid()).unwrap();
    figure::report(
        "R19",
        format!("idle: {resident} kB resident, 0 wake-ups in 2 s"),
    );
    assert!(resident <= MOST_KB, "{resident} kB");
}

/// The limit on open files is lowered under a running daemon: it waits, still answers its clients, and stops.
#[test]
fn a_limit_lowered_while_it_runs() {
    if !needs::met(needs::program("prlimit")) {
        return;
    }
    let mut daemon = Daemon::serve(["--allow", "a.test:80"]).unwrap();
    let alone = cpu::open_files(daemon.pid()).unwrap();
    let mut known = TestClient::connect(daemon.address()).unwrap();
    known.send(b"<policy");
    let accepted = until(Duration::from_secs(5), || {
        cpu::open_files(daemon.pid()).is_ok_and(|open| open > alone)
    });
    assert!(
        accepted,
        "{} descriptors",
        cpu::open_files(daemon.pid()).unwrap()
    );
    let files = cpu::open_files(daemon.pid()).unwrap();
    // As the user that the daemon runs as: root may lack the capability to do it to another user.
    let mut lower = Command::new("prlimit");
    if needs::root().is_none() {
        lower = Command::new("setpriv");
        lower.args([
            "--reuid=65534",
            "--regid=65534",
            "--clear-groups",
            "prlimit",
        ]);
    }
    let lowered = lower
        .args([
            "--pid",
            &daemon.pid().to_string(),
            &format!("--nofile={files}:{files}"),
        ])
        .status()
        .unwrap();
    assert!(lowered.success());
    let before = cpu::time(daemon.pid()).unwrap();
    let waiting: Vec<_> = (0..3)
        .map(|_| TcpStream::connect(daemon.address()).unwrap())
        .collect();
    // Longer than the time after which waiting clients are closed.
    std::thread::sleep(Duration::from_secs(7));
    let used = cpu::time(daemon.pid()).unwrap().saturating_sub(before);
    assert!(
        used < Duration::from_millis(350),
        "{used:?} of CPU in 7 s of starvation"
    );
    known.send(b"-file-request/>\0");
    let heard = known.hear();
    assert_eq!(
        (heard.end, heard.bytes.last()),
        (StreamEnd::Fin, Some(&0)),
        "expected a client from before the limit to be answered"
    );
    drop(waiting);
    daemon.terminate().unwrap();
    assert_eq!(daemon.wait(TestClient::PATIENCE).unwrap().code(), Some(0));
}
