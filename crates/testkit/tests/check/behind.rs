//! A port that accepts connections may have no server: gates, Docker's proxy and balancers accept for a server that is
//! down.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Output};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use testkit::backend::{Absent, BackendBehaviour, TestBackend};
use testkit::binary;
use testkit::daemon::{Daemon, address_in};
use testkit::folder::Folder;
use testkit::zoo::ScriptStep::{End, Hold, Read, ReadLine, Reset, Send, Wait};
use testkit::zoo::{Keeper, Script};

use super::docs::validate;
use super::ids;

const GOOD: &[u8] = b"<cross-domain-policy><allow-access-from domain=\"localhost\" to-ports=\"1024-65535\"/></cross-domain-policy>\0";
const GREETING: &[u8] = b"<hello/>\0";

fn local() -> SocketAddr {
    ([127, 0, 0, 1], 0).into()
}

/// A gate in front of this backend, with further keys.
fn gate(backend: SocketAddr, more: &str) -> (Daemon, Folder, u16) {
    let folder = Folder::new().unwrap();
    let config = format!(
        "[policy.default]\nrules = [{{ domain = \"localhost\", ports = \"1024-65535\" }}]\n[[gate]]\nname = \"game\"\n\
         address = \"127.0.0.1:0\"\nbackend = \"{backend}\"\n{more}\n"
    );
    let path = folder.file("flashgate.toml", config).unwrap();
    let builder = Daemon::builder().args(["serve", "--config"]).args([&path]);
    let mut daemon = builder.start().unwrap();
    let mut lines = daemon.log().iter();
    let line = lines.find(|line| line.contains("gate=game"));
    let address = line.and_then(|line| address_in(line)).unwrap();
    (daemon, folder, address.port())
}

fn command(port: u16, master: u16, form: &[&str]) -> Output {
    let mut command = Command::new(binary::flashgate().unwrap());
    let target = format!("localhost:{port}");
    command.args(["check", &target, "--master-port", &master.to_string()]);
    command.args(form).output().unwrap()
}

/// The report of a check whose master port has no server.
fn check(port: u16) -> Value {
    let nobody = Absent::reserve(local()).unwrap();
    let output = command(port, nobody.address().port(), &["--format", "json"]);
    validate(&output.stdout);
    serde_json::from_slice(&output.stdout).unwrap()
}

fn nagios(port: u16) -> (Option<i32>, String) {
    let nobody = Absent::reserve(local()).unwrap();
    let output = command(port, nobody.address().port(), &["--nagios"]);
    let text = String::from_utf8(output.stdout).unwrap();
    (output.status.code(), text)
}

#[track_caller]
fn is(report: &Value, verdict: &str, reason: &str, first: Option<&str>) {
    assert_eq!(report["verdict"], verdict, "{report:#}");
    assert_eq!(report["reason"], reason, "{report:#}");
    assert_eq!(ids(report).first().copied(), first, "{report:#}");
}

#[test]
fn a_gate_whose_server_is_down() {
    let down = Absent::reserve(local()).unwrap();
    let (_daemon, _folder, port) = gate(down.address(), "");
    is(
        &check(port),
        "unreachable",
        "target-refused",
        Some("backend-down"),
    );
    let (code, text) = nagios(port);
    assert_eq!(code, Some(2), "{text}");
    assert!(text.starts_with("FLASHGATE CRITICAL - "), "{text}");
}

/// The gate itself keeps trying for `backend-connect` before it gives up.
#[test]
fn a_gate_whose_server_does_not_answer() {
    let hangs = Absent::reserve(local()).unwrap().hang().unwrap();
    let (_daemon, _folder, port) = gate(hangs.address(), "[limits]\nbackend-connect = \"2s\"");
    is(
        &check(port),
        "unreachable",
        "target-timeout",
        Some("backend-down"),
    );
}

/// Without WebSockets the gate has no way to report it.
#[test]
fn a_gate_without_websockets_whose_server_is_down() {
    let down = Absent::reserve(local()).unwrap();
    let (_daemon, _folder, port) = gate(down.address(), "websocket = false");
    is(
        &check(port),
        "unreachable",
        "target-refused",
        Some("target-closes-immediately"),
    );
}

