//! Connections with unfinished requests: what they hold is bounded, and if space runs out they are closed to make room.

use std::io::Write as _;
use std::net::{Ipv6Addr, SocketAddr, SocketAddrV6, TcpStream};
use std::time::Duration;

use rustix::process::Signal;
use socket2::{Domain, Socket, Type};
use testkit::backend::{BackendBehaviour, TestBackend};
use testkit::client::{StreamEnd, TestClient};
use testkit::daemon::{Daemon, address_in};
use testkit::folder::Folder;
use testkit::load::REQUEST;
use testkit::namespace::{self, Namespace};
use testkit::{figure, needs, until};

const LIMIT: Duration = Duration::from_secs(30);

/// The log message when one is closed to make room.
const EVICTED: &str = "closed an unfinished request to make room for others";

/// A client in one /64 of one /48.
fn from(site: u16, subnet: u16, server: SocketAddr) -> TestClient {
    let socket = Socket::new(Domain::IPV6, Type::STREAM, None).unwrap();
    let source = Ipv6Addr::new(0x2001, 0xdb8, site, subnet, 0, 0, 0, 1);
    socket
        .bind(&SocketAddrV6::new(source, 0, 0, 0).into())
        .unwrap();
    socket.connect(&server.into()).unwrap();
    TestClient::from_stream(socket.into()).unwrap()
}

/// 700 /64 networks of one /48 each start a request and stop, with room for 600 connections.
#[test]
fn one_site_does_not_shut_others_out() {
    if !needs::met(namespace::missing()) {
        return;
    }
    testkit::binary::flashgate().unwrap();
    let network = Namespace::new().unwrap();
    network
        .set_sysctl("net.ipv6.ip_nonlocal_bind", "1")
        .unwrap();
    network
        .ip(&["-6", "route", "add", "local", "2001:db8::/32", "dev", "lo"])
        .unwrap();
    network.run(a_crowded_site).unwrap();
}

