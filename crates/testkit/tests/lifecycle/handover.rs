//! A second start takes over the listeners, or a restart finds them open: clients notice nothing.

use std::fs;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rustix::net::{
    AddressFamily, RecvFlags, SocketAddrUnix, SocketFlags, SocketType, connect, recv, socket_with,
};
use rustix::process::Uid;
use rustix::thread::set_thread_res_uid;
use testkit::backend::{BackendBehaviour, TestBackend};
use testkit::client::{StreamEnd, TestClient, fetch};
use testkit::daemon::{Daemon, POLICY};
use testkit::folder::Folder;
use testkit::load::{self, Load};
use testkit::scale::{is_long, short_or_long};
use testkit::{SetAtEnd, binary, figure, needs, until};

const LIMIT: Duration = Duration::from_secs(20);

/// A config with the hand-over enabled, and the path of its socket.
fn config(folder: &Folder, more: &str) -> (PathBuf, PathBuf) {
    let text = format!(
        "[policy.default]\nrules = [{{ domain = \"a.test\", ports = \"80\" }}]\n\
         [process]\nhandover = \"flashgate.sock\"\n\
         [[listen]]\naddress = \"127.0.0.1:0\"\n{more}"
    );
    let path = folder.file("flashgate.toml", text).unwrap();
    (path, folder.path().join("flashgate.sock"))
}

fn start(config: &Path) -> anyhow::Result<Daemon> {
    Daemon::builder()
        .args(["serve", "--config"])
        .args([config])
        .start()
}

/// The new process asks for the very address that the old one was given, because port 0 would be a new one each time.
fn fixed(folder: &Folder, address: SocketAddr) -> PathBuf {
    let (path, _) = config(folder, "");
    let text = fs::read_to_string(&path).unwrap();
    let text = text.replace("127.0.0.1:0", &address.to_string());
    folder.file("flashgate.toml", text).unwrap()
}

#[track_caller]
fn answers(address: SocketAddr) {
    let heard = fetch(address).unwrap();
    assert_eq!(
        (heard.bytes, heard.end),
        ([POLICY, b"\0"].concat(), StreamEnd::Fin)
    );
}

/// How many fetches arrive between one hand-over and the next. Without them the test measures how fast processes start:
/// each start takes the CPU that the load needs, on a machine with two.
fn between() -> u64 {
    short_or_long(0, 1_000)
}

/// Hand-overs under load: no client is refused, reset or left without an answer.
#[test]
fn under_load() {
    let folder = Folder::new().unwrap();
    let mut daemon = start(&config(&folder, "").0).unwrap();
    let address = daemon.address();
    let path = fixed(&folder, address);
    let hand_overs = short_or_long(10, 100);
    let (done, start_of_load) = (AtomicBool::new(false), Instant::now());
    let fetches = AtomicU64::new(0);
    thread::scope(|scope| {
        let stop = SetAtEnd(&done);
        let load = scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                let mut load = Load::new(address, POLICY);
                (load.fetches, load.in_flight) = (500, 32);
                let report = load::run(&load).unwrap();
                assert!(report.all_ok(), "{report}");
                fetches.fetch_add(load.fetches, Ordering::Relaxed);
            }
        });
        // A start that fails after it has the listeners: connections that arrived during it are in the queue of both.
        let busy = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let more = format!("[[listen]]\naddress = \"{}\"\n", busy.local_addr().unwrap());
        let text = fs::read_to_string(&path).unwrap() + &more;
        let failing = folder.file("failing.toml", text).unwrap();
        for _ in 0..hand_overs {
            start(&failing).unwrap_err();
            daemon.next_line_with("did not get ready", LIMIT).unwrap();
            let next = start(&path).unwrap();
            let mut former = std::mem::replace(&mut daemon, next);
            assert_eq!(daemon.address(), address);
            assert!(former.wait(LIMIT).unwrap().success());
            former.wait_for_line("handed over", LIMIT).unwrap();
            let enough = fetches.load(Ordering::Relaxed) + between();
            let is_enough = || fetches.load(Ordering::Relaxed) >= enough;
            assert!(until(LIMIT, || is_enough() || load.is_finished()));
        }
        drop(stop);
        load.join().unwrap();
    });
    answers(address);
    let fetches = fetches.into_inner();
    let rate = figure::rate(fetches, start_of_load.elapsed());
    figure::report(
        "R14",
        format!(
            "{hand_overs} hand-overs, and as many that failed, at {rate} fetches/s: 0 of {fetches} lost"
        ),
    );
    if is_long() {
        assert!(rate >= 10_000, "{rate} fetches/s");
    }
}

