//! What `[admin]` reports during a daemon's life: reloads, failures, no free places, the stop.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};
use testkit::client::{TestClient, fetch};
use testkit::daemon::{Daemon, address_in};
use testkit::folder::Folder;
use testkit::trace::SyscallTrace;
use testkit::{log_pipe, needs, until};

use super::exposition::{holds, is, metrics};
use super::{CONFIG, admin, get, start};

const LIMIT: Duration = Duration::from_secs(20);

#[track_caller]
fn status(to: SocketAddr) -> Value {
    serde_json::from_str(&get(to, "/status.json").body).unwrap()
}

/// Replaces a daemon's config, and reloads.
fn replace(folder: &Folder, config: &str) {
    let new = folder.file("new", config).expect("a file");
    std::fs::rename(new, folder.path().join("flashgate.toml")).expect("a rename");
}

/// Every key that the book lists.
#[test]
fn status_json() {
    let config = format!(
        "{CONFIG}[limits]\nconnections = 100\nrequest = \"1500ms\"\nper-address = \"off\"\n[process]\ndrain = \"1m\"\n"
    );
    let (daemon, _folder) = start(&config);
    fetch(daemon.address()).unwrap();
    let mut status = status(admin(&daemon));
    let uptime = status["uptime-seconds"].take().as_f64().unwrap();
    assert!((0.0..60.0).contains(&uptime), "{uptime}");
    assert_eq!(
        status["connections"]["ended"].as_object().unwrap().len(),
        29
    );
    assert_eq!(status["connections"]["ended"]["answered"], 1);
    status["connections"]["ended"].take();
    let sandbox = status["sandbox"].take();
    assert_eq!(sandbox.as_object().unwrap().len(), 7, "{sandbox}");
    assert_eq!(sandbox["no-new-privs"], true);
    let revision = status["revision"].take();
    let is_hash = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    assert!(revision.as_str().is_none_or(is_hash), "{revision}");
    let expected = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "revision": null,
        "phase": "ready",
        "uptime-seconds": null,
        "listeners": [{
            "address": daemon.address().to_string(), "serves": "policy", "gate": null, "policy": "p", "state": "accepting",
        }],
        "gates": [],
        "certificates": [],
        "connections": {
            "open": 0, "answering": 0, "relaying": 0, "relaying-limit": 0, "websockets": 0, "lingering": 0, "limit": 100, "ended": null, "shed": 0,
        },
        "limits": {
            "connections": 100, "per-address": null, "rate-per-address": 50, "exempt": ["127.0.0.0/8", "::1/128"],
            "request-seconds": 1.5, "linger-seconds": 5.0, "drain-seconds": 60.0, "relays-per-address": null,
            "backend-connect-seconds": 5.0, "half-open-seconds": 60.0, "idle-seconds": null,
        },
        "backends": [],
        "relayed-bytes": { "from-clients": 0, "from-backends": 0 },
        "last-reload": null,
        "sandbox": null,
        "accept-errors": { "connection": 0, "exhausted": 0, "dead": 0 },
        "panics": 0,
        "log-lines-lost": 0,
    });
    assert_eq!(status, expected);
}

/// Each reload counts; the last failed one has its reason, as in the log.
#[test]
fn reloads() {
    let (mut daemon, folder) = start(CONFIG);
    let to = admin(&daemon);
    let before = metrics(to)["flashgate_config_last_reload_success_timestamp_seconds"];
    replace(&folder, "[policy.p]\nrules = 1\n");
    daemon.next_line_with("not reloaded", LIMIT).unwrap();
    let failed = [
        ("reloads_total{result=\"success\"}", 0.0),
        ("reloads_total{result=\"failure\"}", 1.0),
        ("config_last_reload_success", 0.0),
        ("config_last_reload_success_timestamp_seconds", before),
        ("phase{phase=\"ready\"}", 1.0),
    ];
    holds(&metrics(to), &failed);
    let last = &status(to)["last-reload"];
    assert_eq!(last["result"], "failure");
    assert!(
        last["error"]
            .as_str()
            .unwrap()
            .contains("flashgate.toml:2:9"),
        "{last}"
    );
    assert!(last["seconds-ago"].as_f64().unwrap() < 20.0, "{last}");
    assert_eq!(get(to, "/readyz").body, "ready\n", "the old plan is served");

    let config = CONFIG.replace("policy.p]", "policy.q]");
    replace(&folder, &format!("{config}[limits]\nconnections = 99\n"));
    daemon.next_line_with("INFO reloaded", LIMIT).unwrap();
    let samples = metrics(to);
    let good = [
        ("reloads_total{result=\"success\"}", 1.0),
        ("reloads_total{result=\"failure\"}", 1.0),
        ("config_last_reload_success", 1.0),
        ("connections_limit", 99.0),
    ];
    holds(&samples, &good);
    assert!(samples["flashgate_config_last_reload_success_timestamp_seconds"] > before);
    let status = status(to);
    assert_eq!(status["last-reload"]["result"], "success");
    assert_eq!(status["last-reload"]["error"], Value::Null);
    assert_eq!(status["limits"]["connections"], 99);
    assert_eq!(status["listeners"][0]["policy"], "q");
}

