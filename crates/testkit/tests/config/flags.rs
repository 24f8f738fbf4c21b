//! Flags of `serve` for the bridge, pages, `[admin]` and the public port: they do what the config file's keys do, and
//! are refused for the same reasons.

use std::net::SocketAddr;
use std::process::{Command, Output};

use serde_json::Value;
use testkit::client::TestClient;
use testkit::daemon::Daemon;

use super::config;
use testkit::folder::Folder;

/// A rule without ports, and a gate.
const GATE: [&str; 4] = ["--allow", "a.test", "--gate", "9339=127.0.0.1:9340"];

fn flashgate(arguments: &[&str]) -> Output {
    let mut command = Command::new(testkit::binary::flashgate().expect("the program"));
    for variable in testkit::binary::VARIABLES {
        command.env_remove(variable);
    }
    command.args(arguments).output().expect("a run")
}

/// What `serve --check` prints for these flags: standard output, standard error.
#[track_caller]
fn checked(arguments: &[&str]) -> (String, String) {
    let output = flashgate(&[&["serve", "--check"], arguments].concat());
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    let (stdout, stderr) = (text(output.stdout), text(output.stderr));
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    (stdout, stderr)
}

/// Checks that flags in addition to a gate are refused with one error, which contains these texts.
#[track_caller]
fn refused(more: &[&str], texts: &[&str]) {
    let output = flashgate(&[&["serve", "--check"], &GATE[..], more].concat());
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{more:?}: {stderr}");
    let errors = stderr.matches("error[").count() + stderr.matches("error: ").count();
    assert_eq!(errors, 1, "{stderr}");
    for text in texts {
        assert!(stderr.contains(text), "expected {text:?} in:\n{stderr}");
    }
}

/// The body of a response.
pub(super) fn get(from: SocketAddr, path: &str) -> String {
    let mut client = TestClient::connect(from).expect("a connection");
    client.send(
        format!("GET {path} HTTP/1.1\r\nHost: {from}\r\nConnection: close\r\n\r\n").as_bytes(),
    );
    let answer = String::from_utf8(client.hear().bytes).expect("UTF-8");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    assert!(head.starts_with("HTTP/1.1 200"), "{answer}");
    body.to_owned()
}

/// The URL of each entry of a Ruffle config, with its host.
pub(super) fn urls(json: &str) -> Vec<(String, String)> {
    let object: Value = serde_json::from_str(json).expect("JSON");
    let entries = object["socketProxy"].as_array().expect("a list").iter();
    let text = |entry: &Value, key: &str| entry[key].as_str().expect("text").to_owned();
    let pair = |entry| (text(entry, "host"), text(entry, "proxyUrl"));
    entries
        .map(pair)
        .filter(|(host, _)| host != "null")
        .collect()
}

/// The bridge, its URL and the hosts are served, and `[admin]` answers.
#[test]
fn bridge_pages_and_admin() {
    let port = testkit::port::free().unwrap();
    let gate = format!("127.0.0.1:{port}=127.0.0.1:1");
    let daemon = Daemon::builder()
        .args(["serve", "--allow", "a.test", "--gate", &gate])
        .args(["--bridge", "127.0.0.1:0", "--bridge", "[::1]:0"])
        .args(["--public-url", "wss://play.test/"])
        .args(["--host", "Game.test", "--host", "192.0.2.7"])
        .args(["--admin", "127.0.0.1:0"])
        .start()
        .unwrap();
    let [_, bridge, second] = daemon.addresses() else {
        panic!("expected a gate and two bridges: {:?}", daemon.addresses());
    };
    let url = format!("wss://play.test/{port}");
    let expected = ["Game.test", "192.0.2.7"].map(|host| (host.to_owned(), url.clone()));
    for bridge in [bridge, second] {
        assert_eq!(urls(&get(*bridge, "/ruffle.json")), expected);
    }
    let admin = daemon.admin().expect("admin");
    assert!(get(admin, "/readyz").starts_with("ready"));
    // `flashgate ruffle` takes the same flags.
    let output = flashgate(&[
        "ruffle",
        "--allow",
        "a.test",
        "--gate",
        &gate,
        "--bridge",
        "127.0.0.1:0",
        "--public-url",
        "wss://play.test/",
        "--host",
        "Game.test",
        "--host",
        "192.0.2.7",
        "--admin",
        "127.0.0.1:0",
        "--public-port",
        "843",
    ]);
    assert_eq!(urls(&String::from_utf8(output.stdout).unwrap()), expected);
}

