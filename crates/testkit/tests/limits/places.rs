//! A greedy address gets its share, and other addresses notice nothing.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use socket2::{Domain, Socket, Type};
use testkit::client::{StreamEnd, TestClient, fetch};
use testkit::daemon::{Daemon, POLICY};
use testkit::folder::Folder;
use testkit::load::{Load, run};
use testkit::namespace::Namespace;
use testkit::{binary, namespace, needs};

fn config(limits: &str) -> String {
    format!(
        "[policy.default]\nrules = [{{ domain = \"a.test\", ports = \"80\" }}]\n\
         [[listen]]\naddress = \"127.0.0.1:0\"\n[limits]\n{limits}\n"
    )
}

fn daemon(folder: &Folder, limits: &str) -> Daemon {
    let path = folder
        .file("flashgate.toml", config(limits))
        .expect("a config");
    Daemon::builder()
        .args(["serve".into(), "--config".into(), path.into_os_string()])
        .start()
        .expect("a daemon")
}

/// Fetches from one address of the loopback network; returns how many were answered, and how many were not.
fn fetch_from(from: Ipv4Addr, to: SocketAddr, fetches: u64) -> (u64, u64) {
    let mut load = Load::new(to, POLICY);
    load.sources = vec![from];
    load.fetches = fetches;
    load.in_flight = 4;
    let report = run(&load).expect("a load");
    (report.ok, fetches - report.ok)
}

const GREEDY: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 66);
const QUIET: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 7);

#[test]
fn loopback_is_exempt_unless_said_otherwise() {
    let folder = Folder::new().unwrap();
    let daemon = daemon(&folder, "rate-per-address = 5\nper-address = 1");
    assert_eq!(fetch_from(GREEDY, daemon.address(), 1_000), (1_000, 0));
}

#[test]
fn too_many_connections_at_a_time() {
    let folder = Folder::new().unwrap();
    let mut daemon = daemon(
        &folder,
        "per-address = 8\nrate-per-address = \"off\"\nexempt = []",
    );
    let mut holders: Vec<_> = (0..20)
        .map(|_| TestClient::connect(daemon.address()).unwrap())
        .collect();
    daemon
        .wait_for_line("limit=\"per-address\"", Duration::from_secs(10))
        .unwrap();
    let mut refused = 0;
    for holder in &mut holders {
        refused += u32::from(holder.stirs_within(Duration::from_millis(300)));
    }
    assert_eq!(refused, 12, "8 of 20 may stay");
    assert_eq!(
        fetch_from(QUIET, daemon.address(), 100),
        (100, 0),
        "expected another address to be unaffected"
    );
    drop(holders);
    let back = testkit::until(Duration::from_secs(10), || {
        fetch(daemon.address())
            .is_ok_and(|heard| heard.end == StreamEnd::Fin && !heard.bytes.is_empty())
    });
    assert!(back, "a client that closed may connect again");
}

#[test]
fn too_many_new_connections_a_second() {
    let folder = Folder::new().unwrap();
    let mut daemon = daemon(
        &folder,
        "per-address = \"off\"\nrate-per-address = 50\nexempt = []",
    );
    let (answered, refused) = fetch_from(GREEDY, daemon.address(), 5_000);
    assert!(
        answered >= 50 && refused > 1_000,
        "{answered} answered, {refused} refused"
    );
    assert_eq!(
        fetch_from(QUIET, daemon.address(), 40),
        (40, 0),
        "expected another address to be unaffected"
    );
    let lines = daemon
        .log()
        .iter()
        .filter(|line| line.contains("rate-per-address"))
        .count();
    assert!(
        (1..10).contains(&lines),
        "{lines} lines for {refused} refusals"
    );
}

