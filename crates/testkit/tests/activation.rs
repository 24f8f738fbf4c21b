//! Under a service manager: sockets that it passes, and what it is told.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test ends where it fails, also in the functions it shares with others"
)]

use std::fs::{self, Permissions};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixDatagram;
use std::process::Command;
use std::time::Duration;

use testkit::client::{End, fetch};
use testkit::daemon::{Builder, Daemon, POLICY};
use testkit::folder::Folder;
use testkit::namespace::Namespace;
use testkit::{binary, namespace, needs};

const LIMIT: Duration = Duration::from_secs(20);

const RULE: [&str; 3] = ["serve", "--allow", "a.test:80"];

fn listener() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

fn copy(listener: &TcpListener) -> OwnedFd {
    listener.try_clone().unwrap().into()
}

#[track_caller]
fn answers(address: SocketAddr) {
    let heard = fetch(address).unwrap();
    assert_eq!(heard.bytes, [POLICY, b"\0"].concat());
    assert_eq!(heard.end, End::Fin);
}

/// Without `--listen`, whatever is passed is served, blocking or not; nothing else is bound.
#[test]
fn sockets_instead_of_the_default() {
    let (first, at_first) = listener();
    let (second, at_second) = listener();
    second.set_nonblocking(true).unwrap();
    let daemon = Daemon::builder()
        .passing([(copy(&first), "one"), (copy(&second), "two")])
        .args(RULE)
        .start()
        .unwrap();
    assert_eq!(daemon.addresses(), [at_first, at_second]);
    answers(at_first);
    answers(at_second);
}

/// A gate takes the socket with its address; what else is passed is served as without gates, and 843 is left alone.
#[test]
fn sockets_beside_a_gate() {
    let (gate, at_gate) = listener();
    let (other, at_other) = listener();
    let flag = format!("{at_gate}=127.0.0.1:1");
    let serve = |sockets: Vec<(OwnedFd, &str)>| {
        let builder = Daemon::builder().passing(sockets);
        builder.args(RULE).args(["--gate", &flag]).start().unwrap()
    };
    let daemon = serve(vec![(copy(&gate), "any"), (copy(&other), "other")]);
    assert_eq!(daemon.addresses(), [at_other, at_gate]);
    answers(at_other);
    answers(at_gate);
    drop(daemon);
    assert_eq!(serve(vec![(copy(&gate), "any")]).addresses(), [at_gate]);
}

/// A socket goes to the listener with its address; where there is none, to the one whose policy has its name.
#[test]
fn by_address_or_by_name() {
    let (lobby, at_lobby) = listener();
    let (named, at_named) = listener();
    let folder = Folder::new().unwrap();
    let text = format!(
        "[policy.default]\nrules = [{{ domain = \"a.test\", ports = \"80\" }}]\n\
         [policy.lobby]\nrules = [{{ domain = \"b.test\", ports = \"80\" }}]\n\
         [[listen]]\naddress = \"843\"\npolicy = \"default\"\n\
         [[listen]]\naddress = \"{at_lobby}\"\npolicy = \"lobby\"\n"
    );
    let path = folder.file("flashgate.toml", text).unwrap();
    let daemon = Daemon::builder()
        .passing([(copy(&lobby), "any"), (copy(&named), "default")])
        .args(["serve", "--config"])
        .args([&path])
        .start()
        .unwrap();
    assert_eq!(daemon.addresses(), [at_named, at_lobby]);
    answers(at_named);
    let heard = String::from_utf8(fetch(at_lobby).unwrap().bytes).unwrap();
    assert!(heard.contains("b.test"), "{heard}");
}

/// What would be left waiting for ever, or can't be served, is refused with its name.
#[test]
fn refused() {
    let (surplus, at_surplus) = listener();
    let (other, _) = listener();
    let listen = ["--listen", "127.0.0.1:0"];
    let refusal = |builder: Builder, words: [&str; 2]| {
        let error = builder.args(RULE).args(listen).start().unwrap_err();
        let error = format!("{error:#}");
        for word in words {
            assert!(error.contains(word), "expected {word:?} in {error}");
        }
    };
    let surplus = Daemon::builder().passing([(copy(&surplus), "game")]);
    refusal(
        surplus,
        [&format!("{at_surplus}, `game`"), "no listener uses"],
    );
    let datagram = OwnedFd::from(UnixDatagram::unbound().unwrap());
    let odd = Daemon::builder().passing([(copy(&other), "fine"), (datagram, "odd")]);
    refusal(odd, ["socket 1, `odd`", "ListenStream="]);
}

