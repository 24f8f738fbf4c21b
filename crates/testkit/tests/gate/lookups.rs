//! Backends with names: one lookup for all waiting clients, and a hanging resolver delays its own name only.

use std::net::{SocketAddr, UdpSocket};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use testkit::backend::{BackendBehaviour, TestBackend};
use testkit::client::TestClient;
use testkit::daemon::{Daemon, address_in};
use testkit::folder::Folder;
use testkit::namespace::Namespace;
use testkit::{figure, namespace, needs, until};

const LIMIT: Duration = Duration::from_secs(20);

/// More than tokio has threads for blocking calls.
const MANY: usize = 540;

/// What a resolver answers for every name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Says {
    #[default]
    Nothing,
    /// The address 127.0.0.1.
    Address,
    NoSuchName,
    NoAddress,
    Failure,
}

/// A resolver on port 53.
#[derive(Clone, Default)]
struct Resolver {
    says: Arc<Mutex<Says>>,
    asked: Arc<AtomicUsize>,
}

impl Resolver {
    fn start(&self) {
        let socket = UdpSocket::bind("127.0.0.1:53").unwrap();
        let this = self.clone();
        thread::spawn(move || {
            let mut query = [0; 512];
            while let Ok((length, from)) = socket.recv_from(&mut query) {
                this.asked.fetch_add(1, Ordering::Relaxed);
                if let Some(answer) = answer(&query[..length], *this.says.lock().unwrap()) {
                    // The client may have stopped waiting.
                    let _ = socket.send_to(&answer, from);
                }
            }
        });
    }

    fn say(&self, says: Says) {
        *self.says.lock().unwrap() = says;
    }
}

/// The reply to a query with one question and possibly an OPT record, which is not included in the reply (RFC 1035,
/// section 4).
fn answer(query: &[u8], says: Says) -> Option<Vec<u8>> {
    let name = 12 + query[12..].iter().position(|byte| *byte == 0).unwrap();
    let question = &query[12..name + 5];
    let has_address = says == Says::Address && query[name + 1..name + 3] == [0, 1];
    let counts: &[u8] = &[0, 1, 0, u8::from(has_address), 0, 0, 0, 0];
    let code = match says {
        Says::Nothing => return None,
        Says::Address | Says::NoAddress => 0x80,
        Says::Failure => 0x82,
        Says::NoSuchName => 0x83,
    };
    let mut reply = [&query[..2], &[0x81, code], counts, question].concat();
    if has_address {
        reply.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 1]);
    }
    Some(reply)
}

/// A daemon that uses the resolver of its namespace; `there.test` is in its `/etc/hosts`.
struct Running {
    daemon: Daemon,
    path: PathBuf,
    folder: Folder,
}

fn config(gates: &[(&str, &str)]) -> String {
    let gate = |(name, backend): &(&str, &str)| {
        format!("[[gate]]\nname = \"{name}\"\naddress = \"127.0.0.1:0\"\nbackend = \"{backend}\"\n")
    };
    let gates: String = gates.iter().map(gate).collect();
    let limits = "[limits]\nper-address = \"off\"\nrate-per-address = \"off\"\nrelays-per-address = \"off\"\n";
    format!("[policy.p]\nrules = [{{ domain = \"a.test\", ports = \"9339\" }}]\n{gates}{limits}")
}

fn start(gates: &[(&str, &str)]) -> Running {
    let folder = Folder::new().unwrap();
    let resolver = "nameserver 127.0.0.1\noptions timeout:30 attempts:5\n";
    let resolv = folder.file("resolv.conf", resolver).unwrap();
    let hosts = folder.file("hosts", "127.0.0.1 there.test\n").unwrap();
    let path = folder.file("flashgate.toml", config(gates)).unwrap();
    let script = "mount --bind \"$0\" /etc/resolv.conf && mount --bind \"$1\" /etc/hosts && shift && exec \"$@\"";
    let [resolv, hosts] = [resolv, hosts].map(|path| path.to_str().unwrap().to_owned());
    let daemon = Daemon::builder()
        .through(["unshare", "--mount", "sh", "-c", script, &resolv, &hosts])
        .args(["serve", "-v", "--config"])
        .args([&path])
        .start()
        .unwrap();
    Running {
        daemon,
        path,
        folder,
    }
}

impl Running {
    fn gate(&mut self, name: &str) -> SocketAddr {
        let wanted = format!("gate={name} ");
        let mut lines = self.daemon.log().iter();
        let line = lines.find(|line| line.contains(&wanted)).expect("a gate");
        address_in(line).unwrap()
    }
}

/// Sends something through a gate, and receives it again.
fn echoes(address: SocketAddr) -> bool {
    let mut client = TestClient::connect(address).unwrap();
    let mut back = [0; 4];
    client.send(b"ping") && client.read_exact(&mut back).is_ok() && back == *b"ping"
}