/// With IPv6, a whole /64 counts as one address, because a host there has all of them.
#[test]
fn a_network_of_ipv6() {
    if !needs::met(namespace::missing()) {
        return;
    }
    binary::flashgate().unwrap();
    let network = Namespace::new().unwrap();
    let greedy = ["2001:db8:0:1::1", "2001:db8:0:1:ffff::2"];
    let quiet = "2001:db8:0:2::1";
    for address in greedy.iter().chain([&quiet]) {
        let address = format!("{address}/128");
        network
            .ip(&["address", "add", &address, "dev", "lo", "nodad"])
            .unwrap();
    }
    let folder = Folder::new().unwrap();
    let limits = "per-address = 4\nrate-per-address = \"off\"\nexempt = []";
    let text = config(limits).replace("127.0.0.1:0", "[::]:9000");
    let path = folder.file("flashgate.toml", text).unwrap();
    network
        .run(|| {
            let daemon = Daemon::builder()
                .args(["serve", "--config"])
                .args([&path])
                .start()
                .unwrap();
            let connect = |from: &str| {
                let socket = Socket::new(Domain::IPV6, Type::STREAM, None).unwrap();
                let from: Ipv6Addr = from.parse().unwrap();
                socket.bind(&SocketAddr::from((from, 0)).into()).unwrap();
                let to: SocketAddr = "[2001:db8:0:2::1]:9000".parse().unwrap();
                socket.connect(&to.into()).unwrap();
                TestClient::from_stream(socket.into()).unwrap()
            };
            let mut holders: Vec<_> = (0..8).map(|at| connect(greedy[at % 2])).collect();
            let mut others: Vec<_> = (0..4).map(|_| connect(quiet)).collect();
            let refused = |clients: &mut Vec<TestClient>| {
                let mut refused = 0;
                for client in clients {
                    refused += u32::from(client.stirs_within(Duration::from_millis(300)));
                }
                refused
            };
            assert_eq!(refused(&mut holders), 4, "four of both together may stay");
            assert_eq!(
                refused(&mut others),
                0,
                "expected another network to be unaffected"
            );
            drop(daemon);
        })
        .unwrap();
}

/// Limits can be changed while it runs.
#[test]
fn a_reload_changes_limits() {
    let folder = Folder::new().unwrap();
    let mut daemon = daemon(&folder, "rate-per-address = 10\nexempt = []");
    assert!(fetch_from(GREEDY, daemon.address(), 200).1 > 100);
    folder
        .file(
            "flashgate.toml",
            config("rate-per-address = \"off\"\nper-address = \"off\""),
        )
        .unwrap();
    daemon
        .wait_for_line("INFO reloaded", Duration::from_secs(10))
        .unwrap();
    assert_eq!(fetch_from(GREEDY, daemon.address(), 1_000), (1_000, 0));
}

/// The total: connections over it wait in the queue, and are served when others have gone.
#[test]
fn the_total() {
    let folder = Folder::new().unwrap();
    let mut daemon = daemon(&folder, "connections = 16");
    let begun = Instant::now();
    let holders: Vec<_> = (0..16)
        .map(|_| TcpStream::connect(daemon.address()).unwrap())
        .collect();
    let mut waiting = TestClient::connect(daemon.address()).unwrap();
    waiting.send(testkit::load::REQUEST);
    // All are from one network, which crowds the others out: after a quarter of a second one of them may be closed.
    let is_served = waiting.stirs_within(Duration::from_millis(100));
    let may_be = begun.elapsed() >= Duration::from_millis(250);
    assert!(!is_served || may_be, "served beyond the total");
    let line = daemon
        .wait_for_line("no room for another connection", Duration::from_secs(10))
        .unwrap();
    assert!(
        line.contains("limit=\"connections\" open=16 relaying=0 most=16"),
        "{line}"
    );
    drop(holders);
    assert_eq!(waiting.hear().bytes, [POLICY, b"\0"].concat());
}

