//! Start and stop: the messages, what is finished before the end, and the exit code.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use rustix::io::ioctl_fionread;
use rustix::process::Signal;
use testkit::backend::{BackendBehaviour, TestBackend};
use testkit::client::{StreamEnd, TestClient, fetch};
use testkit::daemon::{Daemon, POLICY};
use testkit::folder::Folder;
use testkit::link::{self, Conditions, Link, Path};
use testkit::load::{Load, REQUEST, run};
use testkit::namespace::Namespace;
use testkit::scale::short_or_long;
use testkit::{binary, cpu, figure, log_pipe, needs, until};

fn daemon() -> Daemon {
    Daemon::serve(["--allow", "a.test:80"]).expect("a daemon")
}

/// A daemon with places for three connections, and further sections in its config.
fn with_places(sections: &str) -> (Folder, Daemon) {
    let folder = Folder::new().expect("a folder");
    let text = format!(
        "[policy.default]\nrules = [{{ domain = \"a.test\", ports = \"80\" }}]\n\
         [[listen]]\naddress = \"127.0.0.1:0\"\n[limits]\nconnections = 3\n{sections}"
    );
    let config = folder.file("flashgate.toml", text).expect("a file");
    let daemon = Daemon::builder()
        .args(["serve", "--config"])
        .args([config])
        .start()
        .expect("a daemon");
    (folder, daemon)
}

/// SIGTERM while many fetches arrive: every accepted client is answered, all others are refused.
#[test]
fn a_stop_under_load() {
    let stops = short_or_long(10, 50);
    let (mut answered, mut longest) = (0, Duration::ZERO);
    for _ in 0..stops {
        let mut daemon = daemon();
        let mut load = Load::new(daemon.address(), POLICY);
        load.fetches = 40_000;
        load.in_flight = 64;
        load.fetch_deadline = Duration::from_secs(20);
        let fetches = thread::spawn(move || run(&load).unwrap());
        assert!(until(Duration::from_secs(10), || {
            cpu::time(daemon.pid()).is_ok_and(|time| time > Duration::from_millis(50))
        }));
        let start = Instant::now();
        daemon.terminate().unwrap();
        assert_eq!(daemon.wait(TestClient::PATIENCE).unwrap().code(), Some(0));
        longest = longest.max(start.elapsed());
        let report = fetches.join().unwrap();
        let lost = report.truncated + report.mismatch + report.timed_out + report.reset_after_reply;
        assert_eq!(lost, 0, "{report}");
        assert!(report.ok > 0, "{report}");
        answered += report.ok;
    }
    figure::report(
        "R15",
        format!(
            "{stops} stops under load: {answered} answered, 0 lost, exit 0 within {longest:.0?}"
        ),
    );
}

/// Over the internet a handshake takes time. A client is answered if its connection was established before the end.
#[test]
fn a_stop_far_away() {
    if !needs::met(link::missing()) {
        return;
    }
    // The namespaces have no network access, should cargo need a registry for the build.
    binary::flashgate().unwrap();
    let (near, far) = (Namespace::new().unwrap(), Namespace::new().unwrap());
    let path = Path {
        delay: Duration::from_millis(20),
        jitter: Duration::from_millis(15),
        ..Path::default()
    };
    let link = Link::join(&near, &far, Conditions::both_ways(path, 843)).unwrap();
    let folder = Folder::new().unwrap();
    // All clients have one address.
    let text = "[policy.default]\nrules = [{ domain = \"a.test\", ports = \"80\" }]\n\
                [[listen]]\naddress = \"0.0.0.0:843\"\n\
                [limits]\nper-address = \"off\"\nrate-per-address = \"off\"\n";
    let config = folder.file("flashgate.toml", text).unwrap();
    let serve = ["serve".into(), "--config".into(), config.into_os_string()];
    let start = || Daemon::builder().args(serve).start();
    let mut daemon = far.run(start).unwrap().unwrap();
    let mut load = Load::new((link.far(), 843).into(), POLICY);
    (load.fetches, load.in_flight) = (2_000, 200);
    let report = thread::scope(|scope| {
        let fetches = scope.spawn(|| near.run(|| run(&load)).unwrap().unwrap());
        assert!(until(TestClient::PATIENCE, || link.inbound().passed > 1_000));
        daemon.terminate().unwrap();
        assert_eq!(daemon.wait(TestClient::PATIENCE).unwrap().code(), Some(0));
        fetches.join().unwrap()
    });
    assert_eq!(report.ok + report.refused, load.fetches, "{report}");
    assert!(report.ok > 0 && report.refused > 0, "{report}");
}

