//! What a start that takes over must not do: serve half a config, take away what could not come back, or blame a
//! process that does not serve.

use std::fs::{self, File, Permissions};
use std::io::{BufRead as _, BufReader, IoSliceMut, Write as _};
use std::mem::MaybeUninit;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SocketAddrUnix,
    SocketFlags, SocketType, connect, recvmsg, socket_with,
};
use rustix::process::{Pid, Signal, kill_process};
use testkit::client::{StreamEnd, TestClient, fetch};
use testkit::daemon::Daemon;
use testkit::folder::Folder;
use testkit::namespace::Namespace;
use testkit::trace::SyscallTrace;
use testkit::{binary, namespace, needs, until};

const LIMIT: Duration = Duration::from_secs(20);

/// A config in two halves with a listener each; the first half is valid by itself.
fn config(domain: &str, addresses: [&str; 2]) -> [String; 2] {
    let [first, second] = addresses;
    [
        format!(
            "[process]\nhandover = \"door\"\n[policy.p]\nrules = [{{ domain = \"{domain}\", ports = \"9339\" }}]\n\
             [[listen]]\naddress = \"{first}\"\n"
        ),
        format!("[[listen]]\naddress = \"{second}\"\n"),
    ]
}

const FREE: [&str; 2] = ["127.0.0.1:0", "127.0.0.2:0"];

struct Running {
    folder: Folder,
    path: PathBuf,
    daemon: Daemon,
}

fn start(path: &Path) -> Daemon {
    let arguments = ["serve".as_ref(), "--config".as_ref(), path.as_os_str()];
    Daemon::builder().args(arguments).start().unwrap()
}

fn running(addresses: [&str; 2]) -> Running {
    let folder = Folder::new().unwrap();
    let text = config("old.test", addresses).concat();
    let path = folder.file("flashgate.toml", text).unwrap();
    let daemon = start(&path);
    Running {
        folder,
        path,
        daemon,
    }
}

/// The output of a start until it has ended; a start that serves is ended.
fn heard(child: &mut Child) -> String {
    let mut text = String::new();
    for line in BufReader::new(child.stderr.take().unwrap()).lines() {
        text = text + &line.unwrap() + "\n";
        if text.contains("flashgate ready") {
            child.kill().unwrap();
        }
    }
    text
}

/// The output of a start that is refused.
#[track_caller]
fn refused(path: &Path, reason: &str) -> String {
    let mut command = Command::new(binary::flashgate().unwrap());
    let command = command.args(["serve", "--config"]).arg(path);
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    let text = heard(&mut child);
    assert_eq!(child.wait().unwrap().code(), Some(1), "{text}");
    assert!(text.contains(reason), "{text}");
    text
}

#[track_caller]
fn serves(address: SocketAddr, domain: &str) {
    let heard = fetch(address).expect("a fetch");
    assert_eq!(heard.end, StreamEnd::Fin, "{address}");
    let text = String::from_utf8(heard.bytes).unwrap();
    assert!(text.contains(domain), "{text}");
}