fn a_crowded_site() {
    let folder = Folder::new().unwrap();
    let config = "[policy.default]\nrules = [{ domain = \"a.test\", ports = \"80\" }]\n\
        [[listen]]\naddress = \"[::1]:0\"\n\
        [limits]\nconnections = 600\nrequest = \"10m\"\n[admin]\naddress = \"127.0.0.1:0\"\n";
    let path = folder.file("flashgate.toml", config).unwrap();
    let mut daemon = Daemon::builder()
        .args(["serve", "-v", "--config"])
        .args([path])
        .start()
        .unwrap();
    let server = daemon.address();
    // They were there before, and are slow.
    let mut slow: Vec<_> = (0..20).map(|site| from(100 + site, 1, server)).collect();
    for client in &mut slow {
        assert!(client.send(&REQUEST[..5]));
    }
    let crowd: Vec<_> = (0..700)
        .map(|subnet| {
            let mut client = from(1, subnet, server);
            client.send(&REQUEST[..5]);
            client
        })
        .collect();
    let others = 200..300;
    for site in others.clone() {
        let mut client = from(site, 1, server);
        assert!(client.send(REQUEST));
        answered(&mut client);
    }
    let answered_late =
        |mut client: TestClient| client.send(&REQUEST[5..]) && client.hear().bytes.ends_with(b"\0");
    let late = slow.into_iter().map(answered_late);
    // By chance, 1 in 1,024, a network is counted with the crowd's.
    let late = late.filter(|answered| *answered).count();
    figure::report(
        "networks",
        format!(
            "{} networks of one site, room for 600: {count} of {count} others answered, and {late} of 20 that were slow",
            crowd.len(),
            count = others.len(),
        ),
    );
    assert!(late >= 18, "{late} of 20 slow clients were answered");
    let line = daemon.wait_for_line(EVICTED, LIMIT).unwrap();
    assert!(line.contains("lack=\"places\""), "{line}");
    let of_the_crowd =
        |line: &String| line.contains("outcome=\"evicted\"") && line.contains("peer=[2001:db8:1:");
    assert!(until(LIMIT, || daemon.log().iter().any(of_the_crowd)));
    let admin = daemon.admin().expect("an address");
    let mut client = TestClient::connect(admin).unwrap();
    client.send(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let metrics = String::from_utf8(client.hear().bytes).unwrap();
    let counted = metrics
        .lines()
        .find(|line| line.contains("\"evicted\"}"))
        .expect("a count");
    assert!(!counted.ends_with(" 0"), "{counted}");
    drop(crowd);
}

#[track_caller]
fn answered(client: &mut TestClient) {
    let heard = client.hear();
    assert_eq!((heard.bytes.last(), heard.end), (Some(&0), StreamEnd::Fin));
}

/// The start of a connection, and how a real client continues.
struct Begun {
    port: fn(&Ports) -> SocketAddr,
    first: Vec<u8>,
    many: usize,
}

/// The addresses that the daemon listens on.
struct Ports {
    gate: SocketAddr,
    behind_balancer: SocketAddr,
    bridge: SocketAddr,
}

/// Heads on a gate and on the bridge, and PROXY headers: more than the budget allows, so the oldest are closed.
#[test]
fn the_oldest_go() {
    let backend = TestBackend::start(BackendBehaviour::Echo).unwrap();
    let folder = Folder::new().unwrap();
    let config = format!(
        "[policy.default]\nrules = [{{ domain = \"a.test\", ports = \"80\" }}]\n\
         [[gate]]\nname = \"game\"\naddress = \"127.0.0.1:0\"\npublic-port = 80\nbackend = \"{backend}\"\n\
         [[gate]]\nname = \"balanced\"\naddress = \"127.0.0.1:0\"\npublic-port = 81\nbackend = \"{backend}\"\n\
         accept-proxy = [\"127.0.0.0/8\"]\n\
         [bridge]\naddress = \"127.0.0.1:0\"\n[limits]\nrequest = \"10m\"\n",
        backend = backend.address()
    );
    let path = folder.file("flashgate.toml", config).unwrap();
    let head = |length: usize| {
        let start = "GET / HTTP/1.1\r\nHost: localhost\r\nX: ";
        format!("{start}{}", "x".repeat(length - start.len())).into_bytes()
    };
    let mut proxy = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\x0f\xf0".to_vec();
    proxy.resize(4_000, 0);
    let begun = [
        Begun {
            port: |ports| ports.gate,
            first: head(8_000),
            many: 1_100,
        },
        Begun {
            port: |ports| ports.bridge,
            first: head(8_000),
            many: 1_100,
        },
        Begun {
            port: |ports| ports.behind_balancer,
            first: proxy,
            many: 2_200,
        },
    ];
    for Begun { port, first, many } in begun {
        let mut daemon = Daemon::builder()
            .args(["serve", "-v", "--config"])
            .args([&path])
            .start()
            .unwrap();
        let lines = daemon.log().to_vec();
        let listening = |what: &str| {
            let line = lines.iter().find(|line| line.contains(what));
            address_in(line.expect("a listener")).expect("an address")
        };
        let ports = Ports {
            gate: listening("gate=game"),
            behind_balancer: listening("gate=balanced"),
            bridge: listening("gates="),
        };
        let crowd: Vec<_> = (0..many)
            .map(|_| {
                let mut client = TcpStream::connect(port(&ports)).unwrap();
                // It may already be closed.
                let _ = client.write_all(&first);
                client
            })
            .collect();
        let line = daemon.wait_for_line(EVICTED, LIMIT).unwrap();
        assert!(line.contains("lack=\"memory\""), "{line}");
        let oldest = crowd[0].local_addr().unwrap();
        assert!(line.contains(&format!("peer={oldest}")), "{line}");
        // A head in two pieces is still answered.
        let mut client = TestClient::connect(ports.gate).unwrap();
        assert!(client.send(b"GET /ruffle.json HTTP/1.1\r\n"));
        assert!(client.send(b"Host: localhost\r\n\r\n"));
        assert!(client.hear().bytes.starts_with(b"HTTP/1.1 200 "));
        drop(crowd);
    }
}

/// A client that has gone before its connection is examined is still logged with its address.
#[test]
fn peers_that_have_gone() {
    let mut daemon = Daemon::builder()
        .args([
            "serve",
            "-v",
            "--allow",
            "a.test:80",
            "--listen",
            "127.0.0.1:0",
        ])
        .start()
        .unwrap();
    daemon.signal(Signal::STOP).unwrap();
    let mut expected = Vec::new();
    for (bytes, outcome) in [
        (&REQUEST[..], "answered"),
        (REQUEST, "write-failed"),
        (&b""[..], "connection-error"),
        (b"", "closed-early"),
    ] {
        let mut client = TestClient::connect(daemon.address()).unwrap();
        assert!(client.send(bytes));
        expected.push(format!(
            "peer={} outcome=\"{outcome}\"",
            client.address().unwrap()
        ));
        if matches!(outcome, "write-failed" | "connection-error") {
            client.reset().unwrap();
        }
    }
    daemon.signal(Signal::CONT).unwrap();
    // And one that fails before its request has arrived.
    let mut client = TestClient::connect(daemon.address()).unwrap();
    assert!(client.send(b"<pol"));
    expected.push(format!(
        "peer={} outcome=\"connection-error\"",
        client.address().unwrap()
    ));
    client.reset().unwrap();
    for line in expected {
        daemon.wait_for_line(&line, LIMIT).unwrap();
    }
}
