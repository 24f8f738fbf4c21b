//! `flashgate status`: the state of a daemon, for people and for scripts.

use std::time::Duration;

use rcgen::{CertificateParams, KeyPair};
use serde_json::Value;
use testkit::client::TestClient;
use testkit::daemon::Daemon;
use testkit::folder::Folder;
use testkit::load::REQUEST;
use testkit::port;

use super::asked::{self, Manner};
use super::{command, flashgate, run};

const WITHIN: Duration = Duration::from_secs(20);

/// Writes a certificate for a name, valid for many years, and its key.
fn certificate(folder: &Folder) {
    let params = CertificateParams::new(vec!["play.test".to_owned()]).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    folder.file("one.pem", certificate.pem()).unwrap();
    folder.file("one.key", key.serialize_pem()).unwrap();
}

/// A daemon with a policy port, a gate whose backend is dead, another without clients, a bridge and TLS.
fn daemon() -> (Daemon, Folder, String) {
    let folder = Folder::new().unwrap();
    certificate(&folder);
    let dead = format!("127.0.0.1:{}", port::free().unwrap());
    let text = format!(
        "[policy.p]\nrules = [{{ domain = \"a.test\" }}]\n\
         [[listen]]\naddress = \"127.0.0.1:0\"\n\
         [[gate]]\nname = \"game\"\naddress = \"127.0.0.1:0\"\npublic-port = 9339\nbackend = \"{dead}\"\nhttp-backend = \"{dead}\"\n\
         [[gate]]\nname = \"quiet\"\naddress = \"127.0.0.1:0\"\npublic-port = 9340\nbackend = \"127.0.0.1:1\"\n\
         [bridge]\naddress = \"127.0.0.1:0\"\n\
         [tls]\ncertificates = [{{ certificate = \"one.pem\", key = \"one.key\" }}]\n\
         [admin]\naddress = \"127.0.0.1:0\"\n"
    );
    let path = folder.file("flashgate.toml", text).unwrap();
    let daemon = Daemon::builder()
        .args(["serve".as_ref(), "--config".as_ref(), path.as_os_str()])
        .start()
        .unwrap();
    (daemon, folder, dead)
}

/// The lines of a part of the table, without their indentation.
fn part<'a>(text: &'a str, title: &str) -> Vec<&'a str> {
    let lines = text.lines().skip_while(|line| *line != title).skip(1);
    lines
        .take_while(|line| !line.is_empty())
        .map(str::trim)
        .collect()
}