/// No client that was in the kernel's queue before the stop is lost, even if the daemon could not have accepted it
/// before.
#[test]
fn a_stop_with_a_long_queue() {
    // The kernel's own limit on a queue is 4096; a machine may have less.
    let most = fs::read_to_string("/proc/sys/net/core/somaxconn").unwrap();
    let most: usize = most.trim().parse().unwrap();
    let mut daemon = daemon();
    daemon.signal(Signal::STOP).unwrap();
    let mut queued: Vec<_> = (0..most.min(1_500))
        .map(|_| TestClient::connect(daemon.address()).unwrap())
        .collect();
    for client in &mut queued {
        assert!(client.send(REQUEST));
    }
    daemon.terminate().unwrap();
    daemon.signal(Signal::CONT).unwrap();
    for client in &mut queued {
        let heard = client.hear();
        assert_eq!(
            (heard.end, heard.bytes),
            (StreamEnd::Fin, [POLICY, b"\0"].concat())
        );
    }
    assert_eq!(daemon.wait(TestClient::PATIENCE).unwrap().code(), Some(0));
    figure::report(
        "R15",
        format!("{} queued at a stop: all answered", queued.len()),
    );
}

/// The config file says how long a stop may take; no client can make it longer, whatever it does.
#[test]
fn a_stop_keeps_to_its_limit() {
    const DRAIN: Duration = Duration::from_secs(1);
    let folder = Folder::new().unwrap();
    let text = "[policy.default]\nrules = [{ domain = \"a.test\", ports = \"80\" }]\n\
                [[listen]]\naddress = \"127.0.0.1:0\"\n[process]\ndrain = \"1s\"\n";
    let config = folder.file("flashgate.toml", text).unwrap();
    let (stops, mut longest) = (short_or_long(1, 10), Duration::ZERO);
    for _ in 0..stops {
        let mut daemon = Daemon::builder()
            .args([
                "serve".into(),
                "--config".into(),
                config.clone().into_os_string(),
            ])
            .start()
            .unwrap();
        // Silent, half done, and answered but never closing: the byte after the request makes the server linger.
        let clients = [&b""[..], b"<policy", b"<policy-file-request/>\0x"].map(|bytes| {
            let mut client = TestClient::connect(daemon.address()).unwrap();
            client.send(bytes);
            client
        });
        fetch(daemon.address()).unwrap();
        let start = Instant::now();
        daemon.terminate().unwrap();
        assert_eq!(daemon.wait(TestClient::PATIENCE).unwrap().code(), Some(0));
        longest = longest.max(start.elapsed());
        drop(clients);
    }
    figure::report(
        "R15",
        format!(
            "{stops} stops with clients that do not end: exit 0 within {longest:.2?} where drain is {DRAIN:?}"
        ),
    );
    let slack = short_or_long(Duration::from_secs(5), Duration::from_millis(500));
    assert!(longest <= DRAIN + slack, "{longest:?}");
}

/// A full daemon with an empty queue does not wait for room either.
#[test]
fn a_stop_of_a_full_daemon_keeps_to_its_limit() {
    let (_folder, mut daemon) = with_places("[process]\ndrain = \"1s\"\n");
    let alone = cpu::open_files(daemon.pid()).unwrap();
    let holders = [(); 3].map(|()| {
        let mut client = TestClient::connect(daemon.address()).unwrap();
        client.send(b"<policy");
        client
    });
    assert!(until(Duration::from_secs(10), || {
        cpu::open_files(daemon.pid()).is_ok_and(|open| open == alone + holders.len())
    }));
    let start = Instant::now();
    daemon.terminate().unwrap();
    assert_eq!(daemon.wait(TestClient::PATIENCE).unwrap().code(), Some(0));
    // As long as silent clients would get without a limit.
    let took = start.elapsed();
    assert!(took < Duration::from_secs(3), "{took:?}");
    drop(holders);
}

/// Requests in progress at SIGTERM are answered: half a request, and bytes that a slow network still holds.
#[test]
fn a_stop_waits_for_those_who_are_asking() {
    let mut daemon = daemon();
    let mut asking = TestClient::connect(daemon.address()).unwrap();
    asking.send(b"<policy-file-");
    // It has been accepted once the daemon holds its descriptor.
    fetch(daemon.address()).unwrap();
    daemon.terminate().unwrap();
    daemon
        .wait_for_line("stopping", TestClient::PATIENCE)
        .unwrap();
    asking.send(b"request/>\0");
    let heard = asking.hear();
    assert_eq!(
        (heard.end, heard.bytes),
        (StreamEnd::Fin, [POLICY, b"\0"].concat())
    );
    assert_eq!(daemon.wait(TestClient::PATIENCE).unwrap().code(), Some(0));
}