/// A gate without WebSockets whose server is blackholed or hangs; the kernel accepts for it.
#[test]
fn a_gate_without_websockets_whose_server_hangs() {
    let hangs = Absent::reserve(local()).unwrap().hang().unwrap();
    let more = "websocket = false\n[limits]\nbackend-connect = \"2s\"";
    let (_daemon, _folder, port) = gate(hangs.address(), more);
    is(
        &check(port),
        "unreachable",
        "target-timeout",
        Some("target-closes-late"),
    );
    let (code, text) = nagios(port);
    assert_eq!(code, Some(2), "{text}");
    let never_accepts = TcpListener::bind(local()).unwrap();
    let (_daemon, _folder, port) = gate(never_accepts.local_addr().unwrap(), "websocket = false");
    let nobody = Absent::reserve(local()).unwrap();
    let form = ["--format", "json", "--timeout", "3s"];
    let output = command(port, nobody.address().port(), &form);
    validate(&output.stdout);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let first = Some("backend-unknown");
    is(&report, "unreachable", "target-timeout", first);
    assert_eq!(report["not-known"][0]["id"], "server-behind", "{report:#}");
}

/// Silent clients do not show it while the gate waits for them.
#[test]
fn a_gate_that_waits_for_silent_clients() {
    let down = Absent::reserve(local()).unwrap();
    for http in ["", "\nhttp-backend = "] {
        let web = Keeper::start(
            local(),
            &[&[ReadLine, Send(b"HTTP/1.1 404 No\r\n\r\n"), End]],
        );
        let web = web.unwrap();
        let http = match http {
            "" => String::new(),
            key => format!("{key}\"{}\"", web.address()),
        };
        let more = format!("websocket = false\nspeaks-first-after = \"2s\"{http}");
        let (_daemon, _folder, port) = gate(down.address(), &more);
        let first = Some("target-closes-immediately");
        is(&check(port), "unreachable", "target-refused", first);
        let (code, text) = nagios(port);
        assert_eq!(code, Some(2), "{text}");
    }
}

/// A gate without WebSockets whose server is up, whether the client or the server sends first.
#[test]
fn a_gate_without_websockets_whose_server_is_up() {
    let greets = BackendBehaviour::Greet(GREETING.to_vec(), Duration::ZERO);
    for manner in [greets, BackendBehaviour::Record, BackendBehaviour::Echo] {
        let up = TestBackend::start(manner.clone()).unwrap();
        let (_daemon, _folder, port) = gate(up.address(), "websocket = false");
        let report = check(port);
        assert_eq!(report["verdict"], "allowed", "{manner:?} {report:#}");
        assert_eq!(ids(&report), ["wildcard-ports"], "{manner:?} {report:#}");
    }
}

/// A game that answers policy requests itself, and closes clients that send nothing for 300 ms or something that it
/// does not know. Neither kind is a gate.
#[test]
fn a_game_with_its_own_policy() {
    for drops_unknown in [true, false] {
        let listener = TcpListener::bind(local()).unwrap();
        let port = listener.local_addr().unwrap().port();
        // Both end with the program.
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                thread::spawn(move || impatient(client, drops_unknown));
            }
        });
        let report = check(port);
        let first = Some("target-closes-immediately");
        is(&report, "allowed", "granted", first);
        assert_eq!(report["findings"][0]["level"], "warning", "{report:#}");
    }
}

/// Serves a policy to clients that ask within 300 ms, and closes.
fn impatient(mut client: TcpStream, drops_unknown: bool) {
    let limit = Some(Duration::from_millis(300));
    client.set_read_timeout(limit).unwrap();
    let (mut asked, mut buffer) = (Vec::new(), [0; 1024]);
    while let Ok(count @ 1..) = client.read(&mut buffer) {
        asked.extend_from_slice(&buffer[..count]);
        if asked == b"<policy-file-request/>\0" {
            // The client reports what it receives.
            let _ = client.write_all(GOOD);
            return;
        }
        let is_http = asked.starts_with(b"GET ");
        if is_http || (drops_unknown && !asked.starts_with(b"<")) {
            return;
        }
    }
}

/// A gate in front of Docker's proxy, whose server is down: the proxy accepts.
#[test]
fn a_gate_in_front_of_a_forwarder_whose_server_is_down() {
    const FORWARDERS: [&[Script]; 2] = [&[&[]], &[&[Reset]]];
    for turns in FORWARDERS {
        let forwarder = Keeper::start(local(), turns).unwrap();
        let (_daemon, _folder, port) = gate(forwarder.address(), "");
        // Which of the two reports it depends on how soon the reset arrives.
        let report = check(port);
        assert_eq!(report["verdict"], "unreachable", "{turns:?} {report:#}");
        assert_eq!(report["reason"], "target-refused", "{turns:?} {report:#}");
    }
}