/// The flags make the same plan as the keys.
#[test]
fn like_the_config_file() {
    let folder = Folder::new().unwrap();
    let text = "hosts = [\"play.test\"]\n[policy.default]\nrules = [{ domain = \"a.test\" }]\n\
                [[gate]]\naddress = \"9339\"\nbackend = \"127.0.0.1:9340\"\n\
                [bridge]\naddress = [\"443\", \"127.0.0.1:8080\"]\npublic-url = \"wss://play.test\"\n\
                [admin]\naddress = \"[::1]:9843\"\n";
    let path = config(&folder, text).display().to_string();
    let flags = [
        "--bridge",
        "443",
        "--bridge",
        "127.0.0.1:8080",
        "--public-url",
        "wss://play.test",
        "--host",
        "play.test",
        "--admin",
        "[::1]:9843",
    ];
    let (by_flags, said) = checked(&[&GATE[..], &flags].concat());
    assert_eq!(said, "");
    assert_eq!(
        checked(&["--config", &path]),
        (by_flags.clone(), String::new())
    );
    assert!(
        by_flags.contains("serves the bridge, 1 gate at wss://play.test/{port}"),
        "{by_flags}"
    );
}

#[test]
fn refused_bridges() {
    let output = flashgate(&["serve", "--check", "--allow", "a.test:1", "--bridge", "443"]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    for text in [
        "error[bridge-without-gates]: expected a gate for `--bridge` to forward to, found none",
        "--> --bridge:1:1",
        "add one: `--gate 9339=127.0.0.1:9340`",
    ] {
        assert!(stderr.contains(text), "expected {text:?} in:\n{stderr}");
    }
    refused(
        &["--bridge", "::1"],
        &["'--bridge <ADDRESS>'", "did you mean `[::1]:443`?"],
    );
    refused(
        &["--bridge", "9339"],
        &[
            "`--bridge [::]:9339` can't listen",
            "`--gate [::]:9339=127.0.0.1:9340` already uses it",
        ],
    );
    refused(
        &["--bridge", "127.0.0.1:9340"],
        &["the backend of `--gate [::]:9339=127.0.0.1:9340` is flashgate itself"],
    );
    refused(
        &["--bridge", "443", "--gate", "127.0.0.1:9339=a:1"],
        &["error[ambiguous-path]", "give each gate its own port"],
    );
    refused(
        &["--public-url", "wss://play.test"],
        &["`--public-url` is for a bridge", "as in `--bridge 443`"],
    );
    refused(
        &["--bridge", "443", "--public-url", "https://play.test"],
        &["'--public-url <URL>'", "did you mean `wss://play.test`?"],
    );
    let any = [
        "serve", "--check", "--allow", "a.test:1", "--gate", "0=a:1", "--bridge", "443",
    ];
    let stderr = String::from_utf8(flashgate(&any).stderr).unwrap();
    assert!(stderr.contains("error[unknown-public-port]"), "{stderr}");
}

#[test]
fn refused_hosts_and_admin() {
    refused(
        &["--host", "https://play.test/"],
        &["'--host <HOST>'", "did you mean `play.test`?"],
    );
    refused(
        &["--admin", "9843"],
        &[
            "error[public-admin]",
            "for `--admin`, found `[::]:9843`",
            "`probes`",
            "`danger-public = true`",
        ],
    );
    refused(
        &["--admin", "127.0.0.1:9339"],
        &[
            "`--admin 127.0.0.1:9339` can't listen",
            "`--gate [::]:9339=127.0.0.1:9340` is for players",
        ],
    );
    refused(
        &["--admin", "127.0.0.1:9340"],
        &["the backend of `--gate [::]:9339=127.0.0.1:9340` is flashgate itself"],
    );
    refused(
        &["--public-port", "843"],
        &["`--public-port` is for policy ports"],
    );
    refused(
        &["--listen", "8843", "--public-port", "0"],
        &["'--public-port <PORT>'", "1 to 65535"],
    );
    for flag in [
        ["--bridge", "443"],
        ["--public-url", "wss://a.test"],
        ["--host", "a.test"],
        ["--admin", "127.0.0.1:1"],
        ["--public-port", "843"],
    ] {
        let output = flashgate(&[&["serve", "--config", "x.toml"], &flag[..]].concat());
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(
            stderr.contains("cannot be used with") && stderr.contains(flag[0]),
            "{stderr}"
        );
    }
}

/// Hosts and URLs that pages can't open get the warnings that the keys get.
#[test]
fn pages_that_can_not_connect() {
    let warned = |more: &[&str]| checked(&[&GATE[..], more].concat()).1;
    let host = warned(&["--host", "play.test", "--host", "localhost"]);
    for text in [
        "warning[loopback-host]",
        "--> --host:2:1",
        "set `--bridge` and `--public-url`",
    ] {
        assert!(host.contains(text), "expected {text:?} in:\n{host}");
    }
    let url = warned(&["--bridge", "443", "--public-url", "ws://127.0.0.1:6667"]);
    for text in [
        "warning[loopback-host]",
        "warning[port-blocked-by-browser]",
        "--> --public-url:1:1",
    ] {
        assert!(url.contains(text), "expected {text:?} in:\n{url}");
    }
}

/// The port of the server behind a gate is not the one that players connect to.
#[test]
fn gates_that_no_rule_opens() {
    let gate = ["--allow", "a.test:9340", "--gate", "9339=127.0.0.1:9340"];
    let (_, said) = checked(&[&gate[..], &["--listen", "843"]].concat());
    let warning = "warning[unopened-gate-port]: no rule opens 9339, so no player";
    assert!(said.contains(warning), "{said}");
    assert_eq!(said.matches("warning[").count(), 1, "{said}");
    // Without a policy port, the linter shows the place in the rule.
    let (_, said) = checked(&gate);
    assert!(said.contains("[ports-without-listener]"), "{said}");
    assert_eq!(said.matches("warning[").count(), 1, "{said}");
}

/// The port that players use decides what the policy may open, and whether players ask for it.
#[test]
fn public_ports() {
    let low = ["--allow", "a.test:80", "--listen", "8843"];
    let (_, alone) = checked(&low);
    for text in [
        "warning[low-ports-from-high-port]",
        "warning[unasked-policy-port]",
        "add `--public-port 843`",
    ] {
        assert!(alone.contains(text), "expected {text:?} in:\n{alone}");
    }
    let (_, mapped) = checked(&[&low[..], &["--public-port", "843"]].concat());
    assert_eq!(mapped, "");
    // Then it is certain that the rule has no effect.
    let high = [&["serve", "--check"], &low[..], &["--public-port", "8843"]].concat();
    let output = flashgate(&high);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(
        stderr.contains("error[low-ports-from-high-port]"),
        "{stderr}"
    );
}

/// A range is one gate per port, in a flag and in a variable.
#[test]
fn ranges_of_gates() {
    let range = [
        "--allow",
        "a.test",
        "--gate",
        "9875-9877=game.internal:6112-6114",
    ];
    let (served, said) = checked(&range);
    assert_eq!(said, "");
    let line = |(port, server): (u16, u16)| {
        format!(
            "ok: [::]:{port} serves policy default, 127 bytes; the rest goes to game.internal:{server}\n"
        )
    };
    let lines: String = [(9875, 6112), (9876, 6113), (9877, 6114)]
        .map(line)
        .concat();
    assert_eq!(served, lines);
    for (gate, text) in [
        (
            "9875-9877=a.test:1-2",
            "a range of 3 ports, as many as the gate listens on",
        ),
        ("9875-9877=a.test:1", "found one port"),
        ("9877-9875=a.test:1-3", "did you mean `9875-9877`?"),
    ] {
        refused(&["--gate", gate], &["'--gate <LISTEN=BACKEND>'", text]);
    }
    let more = ["--gate", "9875-9877=127.0.0.1:9875-9877"];
    refused(
        &more,
        &["`--gate [::]:9875=127.0.0.1:9875` is flashgate itself"],
    );
    refused(&["--listen", "9875-9876"], &["'--listen <ADDRESS>'"]);
    refused(
        &["--gate", "9338-9339=a.test:1-2"],
        &[
            "`--gate [::]:9339=a.test:2` can't listen",
            "`--gate [::]:9339=127.0.0.1:9340` already uses it",
        ],
    );
}
