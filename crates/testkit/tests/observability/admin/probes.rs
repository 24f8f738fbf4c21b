//! `probes` of `[admin]`: health checks for everyone, and nothing else.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use testkit::client::{TestClient, fetch};
use testkit::daemon::{Daemon, address_in};
use testkit::folder::Folder;

use super::{Answer, CONFIG, admin, ask, get, start};

const LIMIT: Duration = Duration::from_secs(20);

fn with_probes(address: &str) -> String {
    format!("{CONFIG}probes = \"{address}\"\n")
}

fn probed() -> (Daemon, Folder, SocketAddr) {
    let (daemon, folder) = start(&with_probes("127.0.0.1:0"));
    let probes = daemon.probes().unwrap();
    (daemon, folder, probes)
}

#[test]
fn only_health_checks() {
    let (daemon, _folder, probes) = probed();
    for (path, status, body) in [
        ("/healthz", 200, "alive\n"),
        ("/readyz", 200, "ready\n"),
        ("/readyz?verbose", 200, "ready\n"),
        ("/metrics", 404, "expected one of /healthz, /readyz\n"),
        ("/status.json", 404, "expected one of /healthz, /readyz\n"),
        ("/", 404, "expected one of /healthz, /readyz\n"),
    ] {
        // Any Host, such as the name that a load balancer uses, and none.
        for head in [
            "HTTP/1.1\r\nHost: lb.elsewhere.test",
            "HTTP/1.1\r\nHost:",
            "HTTP/1.1\r\nHost: [fe80::1%25eth0]:9844",
            "HTTP/1.1",
            "HTTP/1.0",
        ] {
            let answer = ask(probes, format!("GET {path} {head}\r\n\r\n"));
            assert_eq!((answer.status, &*answer.body), (status, body), "{path}");
        }
    }
    assert_eq!(
        ask(probes, "POST /healthz HTTP/1.1\r\nHost: a\r\n\r\n").status,
        405
    );
    // The other listener is as without probes.
    let evil = "GET /healthz HTTP/1.1\r\nHost: evil.test\r\n\r\n";
    assert_eq!(ask(admin(&daemon), evil).status, 421);
    assert_eq!(get(admin(&daemon), "/metrics").status, 200);
}

/// Probes don't show what is behind a gate. The status is the same on both listeners.
#[test]
fn no_details() {
    let gate =
        "[[gate]]\nname = \"secret\"\naddress = \"127.0.0.1:0\"\nbackend = \"127.0.0.1:9\"\n";
    let (daemon, _folder) = start(&format!("{}{gate}", with_probes("127.0.0.1:0")));
    for address in daemon.addresses() {
        let mut client = TestClient::connect(*address).unwrap();
        client.send(b"LOGIN\0");
        client.hear();
    }
    assert!(get(admin(&daemon), "/readyz").body.contains("secret"));
    assert_eq!(get(daemon.probes().unwrap(), "/readyz").body, "ready\n");
}

/// A kubelet gets its answer however many clients hold connections, silent or with half a request. Players and
/// `[admin]` notice nothing.
#[test]
fn crowds() {
    let (daemon, _folder, probes) = probed();
    for _ in 0..3 {
        let idle: Vec<_> = (0..96)
            .map(|number| {
                let mut client = TestClient::connect(probes).unwrap();
                client.send(&b"GET /healthz HTTP/1.1\r\nHost: "[..number % 2 * 20]);
                client
            })
            .collect();
        for to in [probes, admin(&daemon)] {
            let begin = Instant::now();
            assert_eq!(get(to, "/readyz").status, 200);
            let took = begin.elapsed();
            assert!(took < Duration::from_secs(5), "{to} took {took:?}");
        }
        fetch(daemon.address()).unwrap();
        drop(idle);
    }
}

/// A probe that waits before it sends keeps its place, even if another client alone opens more connections than there
/// are places.
#[test]
fn a_slow_probe() {
    let (_daemon, _folder, probes) = probed();
    let hold = |count: usize| -> Vec<_> {
        let crowd = Ipv4Addr::new(127, 0, 0, 2);
        let opened = (0..count).map(|_| TestClient::connect_from(crowd, probes).unwrap());
        opened.collect()
    };
    let _before = hold(20);
    let mut probe = TestClient::connect(probes).unwrap();
    let _after = hold(100);
    // All of them have been accepted.
    assert_eq!(get(probes, "/healthz").status, 200);
    probe.send(b"GET /readyz HTTP/1.1\r\n\r\n");
    assert_eq!(Answer::parse(probe.hear().bytes).body, "ready\n");
}

/// A reload keeps the listener, removes it or adds it, and `[admin]` stays as it is.
#[test]
fn reloads() {
    let loose = |config: &str| format!("{config}[process]\nsandbox = \"off\"\n");
    let with = with_probes("127.0.0.1:0");
    let (mut daemon, folder) = start(&loose(&with));
    let (probes, admin) = (daemon.probes().unwrap(), admin(&daemon));
    let replace = |daemon: &mut Daemon, config: &str| {
        let new = folder.file("new", loose(config)).unwrap();
        std::fs::rename(new, folder.path().join("flashgate.toml")).unwrap();
        daemon.next_line_with("INFO reloaded", LIMIT).unwrap();
    };
    replace(&mut daemon, &with.replace("policy.p]", "policy.q]"));
    assert_eq!(get(probes, "/readyz").body, "ready\n");
    replace(&mut daemon, CONFIG);
    assert!(testkit::until(LIMIT, || TestClient::connect(probes).is_err()));
    assert_eq!(get(admin, "/metrics").status, 200);
    replace(&mut daemon, &with);
    let mut lines = daemon.log().iter().rev();
    let line = lines
        .find(|line| line.contains("probes listening"))
        .unwrap();
    assert_eq!(get(address_in(line).unwrap(), "/readyz").body, "ready\n");
    assert_eq!(get(admin, "/metrics").status, 200);
}

/// During a stop, probes say that the daemon is not ready, and it still lives.
#[test]
fn a_stop() {
    let (mut daemon, _folder, probes) = probed();
    let mut player = TestClient::connect(daemon.address()).unwrap();
    player.send(b"<policy");
    daemon.terminate().unwrap();
    daemon.wait_for_line("stopping", LIMIT).unwrap();
    let stopping = || get(probes, "/readyz").status == 503;
    assert!(testkit::until(LIMIT, stopping));
    assert_eq!(get(probes, "/healthz").status, 200);
    player.send(b"-file-request/>\0");
    player.hear();
}