#[test]
fn table() {
    let (mut daemon, _folder, dead) = daemon();
    let admin = daemon.admin().unwrap().to_string();
    let gate = daemon.addresses()[1];
    let mut client = TestClient::connect(gate).unwrap();
    client.send(b"\0\0\0\x05hello");
    daemon
        .wait_for_line("can't reach a backend", WITHIN)
        .unwrap();
    let mut player = TestClient::connect(daemon.address()).unwrap();
    player.send(REQUEST);
    player.hear();
    let ran = flashgate(&["status", &admin]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    let text = ran.stdout;
    assert!(!text.contains('\u{1b}'), "{text}");
    assert!(
        text.starts_with("flashgate ") && text.contains(", ready, up "),
        "{text}"
    );
    let listeners = part(&text, "Listeners");
    for (listener, serves) in
        listeners
            .iter()
            .zip(["policy p", "gate game", "gate quiet", "bridge"])
    {
        assert!(
            listener.contains(serves) && listener.ends_with("accepting"),
            "{text}"
        );
    }
    assert_eq!(listeners.len(), 4, "{text}");
    let gates = part(&text, "Gates");
    assert!(gates[0].starts_with("game "), "{text}");
    assert!(gates[0].contains(&format!("to {dead}")), "{text}");
    assert!(
        gates[0].ends_with("unreachable: connection refused (failures: 1)"),
        "{text}"
    );
    assert!(
        gates[1].starts_with("game (HTTP)") && gates[1].ends_with("no failure"),
        "{text}"
    );
    assert!(
        gates[2].starts_with("quiet ") && gates[2].ends_with("no failure"),
        "{text}"
    );
    let [certificate] = part(&text, "Certificates")[..] else {
        panic!("{text}");
    };
    assert!(
        certificate.contains("one.pem") && certificate.contains("play.test"),
        "{text}"
    );
    assert!(
        certificate.contains("days left, until 4096-01-01T00:00:00Z"),
        "{text}"
    );
    assert_eq!(part(&text, "Last reload"), ["none since the start"]);
    let connections = part(&text, "Connections").join("\n");
    assert!(connections.contains("ended: answered  "), "{text}");
    assert!(
        part(&text, "Limits").contains(&"idle                off"),
        "{text}"
    );
}

#[test]
fn reloads() {
    let (mut daemon, folder, _) = daemon();
    let admin = daemon.admin().unwrap().to_string();
    let path = folder.path().join("flashgate.toml");
    let good = std::fs::read_to_string(&path).unwrap();
    folder
        .file("flashgate.toml", format!("{good}nonsense = 1\n"))
        .unwrap();
    daemon.hang_up().unwrap();
    daemon.wait_for_line("not reloaded", WITHIN).unwrap();
    let text = flashgate(&["status", &admin]).stdout;
    let reload = part(&text, "Last reload");
    assert!(
        reload[0].starts_with("failed ")
            && reload[0].ends_with("the old settings are still served"),
        "{text}"
    );
    assert!(
        reload.iter().any(|line| line.contains("nonsense")),
        "{text}"
    );
    // A gate that a reload adds is shown, with its backend.
    folder
        .file("flashgate.toml", good.replace("\"quiet\"", "\"renamed\""))
        .unwrap();
    daemon.hang_up().unwrap();
    daemon.wait_for_line("reloaded", WITHIN).unwrap();
    let shown = testkit::until(WITHIN, || {
        let text = flashgate(&["status", &admin]).stdout;
        let reload = part(&text, "Last reload").concat();
        let gates = part(&text, "Gates").concat();
        reload.starts_with("successful, ") && gates.contains("renamed") && !gates.contains("quiet")
    });
    assert!(shown, "{}", flashgate(&["status", &admin]).stdout);
}

#[test]
fn json() {
    let (daemon, _folder, dead) = daemon();
    let admin = daemon.admin().unwrap();
    let ran = flashgate(&["status", "--json", &admin.to_string()]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    let status: Value = serde_json::from_str(&ran.stdout).unwrap();
    let gate = &status["gates"][0];
    assert_eq!(gate["name"], "game");
    assert_eq!(gate["addresses"], serde_json::json!(["127.0.0.1:0"]));
    assert_eq!(gate["backend"], dead.as_str());
    assert_eq!(gate["backend-state"], "no-failure");
    assert_eq!(gate["http-backend-state"], "no-failure");
    assert_eq!(status["gates"][1]["http-backend"], Value::Null);
    assert_eq!(status["listeners"][1]["serves"], "gate");
    assert_eq!(status["listeners"][3]["gate"], Value::Null);
    assert!(status["certificates"][0]["days-left"].as_i64().unwrap() > 700_000);
    // As it was sent: a second answer differs only in its time.
    assert!(ran.stdout.starts_with("{\n"), "{}", ran.stdout);
}

/// What is wrong with the environment, as JSON: the message and the help each have their key.
#[test]
fn json_of_a_wrong_environment() {
    let folder = Folder::new().unwrap();
    let path = folder
        .file("flashgate.toml", "[admin]\naddress = \"0.0.0.0:1\"\n")
        .unwrap();
    let path = path.to_str().unwrap();
    let place = format!("{path}:2:11: expected a loopback address in `[admin]`");
    for (variable, value, message, help) in [
        ("FLASHGATE_CONFIG", path, &*place, "danger-public"),
        (
            "FLASHGATE_CONFIG",
            "/nosuch",
            "can't read the config file /nosuch: ",
            "the path is in `FLASHGATE_CONFIG`",
        ),
        (
            "FLASHGATE_ADMIN",
            "'127.0.0.1:1'",
            "invalid value ''127.0.0.1:1'' for 'FLASHGATE_ADMIN'",
            "`FLASHGATE_ADMIN=127.0.0.1:1`",
        ),
    ] {
        let ran = run(command().args(["status", "--json"]).env(variable, value));
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(1), ""), "{value}");
        let error = &serde_json::from_str::<Value>(&ran.stdout).unwrap()["error"];
        let (said, tip) = (error["message"].as_str(), error["help"].as_str());
        let said = said.unwrap();
        assert!(said.starts_with(message) && !said.contains('\n'), "{said}");
        assert!(tip.unwrap().contains(help), "{error}");
    }
}

/// Every way out that is no usage error prints JSON with `--json`.
#[test]
fn nothing_to_show() {
    let answer = |text| asked::start(Manner::Answer(text)).to_string();
    let closed = format!("127.0.0.1:{}", port::free().unwrap());
    for (url, reason) in [
        (closed, "connection refused"),
        (answer("HTTP/1.0 404 Not Found\r\n\r\nx"), "404 Not Found"),
        (answer("HTTP/1.0 421 Misdirected Request\r\n\r\nx"), "421"),
        (
            answer("HTTP/1.0 200 OK\r\n\r\n[]"),
            "did not answer with flashgate's status",
        ),
        (
            answer("HTTP/1.0 200 OK\r\n\r\n<html>"),
            "did not answer with flashgate's status",
        ),
        (
            answer("nonsense"),
            "expected an answer of flashgate's `[admin]`",
        ),
    ] {
        let ran = flashgate(&["status", "--json", &url]);
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(1), ""), "{url}");
        let error: Value = serde_json::from_str(&ran.stdout).unwrap();
        let message = error["error"]["message"].as_str().unwrap();
        assert!(message.contains(reason), "{message}");
    }
    let ran = flashgate(&["status", &answer("HTTP/1.0 404 Not Found\r\n\r\nx")]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""));
    assert!(
        ran.stderr.contains("serves only /healthz and /readyz"),
        "{}",
        ran.stderr
    );
    let unread = run(command()
        .args(["status", "--json"])
        .env("FLASHGATE_CONFIG", "/nonexistent/a.toml"));
    assert_eq!(unread.code, Some(1));
    let error: Value = serde_json::from_str(&unread.stdout).unwrap();
    assert!(
        error["error"]["message"]
            .as_str()
            .unwrap()
            .contains("/nonexistent/a.toml")
    );
    assert_eq!(
        flashgate(&["status", "--json", "https://a.test"]).code,
        Some(2)
    );
}
