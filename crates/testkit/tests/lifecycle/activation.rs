//! Under a service manager: the sockets that it passes, and the notifications that it receives.

use std::ffi::OsString;
use std::fs::{self, Permissions};
use std::io::IoSliceMut;
use std::mem::MaybeUninit;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixDatagram;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use rustix::net::sockopt::set_socket_passcred;
use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, UCred, recvmsg};
use rustix::process::{Pid, Signal, kill_process};
use testkit::backend::{BackendBehaviour, TestBackend};
use testkit::client::{StreamEnd, TestClient, fetch};
use testkit::daemon::{Builder, Daemon, POLICY};
use testkit::folder::Folder;
use testkit::load::{self, Load};
use testkit::namespace::Namespace;
use testkit::scale::short_or_long;
use testkit::{SetAtEnd, binary, figure, namespace, needs};

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
    assert_eq!(heard.end, StreamEnd::Fin);
}

/// Without `--listen`, all passed sockets are served, blocking or not; nothing else is bound.
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

/// A gate takes the socket with its address. Other passed sockets are served as without gates, and 843 is not bound.
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

/// A socket goes to the listener with its address; without such a listener, to the one whose policy has its name.
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

/// Sockets that would never be accepted on, or cannot be served, are refused by name.
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

/// The real tool starts flashgate at the first connection, which is answered too.
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
                .stderr(Stdio::null())
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
        // The same mode as systemd's own.
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
    assert!(ready.contains("STATUS=serving on 1 socket,"), "{ready}");
    assert!(
        ready.contains("; sandbox: descriptors, no-new-privs"),
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

/// A watchdog message twice in the interval that the service manager sets, and only if it sets one.
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
    // The variable names another process, so the next message is the stop.
    let mut room = [0; 4096];
    let length = manager.socket.recv(&mut room).unwrap();
    assert!(room[..length].starts_with(b"STOPPING=1"));
    daemon.wait(LIMIT).unwrap();
}

/// The service manager's state of a unit with `NotifyAccess=main`: only the main process may send messages.
struct Unit {
    manager: Manager,
    main: u32,
}

impl Unit {
    /// Waits for a message with such a line. No message may come from a process other than the main one, or say that
    /// the service stops.
    fn told(&mut self, line: &str) {
        loop {
            let (sender, text) = self.message();
            assert_eq!(sender, self.main, "{text}");
            assert!(!text.contains("STOPPING=1"), "{text}");
            for said in text.lines() {
                if let Some(pid) = said.strip_prefix("MAINPID=") {
                    self.main = pid.parse().unwrap();
                }
            }
            if text.lines().any(|said| said.starts_with(line)) {
                return;
            }
        }
    }

    fn message(&self) -> (u32, String) {
        let mut room = [0; 4096];
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmCredentials(1))];
        let mut ancillary = RecvAncillaryBuffer::new(&mut space);
        let received = recvmsg(
            &self.manager.socket,
            &mut [IoSliceMut::new(&mut room)],
            &mut ancillary,
            RecvFlags::empty(),
        )
        .unwrap();
        let mut messages = ancillary.drain();
        let Some(RecvAncillaryMessage::ScmCredentials(UCred { pid: sender, .. })) = messages.next()
        else {
            panic!("expected a sender");
        };
        let sender = u32::try_from(sender.as_raw_nonzero().get()).unwrap();
        let text = String::from_utf8(room[..received.bytes].to_vec()).unwrap();
        (sender, text)
    }
}

fn reload(arguments: &[OsString], more: &[&str]) -> Command {
    let mut command = Command::new(binary::flashgate().unwrap());
    command.args(arguments).args(more).arg("--detach");
    command.stderr(Stdio::null());
    command
}

/// What the unit's `ExecReload=` does, under load and with a player connected: no client is refused or waits, no player
/// is cut off, and the service manager follows the main process.
#[test]
fn reloads_of_a_unit() {
    let reloads = short_or_long(5, 50);
    let backend = TestBackend::start(BackendBehaviour::Echo).unwrap();
    let manager = Manager::new();
    set_socket_passcred(&manager.socket, true).unwrap();
    let door = manager.folder.path().join("handover.sock");
    let flag = format!("127.0.0.1:0={}", backend.address());
    let arguments: Vec<OsString> = ["serve", "--allow", "a.test:80", "--listen", "127.0.0.1:0"]
        .iter()
        .chain(&["--gate", &flag, "--handover"])
        .map(OsString::from)
        .chain([door.into_os_string()])
        .collect();
    let mut first = Daemon::builder()
        .env("NOTIFY_SOCKET", manager.folder.path().join("notify"))
        .env("WATCHDOG_USEC", "200000")
        .args(arguments.clone())
        .start()
        .unwrap();
    let mut unit = Unit {
        main: first.pid(),
        manager,
    };
    unit.told("READY=1");
    let addresses = first.addresses().to_vec();
    let mut player = TestClient::connect(addresses[1]).unwrap();
    let done = AtomicBool::new(false);
    let fetches: u64 = thread::scope(|scope| {
        let stop = SetAtEnd(&done);
        let loads = addresses.iter().map(|address| {
            scope.spawn(|| {
                let mut fetches = 0;
                while !done.load(Ordering::Relaxed) {
                    let mut load = Load::new(*address, POLICY);
                    (load.fetches, load.in_flight) = (200, 4);
                    let report = load::run(&load).unwrap();
                    assert!(report.all_ok(), "{report}");
                    let slowest = report.percentile(100);
                    assert!(slowest < Duration::from_secs(1), "{slowest:?}");
                    fetches += load.fetches;
                }
                fetches
            })
        });
        let loads: Vec<_> = loads.collect();
        for number in 0..reloads {
            let mut reload = reload(&arguments, &["--strict-sandbox"]);
            // As in a unit with `NotifyAccess=all`.
            if number % 2 == 1 {
                reload.env("NOTIFY_SOCKET", unit.manager.folder.path().join("notify"));
            }
            assert!(reload.status().unwrap().success());
            unit.told("MAINPID=");
            unit.told("READY=1");
            unit.told("WATCHDOG=1");
            let mut newcomer = TestClient::connect(addresses[1]).unwrap();
            for client in [&mut player, &mut newcomer] {
                client.send(&[number]);
                client.read_exact(&mut [0]).unwrap();
            }
        }
        // A start that fails: the command reports it, and nothing has changed.
        let more = ["--listen", "127.0.0.1:0", "--listen", "192.0.2.1:1"];
        let failed = reload(&arguments, &more).status().unwrap();
        assert_eq!(failed.code(), Some(1));
        unit.told("WATCHDOG=1");
        drop(stop);
        loads.into_iter().map(|load| load.join().unwrap()).sum()
    });
    player.send(b"x");
    player.read_exact(&mut [0]).unwrap();
    assert!(!first.has_ended());
    drop(player);
    assert!(first.wait(LIMIT).unwrap().success());
    let main = Pid::from_raw(i32::try_from(unit.main).unwrap()).unwrap();
    kill_process(main, Signal::TERM).unwrap();
    let (sender, text) = loop {
        let (sender, text) = unit.message();
        if !text.contains("WATCHDOG=1") {
            break (sender, text);
        }
    };
    assert_eq!(sender, unit.main);
    assert!(text.starts_with("STOPPING=1"), "{text}");
    figure::report(
        "reloads",
        format!(
            "{reloads} reloads of a unit, a player connected: 0 of {fetches} refused, lost or later than 1 s, 0 cut"
        ),
    );
}
