//! A small machine: the kernel gives the daemon 64 MiB, including its sockets, and kills it if it uses more.

#[path = "../tls/certificates.rs"]
#[expect(dead_code, reason = "shared with the tests of TLS")]
mod certificates;

use std::collections::VecDeque;
use std::fs;
use std::io::Write as _;
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use testkit::backend::{BackendBehaviour, TestBackend};
use testkit::daemon::{Daemon, POLICY};
use testkit::folder::Folder;
use testkit::load::{Load, run};
use testkit::scale::short_or_long;
use testkit::websocket::{self, WebSocketClient};
use testkit::{figure, needs};

const LIMIT: &str = "67108864";

/// A control group with a memory limit; removed when dropped, after everything in it has ended.
struct Group {
    path: PathBuf,
}

impl Group {
    /// Creates one below the test's own group; the error says what is missing (cgroups(7)).
    fn new() -> Result<Self, String> {
        let own = fs::read_to_string("/proc/self/cgroup").map_err(|error| error.to_string())?;
        let first = own.lines().find_map(|line| {
            let (_, rest) = line.split_once(':')?;
            let (controllers, path) = rest.split_once(':')?;
            let memory = ("/sys/fs/cgroup/memory", "memory.limit_in_bytes", path);
            (controllers == "memory").then_some(memory)
        });
        let second = own
            .lines()
            .find_map(|line| Some(("/sys/fs/cgroup", "memory.max", line.strip_prefix("0::")?)));
        let (root, limit, below) = first.or(second).ok_or("expected a control group")?;
        let name = format!("flashgate-test-{}", std::process::id());
        let path = Path::new(root)
            .join(below.trim_start_matches('/'))
            .join(name);
        let made = fs::create_dir(&path).and_then(|()| {
            let group = Self { path: path.clone() };
            fs::write(group.path.join(limit), LIMIT)?;
            Ok(group)
        });
        made.map_err(|error| format!("no memory limit can be set in {}: {error}", path.display()))
    }

    /// A shell that enters it and becomes another program.
    fn enter(&self) -> [String; 4] {
        let procs = self.path.join("cgroup.procs");
        let script = format!("echo $$ > {} && exec \"$@\"", procs.display());
        ["sh".into(), "-c".into(), script, "sh".into()]
    }

    /// A number that the kernel keeps for it; 0 if this kind of group has none.
    fn number(&self, names: &[&str]) -> u64 {
        let read = |name: &&str| {
            fs::read_to_string(self.path.join(name))
                .ok()?
                .trim()
                .parse()
                .ok()
        };
        names.iter().find_map(read).unwrap_or(0)
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // Its last process may still be ending.
        let _ = testkit::until(Duration::from_secs(5), || {
            fs::remove_dir(&self.path).is_ok()
        });
    }
}

/// WebSockets that stay open and idle.
const SESSIONS: usize = 1_000;

/// Requests that are never completed.
const UNFINISHED: usize = 10_000;

/// How many of them the test keeps open; more would need more descriptors than a machine may allow.
const KEPT: usize = 4_000;

/// Plain-text heads, TLS hellos, WebSocket handshakes on the gate and on the bridge, and PROXY headers, each as long as
/// allowed and without its end.
fn unfinished([gate, balanced, bridge]: [SocketAddr; 3]) -> VecDeque<TcpStream> {
    let filled = |start: &str| format!("{start}{}", "x".repeat(8_100 - start.len())).into_bytes();
    let head = filled("GET / HTTP/1.1\r\nHost: localhost\r\nX: ");
    let handshake = filled(&websocket::with_fields("/", "").replace("\r\n\r\n", "\r\nX: "));
    let mut header = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\x0f\xf0".to_vec();
    header.resize(4_000, 0);
    let mut hello = b"\x16\x03\x01\x40\x00\x01\x00\x3f\xf8\x03\x03".to_vec();
    hello.resize(16_000, 7);
    let kinds = [
        (gate, &head),
        (gate, &hello),
        (gate, &handshake),
        (bridge, &handshake),
        (balanced, &header),
    ];
    let mut clients = VecDeque::new();
    for (port, bytes) in kinds.into_iter().cycle().take(UNFINISHED) {
        let mut client = TcpStream::connect(port).unwrap();
        // It may already have been closed to make room.
        let _ = client.write_all(bytes);
        clients.push_back(client);
        if clients.len() > KEPT {
            clients.pop_front();
        }
    }
    clients
}

