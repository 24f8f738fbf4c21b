//! Several threads serve the same listeners.

use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;

use testkit::client::{StreamEnd, TestClient};
use testkit::daemon::{Daemon, POLICY};
use testkit::folder::Folder;
use testkit::load::{self, Load};
use testkit::needs;

const LIMIT: Duration = Duration::from_secs(20);

fn config(domain: &str, threads: u32) -> String {
    format!(
        "[policy.default]\nrules = [{{ domain = \"{domain}\", ports = \"80\" }}]\n\
         [[listen]]\naddress = \"127.0.0.1:0\"\n[process]\nthreads = {threads}\n"
    )
}

/// The names of its threads.
fn threads(daemon: &Daemon) -> BTreeSet<String> {
    let tasks = fs::read_dir(format!("/proc/{}/task", daemon.pid())).unwrap();
    tasks
        .map(|task| fs::read_to_string(task.unwrap().path().join("comm")).unwrap())
        .map(|name| name.trim().to_owned())
        .collect()
}

/// Fetches of all kinds, a reload, waiting clients and a stop work as with one thread.
#[test]
fn four_threads() {
    let folder = Folder::new().unwrap();
    let path = folder.file("flashgate.toml", config("a.test", 4)).unwrap();
    let mut daemon = Daemon::builder()
        .args(["serve", "--config"])
        .args([&path])
        .start()
        .unwrap();
    // A thread sets its own name, which may be after the daemon is ready.
    let all = || {
        let names = threads(&daemon);
        ["serve-1", "serve-2", "serve-3"]
            .iter()
            .all(|name| names.contains(*name))
    };
    assert!(testkit::until(LIMIT, all), "{:?}", threads(&daemon));
    let mut load = Load::new(daemon.address(), POLICY);
    (load.fetches, load.in_flight) = (10_000, 64);
    for (suffix, cuts) in [(0, vec![]), (23, vec![]), (0, vec![5])] {
        (load.suffix, load.cuts) = (suffix, cuts);
        let report = load::run(&load).unwrap();
        assert!(report.all_ok(), "{report}");
    }
    folder.file("flashgate.toml", config("b.test", 4)).unwrap();
    daemon.next_line_with("INFO reloaded", LIMIT).unwrap();
    let mut waiting: Vec<_> = (0..40)
        .map(|_| TestClient::connect(daemon.address()).unwrap())
        .collect();
    let policy = String::from_utf8(POLICY.to_vec())
        .unwrap()
        .replace("a.test", "b.test");
    // Whichever thread has a client, the client is still there when the stop begins, and is answered after it.
    for client in &mut waiting {
        assert!(client.send(b"<policy-file-"));
    }
    load.expected = [policy.as_bytes(), b"\0"].concat();
    assert!(load::run(&load).unwrap().all_ok());
    daemon.terminate().unwrap();
    daemon.wait_for_line("stopping", LIMIT).unwrap();
    for client in &mut waiting {
        client.send(b"request/>\0");
        let heard = client.hear();
        assert_eq!(
            (heard.bytes, heard.end),
            (load.expected.clone(), StreamEnd::Fin)
        );
    }
    assert!(daemon.wait(LIMIT).unwrap().success());
}

/// Each thread has descriptors of its own. Together with those for connections, some of which linger, they must fit
/// into the limit.
#[test]
fn threads_and_connections_fit() {
    if !needs::met(needs::program("prlimit")) {
        return;
    }
    let folder = Folder::new().unwrap();
    let path = folder.file("flashgate.toml", config("a.test", 32)).unwrap();
    let most = 256;
    let mut daemon = Daemon::builder()
        .through(["prlimit".to_owned(), format!("--nofile={most}")])
        .args(["serve", "--config"])
        .args([&path])
        .start()
        .unwrap();
    let ready = daemon.wait_for_line("flashgate ready", LIMIT).unwrap();
    let connections: usize = ready
        .rsplit_once("connections=")
        .unwrap()
        .1
        .parse()
        .unwrap();
    let open = fs::read_dir(format!("/proc/{}/fd", daemon.pid())).unwrap();
    let open = open.count();
    assert!(
        open + connections <= most,
        "{open} open, {connections} connections"
    );
}