#[test]
fn a_silent_client_delays_a_stop_by_three_seconds_at_most() {
    let mut daemon = daemon();
    let _silent = TestClient::connect(daemon.address()).unwrap();
    fetch(daemon.address()).unwrap();
    let start = Instant::now();
    daemon.terminate().unwrap();
    assert_eq!(daemon.wait(TestClient::PATIENCE).unwrap().code(), Some(0));
    assert!(
        start.elapsed() < Duration::from_secs(6),
        "{:?}",
        start.elapsed()
    );
}

/// Clients that are queued when it stops are answered too, as places become free.
#[test]
fn a_stop_with_a_full_house() {
    if !needs::met(needs::program("prlimit")) {
        return;
    }
    let mut daemon = Daemon::builder()
        .through(["prlimit", "--nofile=64"])
        .args(["serve", "--listen", "127.0.0.1:0", "--allow", "a.test:80"])
        .start()
        .unwrap();
    let mut holders: Vec<_> = (0..31)
        .map(|_| TestClient::connect(daemon.address()).unwrap())
        .collect();
    let mut queued: Vec<_> = (0..200)
        .map(|_| TestClient::connect(daemon.address()).unwrap())
        .collect();
    for client in &mut queued {
        client.send(b"<policy-file-request/>\0");
    }
    daemon.terminate().unwrap();
    daemon
        .wait_for_line("stopping", TestClient::PATIENCE)
        .unwrap();
    holders.truncate(1);
    for mut client in queued {
        let heard = client.hear();
        assert_eq!(
            (heard.end, heard.bytes),
            (StreamEnd::Fin, [POLICY, b"\0"].concat())
        );
    }
    assert_eq!(daemon.wait(TestClient::PATIENCE).unwrap().code(), Some(0));
}

/// The log is not read, and its pipe is full: serving continues, and stopping works.
#[test]
fn a_log_that_nobody_reads() {
    let mut daemon = Daemon::builder()
        .args([
            "serve",
            "-v",
            "--listen",
            "127.0.0.1:0",
            "--allow",
            "a.test:80",
        ])
        .with_unread_log()
        .start()
        .unwrap();
    log_pipe::fill(&daemon).unwrap();
    for _ in 0..2_000 {
        assert_eq!(fetch(daemon.address()).unwrap().end, StreamEnd::Fin);
    }
    daemon.terminate().unwrap();
    assert!(
        until(Duration::from_secs(10), || daemon.has_ended()),
        "the daemon still runs"
    );
}

#[test]
fn a_second_signal_stops_at_once() {
    let mut daemon = daemon();
    let _silent = TestClient::connect(daemon.address()).unwrap();
    fetch(daemon.address()).unwrap();
    daemon.terminate().unwrap();
    daemon
        .wait_for_line("stopping", TestClient::PATIENCE)
        .unwrap();
    let start = Instant::now();
    daemon.terminate().unwrap();
    assert_eq!(daemon.wait(TestClient::PATIENCE).unwrap().code(), Some(0));
    assert!(
        start.elapsed() < Duration::from_secs(2),
        "{:?}",
        start.elapsed()
    );
}

/// The log is not read while a full daemon has a queue, which a first signal gives three seconds.
#[test]
fn a_second_signal_does_not_wait_for_the_queue() {
    let (_folder, mut daemon) = with_places("");
    // Each accepted client keeps its place for a second.
    let clients = [(); 12].map(|()| TestClient::connect(daemon.address()).unwrap());
    daemon
        .wait_for_line("no room for another connection", TestClient::PATIENCE)
        .unwrap();
    daemon.terminate().unwrap();
    daemon
        .wait_for_line("stopping", TestClient::PATIENCE)
        .unwrap();
    let start = Instant::now();
    daemon.terminate().unwrap();
    assert_eq!(daemon.wait(TestClient::PATIENCE).unwrap().code(), Some(0));
    let took = start.elapsed();
    assert!(took < Duration::from_secs(2), "{took:?}");
    drop(clients);
}

#[test]
fn ready_is_said_however_quiet_the_log() {
    for arguments in [
        &["-q"][..],
        &["--log-format", "json"],
        &["--log-format", "json", "-q"],
        &["-v"],
    ] {
        let rule = ["--allow", "a.test:80"];
        let mut daemon = Daemon::serve(rule.iter().chain(arguments)).unwrap();
        assert_ne!(daemon.address().port(), 0, "{arguments:?}");
        if arguments.contains(&"json") {
            for line in daemon.log() {
                assert!(line.starts_with('{') && line.ends_with('}'), "{line}");
            }
        }
    }
}