/// Restarts while clients come and go: the socket stays open, so no client is refused, and no reply is lost.
#[test]
fn restarts_on_a_socket_that_stays() {
    let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    let start = || {
        Daemon::builder()
            .passing([(socket.try_clone().unwrap(), "policy")])
            .args(["serve", "--allow", "a.test:80"])
            .start()
            .unwrap()
    };
    let mut daemon = start();
    let restarts = short_or_long(10, 50);
    let done = AtomicBool::new(false);
    let fetches = thread::scope(|scope| {
        let stop = SetAtEnd(&done);
        let load = scope.spawn(|| {
            let mut total = 0;
            while !done.load(Ordering::Relaxed) {
                let mut load = Load::new(address, POLICY);
                (load.fetches, load.in_flight) = (500, 8);
                let report = load::run(&load).unwrap();
                assert!(report.all_ok(), "{report}");
                total += load.fetches;
            }
            total
        });
        for _ in 0..restarts {
            daemon.terminate().unwrap();
            assert!(daemon.wait(LIMIT).unwrap().success());
            daemon = start();
        }
        drop(stop);
        load.join().unwrap()
    });
    assert!(fetches > 0);
    figure::report(
        "R14",
        format!("{restarts} restarts on a passed socket: 0 of {fetches} refused or lost"),
    );
}

/// A connection of the old process stays with it until it is answered.
#[test]
fn open_connections_are_finished() {
    let folder = Folder::new().unwrap();
    let mut former = start(&config(&folder, "").0).unwrap();
    let address = former.address();
    let mut client = TestClient::connect(address).unwrap();
    client.send(b"<policy-file-");
    let mut settled = TestClient::connect(address).unwrap();
    settled.send(load::REQUEST);
    assert_eq!(settled.hear().end, StreamEnd::Fin);
    let mut daemon = start(&fixed(&folder, address)).unwrap();
    former.wait_for_line("handed over", LIMIT).unwrap();
    client.send(b"request/>\0");
    let heard = client.hear();
    assert_eq!(
        (heard.bytes, heard.end),
        ([POLICY, b"\0"].concat(), StreamEnd::Fin)
    );
    assert!(former.wait(LIMIT).unwrap().success());
    answers(address);
    daemon.terminate().unwrap();
    assert!(daemon.wait(LIMIT).unwrap().success());
}

/// A new process that cannot start, or dies before it is ready, changes nothing.
#[test]
fn a_failed_successor() {
    let folder = Folder::new().unwrap();
    let (path, socket) = config(&folder, "");
    let mut daemon = start(&path).unwrap();
    let address = daemon.address();
    let busy = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = busy.local_addr().unwrap();
    let path = fixed(&folder, address);
    let more = format!("[[listen]]\naddress = \"{taken}\"\n");
    let text = fs::read_to_string(&path).unwrap() + &more;
    let error = start(&folder.file("flashgate.toml", text).unwrap()).unwrap_err();
    assert!(
        format!("{error:#}").contains(&taken.to_string()),
        "{error:#}"
    );
    daemon.wait_for_line("did not get ready", LIMIT).unwrap();
    answers(address);
    // A process that takes the listeners and never answers.
    let script = format!(
        "import socket,sys\ns=socket.socket(socket.AF_UNIX,socket.SOCK_SEQPACKET)\ns.connect({:?})\n\
         m,a,_,_=s.recvmsg(65536,4096)\nprint(m.decode(),len(a),flush=True)\n",
        socket.display().to_string()
    );
    if needs::met(needs::program("python3")) {
        let output = Command::new("python3")
            .args(["-c", &script])
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(
            text.starts_with("flashgate handover 1\nlisteners\n127.0.0.1:"),
            "{text}"
        );
    }
    answers(address);
    let mut daemon_2 = start(&fixed(&folder, address)).unwrap();
    assert!(daemon.wait(LIMIT).unwrap().success());
    answers(address);
    daemon_2.terminate().unwrap();
    assert!(daemon_2.wait(LIMIT).unwrap().success());
}