/// Opens a file as a shell's `>` does, writes this much, and keeps it open.
fn begin(path: &Path, text: &str) -> File {
    let mut file = File::create(path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file
}

/// The serving process knows which files are being written, so a start that takes over asks it.
#[test]
fn half_a_config() {
    let mut running = running(FREE);
    let addresses = running.daemon.addresses().to_vec();
    let [first, second] = config("new.test", FREE);
    let mut file = begin(&running.path, &first);
    let text = refused(&running.path, "flashgate.toml is being written");
    assert!(text.contains("start again"), "{text}");
    for &address in &addresses {
        serves(address, "old.test");
    }
    assert!(!running.daemon.has_ended());
    file.write_all(second.as_bytes()).unwrap();
    drop(file);
    let successor = start(&running.path);
    assert!(running.daemon.wait(LIMIT).unwrap().success());
    assert_eq!(successor.addresses(), addresses);
    for address in addresses {
        serves(address, "new.test");
    }
}

/// A file that the serving process has never read, but sees, because it is in the same folder.
#[test]
fn half_a_policy_that_is_new() {
    let running = running(FREE);
    let policy = "<cross-domain-policy><allow-access-from domain=\"new.test\" to-ports=\"9339\"/></cross-domain-policy>";
    let _file = begin(&running.folder.path().join("new.xml"), policy);
    let text = "[process]\nhandover = \"door\"\n[policy.p]\nfile = \"new.xml\"\n[[listen]]\naddress = \"127.0.0.1:0\"\n";
    let other = running.folder.file("other.toml", text).unwrap();
    refused(&other, "new.xml is being written");
    serves(running.daemon.address(), "old.test");
}

/// If the serving process may not read the folder, a start as root sees the writer itself.
#[test]
fn half_a_config_in_a_closed_folder() {
    if !needs::met(needs::root()) {
        return;
    }
    let folder = Folder::new().unwrap();
    let text = config("old.test", FREE).concat();
    let closed = folder.path().join("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, Permissions::from_mode(0o700)).unwrap();
    let path = closed.join("flashgate.toml");
    fs::write(&path, text).unwrap();
    let daemon = start(&path);
    let _file = begin(&path, &config("new.test", FREE)[0]);
    refused(&path, "flashgate.toml is being written");
    for &address in daemon.addresses() {
        serves(address, "old.test");
    }
}

/// A start that has read half a file, and asks after the writer has finished: what it has read is still half a file.
#[test]
fn a_writer_that_is_done_before_it_is_asked_about() {
    if !needs::met(needs::program("strace")) {
        return;
    }
    let running = running(FREE);
    let [first, second] = config("new.test", FREE);
    let mut file = begin(&running.path, &first);
    // It is stopped when it creates the socket to ask with.
    let trace = SyscallTrace::of("socket").unwrap();
    let trace = trace.inject("socket:signal=SIGSTOP:when=1");
    let program = trace.program();
    let mut starting = Command::new(&program[0])
        .args(&program[1..])
        .arg(binary::flashgate().unwrap())
        .args(["serve", "--config"])
        .arg(&running.path)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The tracer is not the parent.
    let status = format!("/proc/{}/status", starting.id());
    let is_stopped = || {
        let status = fs::read_to_string(&status).unwrap_or_default();
        status.contains("State:\tT (stopped)") || status.contains("State:\tt (tracing stop)")
    };
    let is_asked = || {
        trace
            .lines_so_far()
            .iter()
            .any(|line| line.contains("SIGSTOP"))
    };
    assert!(until(LIMIT, || is_asked() && is_stopped()));
    file.write_all(second.as_bytes()).unwrap();
    drop(file);
    kill_process(Pid::from_child(&starting), Signal::CONT).unwrap();
    let text = heard(&mut starting);
    assert!(text.contains("has changed since it was read"), "{text}");
    assert_eq!(starting.wait().unwrap().code(), Some(1), "{text}");
}

/// A listener that no reload could bring back is only closed by a restart; one that could be bound again may be closed.
#[test]
fn a_low_port_is_not_given_up() {
    if !needs::met(namespace::missing()) {
        return;
    }
    binary::flashgate().unwrap();
    let network = Namespace::new().unwrap();
    network.run(without_843).unwrap();
}

fn without_843() {
    let addresses = ["127.0.0.1:9339", "127.0.0.1:843"];
    let mut running = running(addresses);
    let low = running.daemon.addresses()[1];
    let [cut_off, _] = config("cut.test", addresses);
    fs::write(&running.path, &cut_off).unwrap();
    running
        .daemon
        .next_line_with("not reloaded", LIMIT)
        .unwrap();
    let text = refused(&running.path, "could not bind that address again");
    assert!(text.contains("127.0.0.1:843"), "{text}");
    assert!(text.contains("restart flashgate"), "{text}");
    serves(low, "old.test");
    assert!(!running.daemon.has_ended());
    let [only_low, _] = config("low.test", ["127.0.0.1:843"; 2]);
    fs::write(&running.path, only_low).unwrap();
    let mut second = start(&running.path);
    assert!(running.daemon.wait(LIMIT).unwrap().success());
    serves(low, "low.test");
    // A stop and a start are a restart, even if the start begins before the old process has ended.
    let _silent = TestClient::connect(low).unwrap();
    serves(low, "low.test");
    second.terminate().unwrap();
    second.wait_for_line("stopping", LIMIT).unwrap();
    fs::write(&running.path, &cut_off).unwrap();
    let third = start(&running.path);
    assert!(second.wait(LIMIT).unwrap().success());
    serves(third.address(), "cut.test");
    assert!(
        fetch(low).is_err(),
        "{low} is still served although it was removed"
    );
}

/// Asks for the listeners at a socket, takes them, and never serves. Returns the first of the sockets, and the last
/// one, which is the hand-over socket itself.
fn take(door: &Path) -> Vec<OwnedFd> {
    let (family, kind) = (AddressFamily::UNIX, SocketType::SEQPACKET);
    let socket = socket_with(family, kind, SocketFlags::CLOEXEC, None).unwrap();
    connect(&socket, &SocketAddrUnix::new(door).unwrap()).unwrap();
    let mut taken = Vec::new();
    for _packet in ["listeners", "end"] {
        let mut room = [0; 4096];
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(64))];
        let mut ancillary = RecvAncillaryBuffer::new(&mut space);
        let mut room = [IoSliceMut::new(&mut room)];
        recvmsg(&socket, &mut room, &mut ancillary, RecvFlags::CMSG_CLOEXEC).unwrap();
        for message in ancillary.drain() {
            if let RecvAncillaryMessage::ScmRights(sockets) = message {
                taken.extend(sockets);
            }
        }
    }
    taken.push(socket);
    taken
}

/// A process that took over the listeners hangs, while the one that served is stopped: it is named, in the log and to
/// the next start.
#[test]
fn one_that_hangs_and_never_served() {
    let mut running = running(FREE);
    let hanging = take(&running.folder.path().join("door"));
    running.daemon.terminate().unwrap();
    assert!(running.daemon.wait(LIMIT).unwrap().success());
    let pid = std::process::id().to_string();
    let line = running
        .daemon
        .wait_for_line("has the listeners and is not ready", LIMIT)
        .unwrap();
    assert!(line.contains(&format!("process={pid}")), "{line}");
    let text = refused(&running.path, "no answer within");
    assert!(!text.contains("continues to serve"), "{text}");
    assert!(text.contains(&format!("process {pid}")), "{text}");
    assert!(text.contains("start again"), "{text}");
    drop(hanging);
    let next = start(&running.path);
    assert!(until(LIMIT, || fetch(next.address()).is_ok()));
}