fn inside(test: fn()) {
    if !needs::met(namespace::missing()) || !needs::met(needs::program("unshare")) {
        return;
    }
    testkit::binary::flashgate().unwrap();
    Namespace::new().unwrap().run(test).unwrap();
}

/// Many clients of a gate while the lookup of its name hangs: other gates and a reload are not affected, and there is
/// only one lookup.
#[test]
fn a_resolver_that_hangs() {
    inside(|| {
        let resolver = Resolver::default();
        resolver.start();
        let backend = TestBackend::start(BackendBehaviour::Echo).unwrap();
        let there = format!("there.test:{}", backend.address().port());
        let literal = backend.address().to_string();
        let gates = [
            ("hangs", "hangs.test.:9340"),
            ("there", &*there),
            ("literal", &*literal),
        ];
        let mut running = start(&gates);
        let hangs = running.gate("hangs");
        let client = |_| {
            let mut client = TestClient::connect(hangs).unwrap();
            assert!(client.send(b"ping"));
            client
        };
        let mut clients: Vec<_> = (0..MANY).map(client).collect();
        assert!(until(LIMIT, || resolver.asked.load(Ordering::Relaxed) > 0));
        let mut longest = Duration::ZERO;
        for name in ["there", "literal"] {
            let address = running.gate(name);
            let start = Instant::now();
            assert!(echoes(address), "{name}: {:?}", running.daemon.log());
            longest = longest.max(start.elapsed());
            assert!(
                start.elapsed() < Duration::from_secs(2),
                "{name}: {:?}",
                start.elapsed()
            );
        }
        running.daemon.hang_up().unwrap();
        let begin = Instant::now();
        running
            .daemon
            .next_line_with("INFO reloaded", LIMIT)
            .unwrap();
        let reloaded = begin.elapsed();
        let threads = std::fs::read_dir(format!("/proc/{}/task", running.daemon.pid())).unwrap();
        let threads = threads.count();
        assert!(threads <= 10, "{threads} threads");
        // The C library asks for IPv4 and IPv6, and nothing else asks.
        let asked = resolver.asked.load(Ordering::Relaxed);
        assert!(asked <= 4, "{asked} questions");
        figure::report(
            "lookups",
            format!(
                "{MANY} connections to a gate whose name hangs, {asked} queries to the resolver, {threads} threads: \
                 another gate within {longest:.0?}, a reload within {reloaded:.0?}"
            ),
        );
        // After `backend-connect` they are closed, and the reason is logged.
        assert!(clients[0].hear().bytes.is_empty());
        let line = "looking up its name took too long";
        running.daemon.wait_for_line(line, LIMIT).unwrap();
        drop((clients, running.path, running.folder));
    });
}

/// An address that was found is still used while the resolver hangs or fails.
#[test]
fn an_earlier_answer() {
    inside(|| {
        let (mut running, resolver, _backend) = found();
        let address = running.gate("game");
        // A lookup that hangs takes long, so it comes last.
        for says in [Says::Failure, Says::Nothing] {
            resolver.say(says);
            let asked = resolver.asked.load(Ordering::Relaxed);
            // An answer is valid for a second; then there is a new lookup, which fails.
            let asked_again = || {
                assert!(echoes(address), "{says:?}: {:?}", running.daemon.log());
                resolver.asked.load(Ordering::Relaxed) > asked
            };
            assert!(until(LIMIT, asked_again));
            for _ in 0..3 {
                let start = Instant::now();
                assert!(echoes(address), "{says:?}: {:?}", running.daemon.log());
                let took = start.elapsed();
                assert!(took < Duration::from_secs(2), "{says:?}: {took:?}");
            }
        }
    });
}

/// "No such name" is an answer: the old address may belong to another server by now, also if the resolver hangs next.
#[test]
fn a_name_that_is_gone() {
    inside(|| {
        let (mut running, resolver, _backend) = found();
        let address = running.gate("game");
        for says in [Says::NoSuchName, Says::NoAddress] {
            resolver.say(says);
            assert!(until(LIMIT, || !echoes(address)), "{says:?}");
            running
                .daemon
                .wait_for_line("can't reach a backend", LIMIT)
                .unwrap();
            assert!(!echoes(address), "{says:?}: {:?}", running.daemon.log());
            resolver.say(Says::Address);
            assert!(until(LIMIT, || echoes(address)), "{says:?}");
        }
    });
}

/// A gate whose backend's name was just found.
fn found() -> (Running, Resolver, TestBackend) {
    let resolver = Resolver::default();
    resolver.say(Says::Address);
    resolver.start();
    let backend = TestBackend::start(BackendBehaviour::Echo).unwrap();
    let name = format!("game.test.:{}", backend.address().port());
    let mut running = start(&[("game", &name)]);
    let address = running.gate("game");
    assert!(echoes(address), "{:?}", running.daemon.log());
    (running, resolver, backend)
}