/// The real tool starts it at the first connection, which is answered too.
#[test]
fn by_systemd() {
    let met = |missing| needs::met(missing);
    if !met(namespace::missing()) || !met(needs::program("systemd-socket-activate")) {
        return;
    }
    let binary = binary::flashgate().unwrap();
    let network = Namespace::new().unwrap();
    network
        .run(|| {
            let mut activator = Command::new("systemd-socket-activate")
                .args(["--listen", "[::]:843", "--fdname", "policy"])
                .arg(&binary)
                .args(RULE)
                .stderr(std::process::Stdio::null())
                .spawn()
                .unwrap();
            let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 843));
            assert!(testkit::until(LIMIT, || fetch(address).is_ok()));
            answers(address);
            activator.kill().unwrap();
            activator.wait().unwrap();
        })
        .unwrap();
}

/// A stand-in for the service manager's end of the notification socket.
struct Manager {
    socket: UnixDatagram,
    folder: Folder,
}

impl Manager {
    fn new() -> Self {
        let folder = Folder::new().unwrap();
        let path = folder.path().join("notify");
        let socket = UnixDatagram::bind(&path).unwrap();
        // As systemd's own.
        fs::set_permissions(path, Permissions::from_mode(0o777)).unwrap();
        socket.set_read_timeout(Some(LIMIT)).unwrap();
        Self { socket, folder }
    }

    fn start(&self, builder: Builder) -> Daemon {
        let path = self.folder.path().join("notify");
        let builder = builder.env("NOTIFY_SOCKET", path).args(RULE);
        builder.args(["--listen", "127.0.0.1:0"]).start().unwrap()
    }

    /// Waits for a message with such a line.
    fn told(&self, line: &str) -> String {
        let mut room = [0; 4096];
        loop {
            let length = self.socket.recv(&mut room).unwrap();
            let text = String::from_utf8(room[..length].to_vec()).unwrap();
            if text.lines().any(|told| told.starts_with(line)) {
                return text;
            }
        }
    }
}

/// Ready, reloading with the time, ready again, stopping: in this order (`sd_notify(3)`).
#[test]
fn notifications() {
    let manager = Manager::new();
    let mut daemon = manager.start(Daemon::builder());
    let ready = manager.told("READY=1");
    assert!(ready.contains("STATUS=serving on 1 sockets"), "{ready}");
    assert!(
        ready.contains("; in force: descriptors, no-new-privs"),
        "{ready}"
    );
    answers(daemon.address());
    daemon.hang_up().unwrap();
    let reloading = manager.told("RELOADING=1");
    let stamp = reloading.split("MONOTONIC_USEC=").nth(1).unwrap();
    assert!(stamp.parse::<u64>().unwrap() > 0);
    manager.told("READY=1");
    daemon.terminate().unwrap();
    manager.told("STOPPING=1");
    assert!(daemon.wait(LIMIT).unwrap().success());
}

/// A sign of life twice in the time that the service manager sets, and only if it asks for it.
#[test]
fn watchdog() {
    let manager = Manager::new();
    let daemon = manager.start(Daemon::builder().env("WATCHDOG_USEC", "200000"));
    for _ in 0..3 {
        manager.told("WATCHDOG=1");
    }
    drop(daemon);
    let manager = Manager::new();
    let watchdog = Daemon::builder()
        .env("WATCHDOG_USEC", "1000")
        .env("WATCHDOG_PID", "1");
    let mut daemon = manager.start(watchdog);
    manager.told("READY=1");
    daemon.terminate().unwrap();
    // It is for another process, so the next thing that is told is the stop.
    let mut room = [0; 4096];
    let length = manager.socket.recv(&mut room).unwrap();
    assert!(room[..length].starts_with(b"STOPPING=1"));
    daemon.wait(LIMIT).unwrap();
}