/// A reload adds, moves or removes `[admin]` itself, or changes its hosts; or it changes nothing at all.
#[test]
fn a_reload_of_admin() {
    let without = CONFIG.split("[admin]").next().unwrap();
    // In its sandbox, it may listen on the ports of the start only.
    let (mut daemon, folder) = start(&format!("{without}[process]\nsandbox = \"off\"\n"));
    assert_eq!(daemon.admin(), None);
    let new_address = |daemon: &mut Daemon, config: &str| {
        replace(&folder, config);
        let line = daemon.next_line_with("admin listening", LIMIT).unwrap();
        daemon.next_line_with("INFO reloaded", LIMIT).unwrap();
        address_in(&line).unwrap()
    };
    let first = new_address(&mut daemon, CONFIG);
    assert_eq!(get(first, "/readyz").status, 200);

    replace(&folder, &format!("hosts = [\"play.test\"]\n{CONFIG}"));
    daemon.next_line_with("INFO reloaded", LIMIT).unwrap();
    let head = "GET /healthz HTTP/1.1\r\nHost: play.test\r\n\r\n";
    assert_eq!(super::ask(first, head).status, 200);

    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = |address: &str| {
        format!(
            "{without}[[listen]]\naddress = \"127.0.0.4:0\"\n[admin]\naddress = \"{address}\"\n"
        )
    };
    replace(&folder, &at(&taken.local_addr().unwrap().to_string()));
    daemon.next_line_with("can't listen on", LIMIT).unwrap();
    daemon.next_line_with("not reloaded", LIMIT).unwrap();
    assert_eq!(status(first)["listeners"].as_array().unwrap().len(), 1);

    let second = new_address(&mut daemon, &at("127.0.0.2:0"));
    assert_eq!(status(second)["listeners"].as_array().unwrap().len(), 2);
    assert!(
        until(LIMIT, || TestClient::connect(first).is_err()),
        "{first} is still open"
    );

    replace(&folder, without);
    daemon
        .next_line_with("admin no longer listening", LIMIT)
        .unwrap();
    daemon.next_line_with("INFO reloaded", LIMIT).unwrap();
    assert!(
        until(LIMIT, || TestClient::connect(second).is_err()),
        "{second} is still open"
    );
    fetch(daemon.address()).unwrap();
}

/// Silent clients have taken all places, and `[admin]` still answers.
#[test]
fn a_full_house() {
    let (daemon, _folder) = start(&format!("{CONFIG}[limits]\nconnections = 16\n"));
    let to = admin(&daemon);
    let silent: Vec<_> = (0..16)
        .map(|_| TestClient::connect(daemon.address()).unwrap())
        .collect();
    let full = until(LIMIT, || is(&metrics(to), "connections_open", 16.0));
    assert!(full, "{:#?}", metrics(to));
    let ready = get(to, "/readyz");
    assert_eq!(ready.status, 200);
    assert!(
        ready.body.contains("limit on connections is reached"),
        "{}",
        ready.body
    );
    drop(silent);
    assert!(until(LIMIT, || get(to, "/readyz").body == "ready\n"));
}

/// Descriptors are reserved for it.
#[test]
fn few_descriptors() {
    if !needs::met(needs::program("prlimit")) {
        return;
    }
    let folder = Folder::new().unwrap();
    let path = folder.file("flashgate.toml", CONFIG).unwrap();
    let arguments = [
        "serve".into(),
        "--config".into(),
        path.clone().into_os_string(),
    ];
    let daemon = Daemon::builder()
        .through(["prlimit", "--nofile=96"])
        .args(arguments)
        .start()
        .unwrap();
    let to = admin(&daemon);
    holds(&metrics(to), &[("connections_limit", 30.0)]);
    let _players: Vec<_> = (0..40)
        .map(|_| TestClient::connect(daemon.address()).unwrap())
        .collect();
    assert!(until(LIMIT, || is(&metrics(to), "connections_open", 30.0)));
    let _others: Vec<_> = (0..31).map(|_| TestClient::connect(to).unwrap()).collect();
    holds(
        &metrics(to),
        &[("accept_errors_total{class=\"exhausted\"}", 0.0)],
    );
    let (code, stderr) = failed_start(&["prlimit", "--nofile=80"], &path);
    assert_eq!(code, Some(1));
    assert!(stderr.contains("raise it to 82 or more"), "{stderr}");
}