/// The limit on open files allows fewer: a configured number gets a warning, also after a reload; a default is only
/// logged.
#[test]
fn fewer_files_than_connections() {
    if !needs::met(needs::program("prlimit")) {
        return;
    }
    let folder = Folder::new().unwrap();
    let started = |limits: &str| {
        let path = folder.file("flashgate.toml", config(limits)).unwrap();
        Daemon::builder()
            .through(["prlimit", "--nofile=100"])
            .args(["serve", "--config"])
            .args([path])
            .start()
            .unwrap()
    };
    let text = "the limit on open files allows fewer connections";
    let told = |daemon: &mut Daemon| {
        let lines = daemon.log().iter();
        let line = lines.clone().find(|line| line.contains(text));
        line.cloned().unwrap_or_default()
    };
    let mut daemon = started("connections = 20_000");
    let line = told(&mut daemon);
    assert!(
        line.contains(" WARN ") && line.ends_with("wanted=20000 connections=67 open_files=100"),
        "{line}"
    );
    let line = told(&mut started(""));
    assert!(
        line.contains(" INFO ") && line.contains("wanted=16384"),
        "{line}"
    );
    let mut daemon = started("connections = 50");
    assert_eq!(told(&mut daemon), "");
    folder
        .file("flashgate.toml", config("connections = 300"))
        .unwrap();
    let line = daemon
        .next_line_with(text, Duration::from_secs(10))
        .unwrap();
    assert!(line.contains("wanted=300 "), "{line}");
}

/// For connections through gates, without a contradiction, and not again at each reload.
#[test]
fn fewer_files_than_relays() {
    if !needs::met(needs::program("prlimit")) {
        return;
    }
    let folder = Folder::new().unwrap();
    let gate = |port: u16| {
        config("connections = 300").replace("[[listen]]", "[[gate]]\nname = \"game\"")
            + &format!("\n[process]\nthreads = 1\ndrain = \"{port}s\"\n")
    };
    let gate = |port| gate(port).replacen("address", "backend = \"127.0.0.1:1\"\naddress", 1);
    let path = folder.file("flashgate.toml", gate(1)).unwrap();
    let mut daemon = Daemon::builder()
        .through(["prlimit", "--nofile=500"])
        .args(["serve", "--config"])
        .args([path])
        .start()
        .unwrap();
    let text = "the limit on open files allows fewer";
    let lines = |daemon: &mut Daemon| -> Vec<String> {
        let lines = daemon.log().iter().filter(|line| line.contains(text));
        lines.cloned().collect()
    };
    let before = lines(&mut daemon);
    assert_eq!(before.len(), 1, "{before:?}");
    assert!(
        before[0].contains(" WARN ") && before[0].contains("through gates"),
        "{before:?}"
    );
    assert!(before[0].contains(" wanted=282 relays="), "{before:?}");
    folder.file("flashgate.toml", gate(2)).unwrap();
    daemon
        .next_line_with(" reloaded", Duration::from_secs(10))
        .unwrap();
    assert_eq!(lines(&mut daemon), before);
}

/// After a reload, an address that was too fast gets no second burst.
#[test]
fn a_reload_refills_no_bucket() {
    let folder = Folder::new().unwrap();
    let limits = "rate-per-address = 50\nexempt = []";
    let mut daemon = daemon(&folder, limits);
    let (begin, mut answered) = (Instant::now(), 0_u64);
    for _ in 0..2 {
        for _ in 0..100 {
            answered += u64::from(!fetch(daemon.address()).unwrap().bytes.is_empty());
        }
        daemon.hang_up().unwrap();
        daemon
            .next_line_with(" reloaded", Duration::from_secs(10))
            .unwrap();
    }
    let most = 51 + u64::try_from(begin.elapsed().as_millis()).unwrap() * 50 / 1000;
    assert!(
        (50..=most).contains(&answered),
        "{answered} of at most {most}"
    );
}

/// All clients behind one balancer share its address, and so its limits: the log says what to do about it.
#[test]
fn a_shared_address_is_explained() {
    let folder = Folder::new().unwrap();
    let mut daemon = daemon(&folder, "rate-per-address = 1\nexempt = []");
    let begin = Instant::now();
    for _ in 0..300 {
        fetch(daemon.address()).unwrap();
    }
    let line = daemon.wait_for_line("its address is over a limit", Duration::from_secs(10));
    let line = line.unwrap();
    for part in [" WARN ", "rate-per-address", "`accept-proxy`", "`exempt`"] {
        assert!(line.contains(part), "{part}: {line}");
    }
    let lines = daemon.log().iter();
    let lines = lines.filter(|line| line.contains("its address is over a limit"));
    let most = usize::try_from(begin.elapsed().as_secs()).unwrap() + 2;
    assert!((1..=most).contains(&lines.count()));
}
