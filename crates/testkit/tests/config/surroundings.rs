//! The system around the daemon fails, and serving continues.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use testkit::client::{StreamEnd, fetch};
use testkit::daemon::{Daemon, POLICY};
use testkit::folder::Folder;
use testkit::namespace::{self, Namespace};
use testkit::{binary, needs, until};

const LIMIT: Duration = Duration::from_secs(20);

const CONFIG: &str = "[policy.p]\nrules = [{ domain = \"a.test\", ports = \"80\" }]\n\
                      [[listen]]\naddress = \"127.0.0.1:0\"\n";

#[track_caller]
fn answers(address: SocketAddr) {
    let heard = fetch(address).unwrap();
    assert_eq!(
        (heard.bytes, heard.end),
        ([POLICY, b"\0"].concat(), StreamEnd::Fin)
    );
}

/// Whether private mounts are possible here.
fn has_mounts() -> bool {
    needs::met(needs::root()) && needs::met(needs::program("unshare"))
}

/// The disk with the log is full from the start; once it has space again, logging continues.
#[test]
fn a_full_disk_under_the_log() {
    if !has_mounts() || !needs::met(namespace::missing()) {
        return;
    }
    let folder = Folder::new().unwrap();
    let script = "mount -t tmpfs -o size=64k none \"$1\" && { cat /dev/zero >\"$1/fill\" 2>/dev/null; \
                  cd /; log=\"$1/log\"; shift; exec \"$@\" 2>\"$log\"; }";
    let network = Namespace::new().unwrap();
    let serve = || {
        let mut child = Command::new("unshare")
            .args(["--mount", "sh", "-c", script, "sh"])
            .arg(folder.path())
            .arg(binary::flashgate().unwrap())
            .args([
                "serve",
                "-v",
                "--allow",
                "a.test:80",
                "--listen",
                "127.0.0.1:843",
            ])
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 843));
        assert!(until(LIMIT, || fetch(address).is_ok()));
        let pid = Pid::from_child(&child);
        let seen = PathBuf::from(format!("/proc/{}/root", child.id()));
        let inside = seen.join(folder.path().strip_prefix("/").unwrap());
        for _ in 0..100 {
            answers(address);
        }
        kill_process(pid, Signal::HUP).unwrap();
        answers(address);
        let log = || fs::read_to_string(inside.join("log")).unwrap();
        assert_eq!(log(), "", "the disk is not full");
        fs::remove_file(inside.join("fill")).unwrap();
        assert!(until(LIMIT, || {
            answers(address);
            log().contains("answered")
        }));
        // Lines that could not be written until then are counted.
        let lost = log()
            .split(" lost=")
            .nth(1)
            .map(|rest| rest.lines().next().unwrap().to_owned());
        let lost = lost.and_then(|lost| lost.parse::<u64>().ok());
        assert!(lost.is_some_and(|lost| lost > 0), "{}", log());
        kill_process(pid, Signal::TERM).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(0));
    };
    network.run(serve).unwrap();
}

/// The folder of the config is deleted and comes back; until then nothing changes.
#[test]
fn a_vanished_config_folder() {
    let outer = Folder::new().unwrap();
    let folder = outer.path().join("flashgate");
    let path = folder.join("flashgate.toml");
    fs::create_dir(&folder).unwrap();
    fs::write(&path, format!("{CONFIG}[process]\nsandbox = \"off\"\n")).unwrap();
    let mut daemon = Daemon::builder()
        .args(["serve", "--config"])
        .args([&path])
        .start()
        .unwrap();
    let address = daemon.address();
    fs::rename(&folder, outer.path().join("gone")).unwrap();
    daemon.hang_up().unwrap();
    daemon.next_line_with("not reloaded", LIMIT).unwrap();
    answers(address);
    fs::remove_dir_all(outer.path().join("gone")).unwrap();
    fs::create_dir(&folder).unwrap();
    fs::write(&path, CONFIG.replace("a.test", "b.test")).unwrap();
    daemon.hang_up().unwrap();
    daemon.next_line_with("INFO reloaded", LIMIT).unwrap();
    assert_ne!(fetch(address).unwrap().bytes, [POLICY, b"\0"].concat());
    // It is watched again.
    fs::write(&path, CONFIG).unwrap();
    daemon.next_line_with("INFO reloaded", LIMIT).unwrap();
    answers(address);
}

/// In the sandbox, the new folder is not the one that can be read, and the log says so.
#[test]
fn a_config_folder_made_anew() {
    let outer = Folder::new().unwrap();
    let folder = outer.path().join("flashgate");
    let path = folder.join("flashgate.toml");
    fs::create_dir(&folder).unwrap();
    fs::write(&path, CONFIG).unwrap();
    let mut daemon = Daemon::builder()
        .args(["serve", "--config"])
        .args([&path])
        .start()
        .unwrap();
    fs::remove_dir_all(&folder).unwrap();
    daemon.next_line_with("not reloaded", LIMIT).unwrap();
    fs::create_dir(&folder).unwrap();
    fs::write(&path, CONFIG.replace("a.test", "b.test")).unwrap();
    let line = daemon
        .next_line_with("help: restart flashgate", LIMIT)
        .unwrap();
    assert!(line.contains("as they were when it started"), "{line}");
    daemon.next_line_with("not reloaded", LIMIT).unwrap();
    answers(daemon.address());
}

/// Nothing can be written anywhere: it starts, reloads and stops as usual.
#[test]
fn a_read_only_file_system() {
    if !has_mounts() {
        return;
    }
    let folder = Folder::new().unwrap();
    let path = folder.file("flashgate.toml", CONFIG).unwrap();
    let script = "mount --rbind / / && mount -o remount,ro,bind / && exec \"$@\"";
    let mut daemon = Daemon::builder()
        .through(["unshare", "--mount", "sh", "-c", script, "sh"])
        .args(["serve", "--config"])
        .args([&path])
        .start()
        .unwrap();
    let mounts = fs::read_to_string(format!("/proc/{}/mounts", daemon.pid())).unwrap();
    assert!(
        mounts
            .lines()
            .any(|line| line.contains(" / ") && line.contains(" ro")),
        "{mounts}"
    );
    answers(daemon.address());
    daemon.hang_up().unwrap();
    daemon.next_line_with("INFO reloaded", LIMIT).unwrap();
    answers(daemon.address());
    daemon.terminate().unwrap();
    assert_eq!(daemon.wait(LIMIT).unwrap().code(), Some(0));
}

/// A folder in which files are written all the time, even because the daemon reads it: it still serves and stops.
#[test]
fn a_restless_folder() {
    if !needs::met(needs::program("strace")) {
        return;
    }
    let folder = Folder::new().unwrap();
    let path = folder.file("flashgate.toml", CONFIG).unwrap();
    let mut daemon = Daemon::builder()
        .through(["strace", "-D", "-f", "-o"])
        .through([folder.path().join("trace")])
        .args(["serve", "--config"])
        .args([&path])
        .start()
        .unwrap();
    answers(daemon.address());
    daemon.hang_up().unwrap();
    daemon.wait_for_line("reloaded", LIMIT).unwrap();
    answers(daemon.address());
    daemon.terminate().unwrap();
    assert!(daemon.wait(LIMIT).unwrap().success());
}