/// Its address is bound with the others, or none is.
#[test]
fn an_address_in_use() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let folder = Folder::new().unwrap();
    let config = CONFIG.replace(
        "[admin]\naddress = \"127.0.0.1:0\"",
        &format!("[admin]\naddress = \"{address}\""),
    );
    let path = folder.file("flashgate.toml", config).unwrap();
    let (code, stderr) = failed_start(&["env"], &path);
    assert_eq!(code, Some(1));
    assert!(
        stderr.contains(&format!(
            "can't listen on {address}: address already in use"
        )),
        "{stderr}"
    );
    assert!(!stderr.contains("listening address"), "{stderr}");
}

fn failed_start(through: &[&str], config: &Path) -> (Option<i32>, String) {
    let output = Command::new(through[0])
        .args(&through[1..])
        .arg(testkit::binary::flashgate().expect("the program"))
        .args(["serve", "--config"])
        .arg(config)
        .output()
        .expect("a run");
    (
        output.status.code(),
        String::from_utf8(output.stderr).expect("UTF-8"),
    )
}

/// A listener that cannot be bound again is reported; while another one serves, the daemon is ready.
#[test]
fn a_failed_listener() {
    if !needs::met(needs::program("strace")) {
        return;
    }
    for (more, listeners, status, text) in [
        ("", 1, 503, "not ready\n"),
        ("[[listen]]\naddress = \"127.0.0.2:0\"\n", 2, 200, "ready\n"),
    ] {
        // Every attempt after those of the start. Injected errors are counted by thread, so all attempts must be made
        // on one thread: without the sandbox there is no separate thread that opens sockets.
        let later = listeners + 2;
        let trace = SyscallTrace::of("accept4,bind,listen")
            .unwrap()
            .inject("accept4:error=EBADF:when=1");
        let trace = trace.inject(&format!("bind,listen:error=EADDRINUSE:when={later}+"));
        let folder = Folder::new().unwrap();
        let path = folder
            .file(
                "flashgate.toml",
                format!("{CONFIG}{more}[process]\nsandbox = \"off\"\n"),
            )
            .unwrap();
        let arguments = ["serve".into(), "--config".into(), path.into_os_string()];
        let mut daemon = Daemon::builder()
            .through(trace.program())
            .args(arguments)
            .start()
            .unwrap();
        let (dead, to) = (daemon.addresses()[0], admin(&daemon));
        let _waiting = TestClient::connect(dead).unwrap();
        daemon
            .wait_for_line("listener still failing", LIMIT)
            .unwrap();
        let ready = get(to, "/readyz");
        assert_eq!(ready.status, status);
        assert_eq!(
            ready.body,
            format!("{text}{dead} has failed and is being bound again\n")
        );
        let expected = [
            ("listeners{state=\"failed\"}", 1.0),
            ("listeners{state=\"accepting\"}", f64::from(listeners - 1)),
            ("accept_errors_total{class=\"dead\"}", 1.0),
        ];
        holds(&metrics(to), &expected);
        assert_eq!(self::status(to)["listeners"][0]["state"], "failed");
        assert_eq!(get(to, "/healthz").status, 200);
    }
}

/// A stop that waits for a client is reported until it is over.
#[test]
fn draining() {
    let (mut daemon, _folder) = start(CONFIG);
    let to = admin(&daemon);
    // Answered, and still there: the byte after the request makes the daemon linger.
    let mut lingering = TestClient::connect(daemon.address()).unwrap();
    lingering.send(b"<policy-file-request/>\0x");
    let answering = until(LIMIT, || is(&metrics(to), "connections_answering", 1.0));
    assert!(answering, "{:#?}", metrics(to));
    daemon.terminate().unwrap();
    daemon.wait_for_line("stopping", LIMIT).unwrap();
    let ready = get(to, "/readyz");
    assert_eq!(
        (ready.status, ready.body.as_str()),
        (503, "not ready: draining\n")
    );
    assert_eq!(get(to, "/healthz").status, 200);
    assert_eq!(status(to)["phase"], "draining");
    holds(
        &metrics(to),
        &[
            ("phase{phase=\"draining\"}", 1.0),
            ("phase{phase=\"ready\"}", 0.0),
            // Policy requests are answered until the end.
            ("listeners{state=\"accepting\"}", 1.0),
        ],
    );
    drop(lingering);
    assert_eq!(daemon.wait(LIMIT).unwrap().code(), Some(0));
}

/// The log is not read, and its pipe is full: lost lines are counted.
#[test]
fn lost_lines() {
    let folder = Folder::new().unwrap();
    let path = folder.file("flashgate.toml", CONFIG).unwrap();
    let arguments = [
        "serve".into(),
        "-v".into(),
        "--config".into(),
        path.into_os_string(),
    ];
    let daemon = Daemon::builder()
        .args(arguments)
        .with_unread_log()
        .start()
        .unwrap();
    log_pipe::fill(&daemon).unwrap();
    for _ in 0..5 {
        fetch(daemon.address()).unwrap();
    }
    holds(&metrics(admin(&daemon)), &[("log_lines_lost_total", 5.0)]);
}