/// A healthy gate is OK for monitoring, whether the client or the server sends first.
#[test]
fn a_gate_whose_server_is_up() {
    let greets = BackendBehaviour::Greet(GREETING.to_vec(), Duration::ZERO);
    for manner in [greets, BackendBehaviour::Record, BackendBehaviour::Echo] {
        let up = TestBackend::start(manner.clone()).unwrap();
        let (_daemon, _folder, port) = gate(up.address(), "");
        let report = check(port);
        assert_eq!(report["verdict"], "allowed", "{manner:?} {report:#}");
        // From the test's own policy.
        assert_eq!(ids(&report), ["wildcard-ports"], "{manner:?} {report:#}");
        let (code, text) = nagios(port);
        assert_eq!(code, Some(0), "{manner:?} {text}");
    }
}

/// Not gates: a policy on one port, and this on the game's. Servers that close silent clients, or one of several
/// connections, are servers.
#[test]
fn forwarders_and_servers() {
    const CASES: [(&[Script], &str, Option<&str>); 6] = [
        (&[&[]], "unreachable", Some("target-closes-immediately")),
        (
            &[&[Reset]],
            "unreachable",
            Some("target-closes-immediately"),
        ),
        (
            &[&[Wait(300)]],
            "allowed",
            Some("target-closes-immediately"),
        ),
        (
            &[&[], &[Hold]],
            "allowed",
            Some("target-closes-immediately"),
        ),
        (&[&[Read, End]], "allowed", None),
        (&[&[Send(GREETING), Hold]], "allowed", None),
    ];
    for (turns, verdict, first) in CASES {
        let master = Keeper::start(local(), &[&[Read, Send(GOOD), End]]).unwrap();
        let game = Keeper::start(local(), turns).unwrap();
        let (port, master) = (game.address().port(), master.address().port());
        let output = command(port, master, &["--format", "json"]);
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(report["verdict"], verdict, "{turns:?} {report:#}");
        assert_eq!(ids(&report).first().copied(), first, "{turns:?} {report:#}");
    }
}

/// A game's own port: what it sends is not treated as a policy, and a gate is part of the fix.
#[test]
fn the_game_itself() {
    const GAMES: [&[Script]; 6] = [
        &[&[Send(GREETING), Hold]],
        &[&[testkit::zoo::ScriptStep::Echo]],
        &[&[Read, Send(b"<error reason=\"unknown\"/>\0"), Hold]],
        &[&[
            Send(b":irc.a.test NOTICE * :*** Looking up your hostname...\r\n"),
            Read,
            End,
        ]],
        &[&[Send(b"SSH-2.0-OpenSSH_9.2\r\n"), Read, End]],
        &[&[Read]],
    ];
    for turns in GAMES {
        let game = Keeper::start(local(), turns).unwrap();
        let report = check(game.address().port());
        is(&report, "denied", "no-policy", Some("no-policy"));
        assert_eq!(ids(&report).len(), 1, "{turns:?} {report:#}");
        let finding = &report["findings"][0];
        let message = finding["message"].as_str().unwrap();
        // A forwarder without a server also closes. Only a port that sends something is reported as the game itself.
        let said = if matches!(turns, [[Read]]) {
            "closes the connection without an answer"
        } else {
            "is the game itself"
        };
        assert!(message.contains(said), "{turns:?} {message}");
        let remedy = finding["remedy"].as_str().unwrap();
        assert!(remedy.contains("--gate"), "{turns:?} {remedy}");
        // The check for Ruffle is just as clear and as quick.
        let started = Instant::now();
        let url = format!("ws://localhost:{}/", game.address().port());
        let mut command = Command::new(binary::flashgate().unwrap());
        command.args(["check", &url, "--client", "ruffle", "--from", "localhost"]);
        let output = command.args(["--format", "json"]).output().unwrap();
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let remedy = report["findings"][0]["remedy"].as_str().unwrap();
        assert!(remedy.contains("--gate"), "{turns:?} {report:#}");
        assert!(started.elapsed() < Duration::from_secs(10), "{turns:?}");
    }
}