/// What a start as another user says. It fails.
fn as_stranger(config: &Path) -> String {
    let output = Command::new("setpriv")
        .args(["--reuid", "12345", "--regid", "12345", "--clear-groups"])
        .arg(binary::flashgate().unwrap())
        .args(["serve", "--config"])
        .arg(config)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The socket is for root and the same user only, and what a crash leaves of it does no harm.
#[test]
fn the_door() {
    let folder = Folder::new().unwrap();
    let (path, socket) = config(&folder, "");
    let mut daemon = start(&path).unwrap();
    let mode = fs::metadata(&socket).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    if needs::met(needs::root()) && needs::met(needs::program("setpriv")) {
        // Even if the file's mode would allow them to connect.
        fs::set_permissions(&socket, fs::Permissions::from_mode(0o666)).unwrap();
        let text = as_stranger(&path);
        assert!(text.contains("can't take over"), "{text}");
        // Without access, the stranger can't know whether a process runs.
        fs::set_permissions(&socket, fs::Permissions::from_mode(0o600)).unwrap();
        let text = as_stranger(&path);
        assert!(
            text.contains("can't connect to the handover socket"),
            "{text}"
        );
        assert!(
            text.contains(&format!("remove the socket: `rm {}`", socket.display())),
            "{text}"
        );
        assert!(!text.contains("continues to serve"), "{text}");
    }
    let killed = daemon.address();
    drop(daemon);
    assert!(socket.exists(), "expected the socket of a killed process");
    assert!(fetch(killed).is_err());
    daemon = start(&path).unwrap();
    answers(daemon.address());
}

/// Another address in the new config is a new listener, whatever its policy; the old one is closed.
#[test]
fn a_listener_that_moves() {
    let folder = Folder::new().unwrap();
    let mut former = start(&config(&folder, "").0).unwrap();
    let old = former.address();
    let new = SocketAddr::from(([127, 0, 0, 1], testkit::port::free().unwrap()));
    let daemon = start(&fixed(&folder, new)).unwrap();
    assert_eq!(daemon.addresses(), [new]);
    answers(new);
    assert!(former.wait(LIMIT).unwrap().success());
    assert!(
        fetch(old).is_err(),
        "{old} is still served although it was removed"
    );
}

/// Port 0 means any free port, including the one that the old process has.
#[test]
fn a_free_port() {
    let folder = Folder::new().unwrap();
    let path = config(&folder, "").0;
    let mut former = start(&path).unwrap();
    let daemon = start(&path).unwrap();
    assert_eq!(daemon.address(), former.address());
    assert!(former.wait(LIMIT).unwrap().success());
    answers(daemon.address());
}

/// Under a service manager both have the same sockets; one that is passed twice is not reported as "used by no
/// listener".
#[test]
fn beside_sockets_that_are_passed() {
    let folder = Folder::new().unwrap();
    let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    let path = fixed(&folder, address);
    let start = || {
        Daemon::builder()
            .passing([(socket.try_clone().unwrap(), "policy")])
            .args(["serve", "--config"])
            .args([&path])
            .start()
            .unwrap()
    };
    let mut former = start();
    let daemon = start();
    assert!(former.wait(LIMIT).unwrap().success());
    assert_eq!(daemon.addresses(), [address]);
    answers(address);
}

/// A stopped process does not hand over: a start right after the stop need not wait for its end.
#[test]
fn a_stop_and_at_once_a_start() {
    let folder = Folder::new().unwrap();
    let mut former = start(&config(&folder, "").0).unwrap();
    let address = former.address();
    let path = fixed(&folder, address);
    for _ in 0..10 {
        let mut silent = TestClient::connect(address).unwrap();
        silent.send(b"<");
        answers(address);
        former.terminate().unwrap();
        let daemon = start(&path).unwrap();
        answers(address);
        drop(silent);
        former = daemon;
    }
}

/// A path that names another file by mistake: the file still exists afterwards.
#[test]
fn a_file_is_not_replaced() {
    let folder = Folder::new().unwrap();
    let (path, socket) = config(&folder, "");
    fs::write(&socket, "precious").unwrap();
    let error = format!("{:#}", start(&path).unwrap_err());
    assert!(error.contains("expected a socket or no file"), "{error}");
    assert_eq!(fs::read(&socket).unwrap(), b"precious");
}

/// If descriptors have run out, a second start with more of them is the fix: it waits, and gets its answer.
#[test]
fn asking_while_descriptors_have_run_out() {
    if !needs::met(needs::program("strace")) {
        return;
    }
    let folder = Folder::new().unwrap();
    let path = config(&folder, "").0;
    let inject = "inject=accept4:error=EMFILE:when=1";
    let mut former = Daemon::builder()
        .through(["strace", "-f", "-o", "/dev/null", "-e", inject])
        .args(["serve", "--config"])
        .args([&path])
        .start()
        .unwrap();
    let daemon = start(&fixed(&folder, former.address())).unwrap();
    assert!(former.wait(LIMIT).unwrap().success());
    answers(daemon.address());
}

/// Asks for the listeners at a socket, and sends nothing more.
fn ask(door: &Path) -> rustix::io::Result<OwnedFd> {
    let socket = socket_with(
        AddressFamily::UNIX,
        SocketType::SEQPACKET,
        SocketFlags::CLOEXEC,
        None,
    )?;
    connect(&socket, &SocketAddrUnix::new(door)?)?;
    Ok(socket)
}

/// A new process that hangs does not delay the next one, and is informed that it must not serve.
#[test]
fn a_successor_that_hangs() {
    let folder = Folder::new().unwrap();
    let (path, door) = config(&folder, "");
    let mut former = start(&path).unwrap();
    let address = former.address();
    let hanging = ask(&door).unwrap();
    former.wait_for_line("a new process asks", LIMIT).unwrap();
    let begun = Instant::now();
    let daemon = start(&fixed(&folder, address)).unwrap();
    assert!(former.wait(LIMIT).unwrap().success());
    assert!(begun.elapsed() < LIMIT, "{:?}", begun.elapsed());
    answers(daemon.address());
    let mut room = [0; 4096];
    let mut said = Vec::new();
    // The listeners come first; their sockets are dropped here.
    while let Ok((_, length @ 1..)) = recv(&hanging, &mut room, RecvFlags::empty()) {
        said = room[..length].to_vec();
    }
    assert_eq!(String::from_utf8_lossy(&said), "replaced");
}

/// A user without permission asks as fast as possible: one log line per second, little work, and a permitted process
/// still gets its answer.
#[test]
fn a_stranger_who_keeps_asking() {
    const ENOUGH: u64 = 3_000;
    if !needs::met(needs::root()) {
        return;
    }
    let folder = Folder::new().unwrap();
    let (path, door) = config(&folder, "");
    let mut former = start(&path).unwrap();
    let address = former.address();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(&door, fs::Permissions::from_mode(0o666)).unwrap();
    let (done, asked) = (AtomicBool::new(false), AtomicU64::new(0));
    thread::scope(|scope| {
        let stop = SetAtEnd(&done);
        scope.spawn(|| {
            let user = Uid::from_raw(12345);
            set_thread_res_uid(user, user, user).unwrap();
            while !done.load(Ordering::Relaxed) {
                // In the end the socket is closed.
                asked.fetch_add(u64::from(ask(&door).is_ok()), Ordering::Relaxed);
            }
        });
        let begun = Instant::now();
        assert!(until(LIMIT, || asked.load(Ordering::Relaxed) > ENOUGH));
        let seconds = usize::try_from(begun.elapsed().as_secs()).unwrap();
        let lines = former.log().iter();
        let lines = lines.filter(|line| line.contains("refused to hand over the listeners"));
        let lines = lines.count();
        assert!(
            (1..=seconds + 2).contains(&lines),
            "{lines} lines in {seconds} s"
        );
        let daemon = start(&fixed(&folder, address)).unwrap();
        assert!(former.wait(LIMIT).unwrap().success());
        answers(daemon.address());
        drop(stop);
    });
}

/// A stopping process hands over too, to a start that does not wait for its end.
#[test]
fn a_start_while_a_player_holds_up_the_stop() {
    let backend = TestBackend::start(BackendBehaviour::Echo).unwrap();
    let gate = format!(
        "[[gate]]\naddress = \"127.0.0.1:0\"\nbackend = \"{}\"\n",
        backend.address()
    );
    let folder = Folder::new().unwrap();
    let path = config(&folder, &gate).0;
    let mut former = start(&path).unwrap();
    let mut player = TestClient::connect(former.addresses()[1]).unwrap();
    player.send(b"hello");
    player.read_exact(&mut [0; 5]).unwrap();
    former.terminate().unwrap();
    former.wait_for_line("stopping", LIMIT).unwrap();
    let daemon = start(&path).unwrap();
    assert_eq!(daemon.addresses(), former.addresses());
    let mut newcomer = TestClient::connect(daemon.addresses()[1]).unwrap();
    newcomer.send(b"there");
    newcomer.read_exact(&mut [0; 5]).unwrap();
    player.send(b"again");
    player.read_exact(&mut [0; 5]).unwrap();
    drop(player);
    assert!(former.wait(LIMIT).unwrap().success());
}