/// 10,000 connections wait with five bytes each, 1,000 WebSockets are idle, and 10,000 requests start and never end,
/// while others fetch as fast as they can: no client is lost.
#[test]
fn sixty_four_mebibytes() {
    let group = match Group::new() {
        Ok(group) => group,
        Err(missing) => {
            assert!(!needs::met(Some(missing)));
            return;
        }
    };
    let folder = Folder::new().unwrap();
    let backend = TestBackend::start(BackendBehaviour::Echo).unwrap();
    let config = format!(
        "[policy.default]\nrules = [{{ domain = \"a.test\", ports = \"80\" }}]\n\
         [[listen]]\naddress = \"127.0.0.1:0\"\n\
         [[gate]]\naddress = \"127.0.0.1:0\"\npublic-port = 80\nbackend = \"{backend}\"\n\
         [[gate]]\naddress = \"127.0.0.1:0\"\npublic-port = 81\nbackend = \"{backend}\"\n\
         accept-proxy = [\"127.0.0.0/8\"]\n\
         [bridge]\naddress = \"127.0.0.1:0\"\n\
         [tls]\ncertificates = [{{ certificate = \"one.pem\", key = \"one.key\" }}]\n\
         [limits]\nrequest = \"10m\"\n",
        backend = backend.address()
    );
    certificates::Issued::to(&["one.test"]).write(&folder, "one");
    let path = folder.file("flashgate.toml", config).unwrap();
    let mut daemon = Daemon::builder()
        .through(group.enter())
        .args(["serve", "--config"])
        .args([path])
        .start()
        .unwrap();
    let waiting: Vec<_> = (0..10_000)
        .map(|_| {
            let mut client = TcpStream::connect(daemon.address()).unwrap();
            client.write_all(b"<poli").unwrap();
            client
        })
        .collect();
    let [port, gate, balanced, bridge] = *daemon.addresses() else {
        panic!("expected four listeners")
    };
    let mut sessions: Vec<_> = (0..SESSIONS)
        .map(|_| WebSocketClient::open(gate, "/", Some("http://a.test")).unwrap())
        .collect();
    let unfinished = unfinished([gate, balanced, bridge]);
    let (start, mut fetches) = (Instant::now(), 0);
    while start.elapsed() < short_or_long(Duration::from_secs(2), Duration::from_secs(60)) {
        let mut load = Load::new(port, POLICY);
        (load.fetches, load.in_flight) = (5_000, 64);
        load.sources = testkit::load::spread(port);
        let report = run(&load).unwrap();
        assert!(report.all_ok(), "{report}");
        fetches += load.fetches;
    }
    let most = group.number(&["memory.max_usage_in_bytes", "memory.peak"]) / 1024 / 1024;
    assert!(!daemon.has_ended(), "the kernel killed the daemon");
    assert!(waiting.iter().all(|client| client.peer_addr().is_ok()));
    for session in &mut sessions {
        session.say(b"still there");
        assert_eq!(session.read(11).unwrap(), b"still there");
    }
    let rate = figure::rate(fetches, start.elapsed());
    figure::report(
        "R18",
        format!(
            "10,000 waiting, {UNFINISHED} unfinished requests, {SESSIONS} WebSockets and {rate} fetches/s in 64 MiB: 0 of {fetches} lost, {most} MiB at most"
        ),
    );
    drop((waiting, unfinished));
    drop(daemon);
}
