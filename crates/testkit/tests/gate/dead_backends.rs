//! A backend that refuses or hangs: its clients get a clean close within the limit, the operator is informed, and no
//! restart is needed.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use testkit::backend::{Absent, BackendBehaviour, TestBackend};
use testkit::client::{StreamEnd, TestClient};
use testkit::needs;
use testkit::port;

use super::{LIMIT, Running, asks, config, echoes, start, start_through};

const MORE: &str = "[limits]\nbackend-connect = \"1s\"\n[admin]\naddress = \"127.0.0.1:0\"\n";

fn absent() -> Absent {
    Absent::reserve(([127, 0, 0, 1], 0).into()).unwrap()
}

/// A page of `[admin]`: its head and body.
fn page(gate: &Running, path: &str) -> String {
    let mut client = TestClient::connect(gate.daemon.admin().unwrap()).unwrap();
    client.send(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").as_bytes());
    String::from_utf8(client.hear().bytes).unwrap()
}

/// The sum of a metric's samples whose name or labels contain this text.
fn sample(gate: &Running, text: &str) -> u64 {
    let metrics = page(gate, "/metrics");
    let lines = metrics
        .lines()
        .filter(|line| !line.starts_with('#') && line.contains(text));
    let values: Vec<u64> = lines
        .map(|line| line.rsplit(' ').next().unwrap().parse().unwrap())
        .collect();
    assert!(!values.is_empty(), "no {text} in\n{metrics}");
    values.iter().sum()
}

/// The client gets a clean close and no bytes.
#[track_caller]
fn is_let_go(to: SocketAddr, first: &[u8], limit: Duration) {
    let mut client = TestClient::connect(to).unwrap();
    client.send(first);
    let heard = client.hear();
    assert_eq!((&heard.bytes[..], heard.end), (&b""[..], StreamEnd::Fin));
    assert!(heard.after < limit, "{:?}", heard.after);
}

#[test]
fn refused_and_back() {
    let absent = absent();
    let address = absent.address();
    let mut gate = start(&config(address, "speaks-first-after = \"20ms\"", MORE));
    assert!(page(&gate, "/readyz").contains(" 200 "));
    let before = gate.descriptors();
    let begin = Instant::now();
    for _ in 0..200 {
        is_let_go(gate.address(), b"LOGIN", Duration::from_secs(10));
    }
    is_let_go(gate.address(), b"", Duration::from_secs(10));
    let took = begin.elapsed().as_secs();
    let lines = unreachable_lines(&mut gate);
    let most = 11 * (took + 1);
    assert!((1..=most).contains(&lines), "{lines} lines in {took} s");
    assert_eq!(sample(&gate, "\"backend-unreachable\""), 201);
    let ready = page(&gate, "/readyz");
    assert!(ready.contains(" 200 "), "policies are served: {ready}");
    assert!(ready.contains("gate game can't be reached"), "{ready}");
    asks(gate.address());
    gate.lets_go(before);
    let _backend = absent.appear(BackendBehaviour::Echo).unwrap();
    echoes(&mut gate.client(), b"LOGIN");
    let ready = page(&gate, "/readyz");
    assert!(!ready.contains("game"), "{ready}");
}

/// The number of warnings about a backend so far.
fn unreachable_lines(gate: &mut Running) -> u64 {
    let lines = gate.daemon.log().iter();
    let told = |line: &String| line.contains("backend") || line.contains("events suppressed");
    let warnings = lines.filter(|line| line.contains("WARN") && told(line));
    warnings.count() as u64
}

/// The backend does not answer at all: the limit on connecting ends each client's attempt separately.
#[test]
fn hanging() {
    let hole = absent().hang().unwrap();
    let mut gate = start(&config(hole.address(), "", MORE));
    let begin = Instant::now();
    let to = gate.address();
    std::thread::scope(|scope| {
        for _ in 0..20 {
            scope.spawn(move || is_let_go(to, b"LOGIN", Duration::from_secs(10)));
        }
        asks(to);
    });
    assert!(
        begin.elapsed() >= Duration::from_millis(900),
        "{:?}",
        begin.elapsed()
    );
    assert!(
        begin.elapsed() < Duration::from_secs(10),
        "expected the attempts to overlap: {:?}",
        begin.elapsed()
    );
    let lines = unreachable_lines(&mut gate);
    assert!(
        (1..=11 * (begin.elapsed().as_secs() + 2)).contains(&lines),
        "{lines} lines"
    );
}

/// A client that leaves while flashgate connects to the backend.
#[test]
fn left_while_it_hangs() {
    let hole = absent().hang().unwrap();
    let gate = start(&config(hole.address(), "", MORE));
    let before = gate.descriptors();
    for _ in 0..20 {
        let mut client = gate.client();
        client.send(b"LOGIN");
        client.reset().unwrap();
    }
    gate.lets_go(before);
}

/// Two servers behind one gate: the working one does not hide the other, and the log stays short.
#[test]
fn a_dead_one_beside_a_live_one() {
    let (server, web) = (
        TestBackend::start(BackendBehaviour::Echo).unwrap(),
        absent(),
    );
    let http = format!("http-backend = \"{}\"", web.address());
    let mut gate = start(&config(server.address(), &http, MORE));
    let begin = Instant::now();
    for _ in 0..100 {
        is_let_go(gate.address(), b"GET / HTTP/1.1\r\n\r\n", LIMIT);
        echoes(&mut gate.client(), b"LOGIN");
    }
    let took = begin.elapsed().as_secs();
    let ready = page(&gate, "/readyz");
    let line = format!(
        "the http-backend {} of gate game can't be reached: ",
        web.address()
    );
    assert!(ready.contains(&line), "{ready}");
    assert!(!ready.contains(&server.address().to_string()), "{ready}");
    let labels = "{gate=\"game\",role=\"http\"}";
    assert_eq!(sample(&gate, &format!("backend_up{labels}")), 0);
    let failures = format!("backend_failures_total{labels}");
    assert_eq!(sample(&gate, &failures), 100);
    let status = page(&gate, "/status.json");
    assert!(status.contains("\"role\": \"http\""), "{status}");
    let lines = unreachable_lines(&mut gate);
    assert!(
        (1..=11 * (took + 2)).contains(&lines),
        "{lines} lines in {took} s"
    );
    let again = |gate: &mut Running| {
        let lines = gate.daemon.log().iter();
        lines.filter(|line| line.contains("reached again")).count()
    };
    assert_eq!(again(&mut gate), 0, "{:#?}", gate.daemon.log());
    let _web = web.appear(BackendBehaviour::Echo).unwrap();
    echoes(&mut gate.client(), b"GET / HTTP/1.1\r\n\r\n");
    gate.daemon.wait_for_line("reached again", LIMIT).unwrap();
    assert!(!page(&gate, "/readyz").contains("game"));
}

/// A name that leads back to the gate, which the config does not show: each connection is refused, not forwarded in
/// circles.
#[test]
fn flashgate_itself() {
    if !needs::met(needs::root()) || !needs::met(needs::program("unshare")) {
        return;
    }
    for (address, names) in [
        ("127.0.0.1", "127.0.0.1 games.test\n"),
        ("127.0.0.2", "127.0.0.2 games.test\n"),
        ("0.0.0.0", "127.0.0.3 games.test\n"),
        ("[::]", "127.0.0.1 games.test\n"),
    ] {
        let port = port::free().unwrap();
        let text = config(format!("games.test:{port}"), "", MORE);
        let text = text.replace(
            "127.0.0.1:0\"\nbackend",
            &format!("{address}:{port}\"\nbackend"),
        );
        let (_folder, wrapper) = with_hosts(names);
        let mut gate = start_through(&wrapper, &text);
        let to = SocketAddr::from((
            [127, 0, 0, if address == "127.0.0.2" { 2 } else { 1 }],
            port,
        ));
        let before = gate.descriptors();
        for _ in 0..3 {
            is_let_go(to, b"LOGIN", LIMIT);
        }
        gate.lets_go(before);
        let labels = "backend_failures_total{gate=\"game\",role=\"game\"}";
        assert_eq!(sample(&gate, labels), 3, "without a connection of its own");
        let line = gate
            .daemon
            .wait_for_line("flashgate itself", LIMIT)
            .unwrap();
        assert!(line.contains("WARN") && line.contains("game"), "{line}");
        asks(to);
    }
}

/// A command prefix that runs a program with these names in `/etc/hosts`.
fn with_hosts(names: &str) -> (testkit::folder::Folder, Vec<String>) {
    let folder = testkit::folder::Folder::new().unwrap();
    let hosts = folder.file("hosts", names).unwrap();
    let script = format!("mount --bind {} /etc/hosts && exec \"$@\"", hosts.display());
    let wrapper = [
        "unshare",
        "--mount",
        "--propagation",
        "private",
        "sh",
        "-c",
        &script,
        "sh",
    ];
    (folder, wrapper.map(ToOwned::to_owned).to_vec())
}

/// A name with two addresses, one of which refuses while the other works.
#[test]
fn every_address_of_a_name() {
    if !needs::met(needs::root()) || !needs::met(needs::program("unshare")) {
        return;
    }
    let (_folder, wrapper) = with_hosts("127.0.0.2 games.test\n127.0.0.3 games.test\n");
    for host in [2, 3] {
        let address = SocketAddr::from(([127, 0, 0, host], 0));
        let backend: TestBackend = Absent::reserve(address)
            .unwrap()
            .appear(BackendBehaviour::Echo)
            .unwrap();
        let name = format!("games.test:{}", backend.address().port());
        let gate = start_through(&wrapper, &config(&name, "", MORE));
        for _ in 0..4 {
            echoes(&mut gate.client(), b"LOGIN");
        }
    }
}

/// A name without an address is a dead backend, not a failed start, because it may get an address later.
#[test]
fn an_unknown_name() {
    let mut gate = start(&config("no-such-host.invalid:9340", "", MORE));
    asks(gate.address());
    is_let_go(gate.address(), b"LOGIN", LIMIT);
    let line = gate
        .daemon
        .wait_for_line("no-such-host.invalid", LIMIT)
        .unwrap();
    assert!(!line.is_empty());
}
