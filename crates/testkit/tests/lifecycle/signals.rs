//! Signals: which ones stop the daemon, which ones it ignores, and what happens to early ones.

use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use testkit::client::{TestClient, fetch};
use testkit::daemon::{Daemon, POLICY};
use testkit::folder::Folder;
use testkit::trace::SyscallTrace;
use testkit::{binary, needs, until};

const LIMIT: Duration = Duration::from_secs(20);

fn daemon() -> Daemon {
    Daemon::serve(["--allow", "a.test:80"]).expect("a daemon")
}

/// The bit of a signal in one of the sets of `/proc/PID/status`.
const fn bit(signal: Signal) -> u64 {
    1 << (signal.as_raw() - 1)
}

/// A set of signals, as `/proc` has it for a process or a thread.
fn set(folder: &str, name: &str) -> Option<u64> {
    let status = fs::read_to_string(format!("{folder}/status")).ok()?;
    let mut lines = status.lines();
    let set = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(":\t"))?;
    u64::from_str_radix(set, 16).ok()
}

/// A signal that arrives before anything is served is handled: here it arrives as soon as the process catches it, while
/// a long config is read.
#[test]
fn a_stop_while_it_starts() {
    let folder = Folder::new().unwrap();
    let rule = "{ domain = \"a.test\", ports = \"80\" },\n";
    let rules = rule.repeat(10_000);
    let text =
        format!("[policy.default]\nrules = [\n{rules}]\n[[listen]]\naddress = \"127.0.0.1:0\"\n");
    let mut child = Command::new(binary::flashgate().unwrap())
        .args(["serve", "--config"])
        .arg(folder.file("flashgate.toml", text).unwrap())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let pid = Pid::from_child(&child);
    let process = format!("/proc/{}", child.id());
    let catches_it =
        || set(&process, "SigCgt").is_some_and(|caught| caught & bit(Signal::TERM) != 0);
    assert!(until(LIMIT, catches_it));
    kill_process(pid, Signal::HUP).unwrap();
    kill_process(pid, Signal::TERM).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

/// A signal sent by mistake costs no connection; SIGQUIT is an orderly stop.
#[test]
fn signals_that_would_end_it() {
    let mut daemon = daemon();
    let mut asking = TestClient::connect(daemon.address()).unwrap();
    asking.send(b"<policy-file-");
    fetch(daemon.address()).unwrap();
    let ignored = [
        Signal::USR1,
        Signal::USR2,
        Signal::ALARM,
        Signal::VTALARM,
        Signal::PROF,
        Signal::IO,
        Signal::POWER,
        Signal::STKFLT,
        Signal::XCPU,
        Signal::XFSZ,
        Signal::PIPE,
    ];
    for signal in ignored {
        daemon.signal(signal).unwrap();
        fetch(daemon.address()).unwrap();
    }
    let pid = daemon.pid().to_string();
    for number in 34..=64 {
        let sent = Command::new("kill")
            .args([format!("-{number}"), pid.clone()])
            .status()
            .unwrap();
        assert!(sent.success(), "{number}");
    }
    fetch(daemon.address()).unwrap();
    daemon.wait_for_line("ignored a signal", LIMIT).unwrap();
    daemon.signal(Signal::QUIT).unwrap();
    daemon.wait_for_line("signal=\"SIGQUIT\"", LIMIT).unwrap();
    asking.send(b"request/>\0");
    assert_eq!(asking.hear().bytes, [POLICY, b"\0"].concat());
    assert_eq!(daemon.wait(LIMIT).unwrap().code(), Some(0));
}

/// A command prefix that sends a signal when the start creates its event loop, just before it listens for signals.
fn hit_early(signal: &str) -> SyscallTrace {
    let trace = SyscallTrace::of("epoll_create1").unwrap();
    trace.inject(&format!("epoll_create1:signal={signal}:when=1"))
}

const SERVE: [&str; 5] = ["serve", "--listen", "127.0.0.1:0", "--allow", "a.test:80"];

/// A signal that arrives before the daemon listens for signals waits until it does. It does not end the process.
#[test]
fn early_signals() {
    if !needs::met(needs::program("strace")) {
        return;
    }
    for signal in ["SIGHUP", "SIGUSR1", "SIGUSR2", "SIGALRM"] {
        let trace = hit_early(signal);
        let daemon = Daemon::builder().through(trace.program()).args(SERVE);
        let mut daemon = daemon.start().unwrap();
        if signal == "SIGHUP" {
            daemon.wait_for_line("reloaded", LIMIT).unwrap();
        }
        fetch(daemon.address()).unwrap();
    }
    for signal in ["SIGTERM", "SIGINT", "SIGQUIT"] {
        let trace = hit_early(signal);
        let program = trace.program();
        let status = Command::new(&program[0])
            .args(&program[1..])
            .arg(binary::flashgate().unwrap())
            .args(SERVE)
            .stderr(Stdio::null())
            .status()
            .unwrap();
        assert_eq!(status.code(), Some(0), "{signal}: {status}");
    }
}

/// Once it serves, no signal is blocked, except in the thread that opens sockets.
#[test]
fn no_signal_is_held_back() {
    let daemon = daemon();
    for thread in fs::read_dir(format!("/proc/{}/task", daemon.pid())).unwrap() {
        let folder = thread.unwrap().path();
        let name = fs::read_to_string(folder.join("comm")).unwrap();
        let blocked = set(folder.to_str().unwrap(), "SigBlk").unwrap();
        assert!(blocked == 0 || name == "opener\n", "{name}: {blocked:x}");
    }
}