/// With -v every connection is one line, with its reason.
#[test]
fn every_connection_can_be_logged() {
    let mut daemon = Daemon::serve(["-v", "--allow", "a.test:80"]).unwrap();
    fetch(daemon.address()).unwrap();
    TestClient::connect(daemon.address())
        .unwrap()
        .send(b"garbage");
    for outcome in ["answered", "not-a-request"] {
        daemon
            .wait_for_line(&format!("outcome=\"{outcome}\""), TestClient::PATIENCE)
            .unwrap();
    }
}

/// The mistakes in a config can be more than a pipe holds: if the pipe is not read, serving continues too.
#[test]
fn findings_that_nobody_reads() {
    let folder = Folder::new().unwrap();
    let good = "[policy.p]\nrules = [{ domain = \"a.test\", ports = \"80\" }]\n\
                [[listen]]\naddress = \"127.0.0.1:0\"\n";
    let path = folder.file("flashgate.toml", good).unwrap();
    let mut daemon = Daemon::builder()
        .args(["serve", "--config"])
        .args([&path])
        .with_unread_log()
        .start()
        .unwrap();
    let unknown = "x".repeat(4_000);
    let faulty = format!("[[listen]]\naddress = \"1\"\npolicy = \"{unknown}\"\n").repeat(50);
    folder
        .file("flashgate.toml", format!("{good}{faulty}"))
        .unwrap();
    let pipe = fs::File::open(format!("/proc/{}/fd/2", daemon.pid())).unwrap();
    assert!(
        until(Duration::from_secs(10), || ioctl_fionread(&pipe).unwrap()
            > 60_000),
        "the pipe is not full"
    );
    assert_eq!(fetch(daemon.address()).unwrap().end, StreamEnd::Fin);
    daemon.terminate().unwrap();
    assert!(
        until(Duration::from_secs(10), || daemon.has_ended()),
        "the daemon still runs"
    );
}

/// A player is connected, so the stop takes all of `drain`. During that time policy requests are answered, also at the
/// gate, other new connections are closed, and the player counts as cut.
#[test]
fn policy_requests_are_answered_until_the_end() {
    let backend = TestBackend::start(BackendBehaviour::Echo).unwrap();
    let folder = Folder::new().unwrap();
    let text = format!(
        "[policy.default]\nrules = [{{ domain = \"a.test\", ports = \"80\" }}]\n\
         [[listen]]\naddress = \"127.0.0.1:0\"\n[[gate]]\naddress = \"127.0.0.1:0\"\nbackend = \"{}\"\n\
         [process]\ndrain = \"3s\"\n",
        backend.address()
    );
    let config = folder.file("flashgate.toml", text).unwrap();
    let mut daemon = Daemon::builder()
        .args(["serve", "--config"])
        .args([config])
        .start()
        .unwrap();
    let gate = daemon.addresses()[1];
    let mut player = TestClient::connect(gate).unwrap();
    player.send(b"hello");
    player.read_exact(&mut [0; 5]).unwrap();
    let start = Instant::now();
    daemon.terminate().unwrap();
    daemon
        .wait_for_line("stopping", TestClient::PATIENCE)
        .unwrap();
    // What was queued at the signal is still served, and the first new client may be too.
    assert!(until(TestClient::PATIENCE, || {
        let mut newcomer = TestClient::connect(gate).unwrap();
        newcomer.send(b"hello");
        newcomer.half_close().is_err() || newcomer.hear().bytes.is_empty()
    }));
    let mut silent = TestClient::connect(gate).unwrap();
    let mut answered = 0;
    while start.elapsed() < Duration::from_millis(2_500) {
        for address in daemon.addresses() {
            let heard = fetch(*address).unwrap();
            assert_eq!(
                (heard.end, heard.bytes),
                (StreamEnd::Fin, [POLICY, b"\0"].concat())
            );
            assert!(heard.after < Duration::from_secs(1), "{:?}", heard.after);
            answered += 1;
        }
    }
    player.send(b"still");
    player.read_exact(&mut [0; 5]).unwrap();
    assert_eq!(player.hear().end, StreamEnd::Reset);
    assert_eq!(silent.hear().bytes, b"");
    assert_eq!(daemon.wait(TestClient::PATIENCE).unwrap().code(), Some(0));
    let last = daemon
        .wait_for_line("stopped", TestClient::PATIENCE)
        .unwrap();
    assert!(last.contains(&format!("answered={answered}")), "{last}");
    assert!(last.contains("cut=1"), "{last}");
}
