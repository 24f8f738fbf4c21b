//! What a page passes to Ruffle: printed by `flashgate ruffle`, and served by gates and by the bridge.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};
use testkit::client::TestClient;
use testkit::daemon::{Daemon, address_in};
use testkit::folder::Folder;

/// Exit code, standard output, standard error.
fn ruffle(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(testkit::binary::flashgate().expect("the program"))
        .arg("ruffle")
        .args(arguments)
        .output()
        .expect("a run");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

/// Host, port and URL of each entry, as a line.
fn lines(json: &str) -> Vec<String> {
    let object: Value = serde_json::from_str(json).expect("JSON");
    let entries = object["socketProxy"].as_array().expect("a list");
    let line = |entry: &Value| {
        let (host, url) = (entry["host"].as_str(), entry["proxyUrl"].as_str());
        let port = entry["port"].as_u64().expect("a number");
        format!("{} {port} {}", host.expect("text"), url.expect("text"))
    };
    entries.iter().map(line).collect()
}

/// What is printed for a config with two gates, `game` and `chat`, with this text before and after them.
#[track_caller]
fn printed(front: &str, behind: &str) -> Vec<String> {
    let (lines, stderr) = printed_with(front, behind);
    assert_eq!(stderr, "");
    lines
}

/// With warnings.
#[track_caller]
fn printed_with(front: &str, behind: &str) -> (Vec<String>, String) {
    let (folder, path) = config(front, behind);
    let path = path.to_str().expect("UTF-8");
    let (code, stdout, stderr) = ruffle(&["--config", path]);
    assert_eq!(code, Some(0), "{stderr}");
    drop(folder);
    (lines(&stdout), stderr)
}

fn config(front: &str, behind: &str) -> (Folder, PathBuf) {
    let folder = Folder::new().expect("a folder");
    let text = format!(
        "{front}\n[policy.p]\nrules = [{{ domain = \"a.test\" }}]\n\
         [[gate]]\nname = \"game\"\naddress = \"127.0.0.1:0\"\npublic-port = 9339\nbackend = \"127.0.0.1:9340\"\n\
         [[gate]]\nname = \"chat\"\naddress = \"127.0.0.1:0\"\npublic-port = 9400\nbackend = \"127.0.0.1:9341\"\n{behind}\n"
    );
    let path = folder.file("flashgate.toml", text).expect("a file");
    (folder, path)
}

#[test]
fn every_gate_and_host() {
    let both = [
        "Play.test 9339 ws://play.test:9339/",
        "Play.test 9400 ws://play.test:9400/",
        "::1 9339 ws://[::1]:9339/",
        "::1 9400 ws://[::1]:9400/",
        "null 9339 ws://play.test:9339/",
        "null 9400 ws://play.test:9400/",
    ];
    let warned = printed_with("hosts = [\"Play.test\", \"::1\", \"Play.test\"]", "");
    assert_eq!(warned.0, both);
    assert!(warned.1.contains("warning[loopback-host]"), "{}", warned.1);
}

/// A name that no visitor can open gets a warning where it would be in a URL, and does not replace other hosts.
#[test]
fn hosts_that_lead_astray() {
    let says = |front: &str, behind: &str| printed_with(front, behind).1;
    let local = ["localhost", "game.localhost", "127.0.0.1", "::1", "0.0.0.0"];
    for host in local {
        let said = says(&format!("hosts = [\"{host}\", \"play.test\"]"), "");
        assert!(said.contains("warning[loopback-host]"), "{host}: {said}");
        assert!(said.contains("flashgate.toml:1:10"), "{host}: {said}");
        assert!(
            said.contains("add a `[bridge]` with `public-url`"),
            "{said}"
        );
    }
    let (lines, said) = printed_with("hosts = [\"null\", \"localhost\", \"play.test\"]", "");
    assert!(said.contains("warning[null-host]"), "{said}");
    let expected = [
        "localhost 9339 ws://localhost:9339/",
        "localhost 9400 ws://localhost:9400/",
        "play.test 9339 ws://play.test:9339/",
        "play.test 9400 ws://play.test:9400/",
        "null 9339 ws://play.test:9339/",
        "null 9400 ws://play.test:9400/",
    ];
    assert_eq!(lines, expected);
    // A `public-url` is used for all of them.
    let bridge = "[bridge]\naddress = \"127.0.0.1:8080\"\npublic-url = \"wss://sockets.test\"";
    let (lines, said) = printed_with("hosts = [\"null\", \"localhost\"]", bridge);
    assert_eq!(said, "");
    let expected = [
        "localhost 9339 wss://sockets.test/9339",
        "localhost 9400 wss://sockets.test/9400",
        "null 9339 wss://sockets.test/9339",
        "null 9400 wss://sockets.test/9400",
    ];
    assert_eq!(lines, expected);
    let local = bridge.replace("wss://sockets.test", "ws://localhost:8080");
    let said = says("hosts = \"play.test\"", &local);
    assert!(said.contains("warning[loopback-host]"), "{said}");
    // `serve` reports the same.
    let (_folder, path) = config("hosts = [\"localhost\", \"null\"]", "");
    let output = Command::new(testkit::binary::flashgate().unwrap())
        .args(["serve", "--check", "--config"])
        .arg(&path)
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}");
    for rule in ["warning[loopback-host]", "warning[null-host]"] {
        assert!(said.contains(rule), "{said}");
    }
    let gate = ["--gate", "9339=127.0.0.1:9340", "--host"];
    let (code, stdout, stderr) = ruffle(&[&gate[..], &["localhost"]].concat());
    assert_eq!((code, lines_of(&stdout)), (Some(0), 2));
    assert!(stderr.contains("warning[loopback-host]"), "{stderr}");
    let (code, _, stderr) = ruffle(&[&gate[..], &["null"]].concat());
    assert_eq!(code, Some(2));
    assert!(stderr.contains("warning[null-host]"), "{stderr}");
    assert!(stderr.contains("the name that movies use"), "{stderr}");
    assert!(stderr.contains("--> --host:1:1"), "{stderr}");
}

/// A port that browsers block for WebSockets gets a warning, wherever a page's URL gets it from.
#[test]
fn ports_that_browsers_block() {
    const WARNING: &str = "warning[port-blocked-by-browser]";
    let (code, _, stderr) = ruffle(&["--gate", "6667=127.0.0.1:9340", "--host", "play.test"]);
    assert_eq!(code, Some(0), "{stderr}");
    assert!(
        stderr.contains(WARNING) && stderr.contains("6667"),
        "{stderr}"
    );
    let bridge = |rest: &str| format!("[bridge]\naddress = \"127.0.0.1:{rest}");
    let hosts = "hosts = \"play.test\"";
    let (_, said) = printed_with(hosts, &bridge("6000\""));
    assert!(said.contains(WARNING) && said.contains("6000"), "{said}");
    assert!(said.contains("flashgate.toml:1:9"), "{said}");
    assert!(said.contains("move the bridge to another port"), "{said}");
    let (_, said) = printed_with("", &bridge("8080\"\npublic-url = \"wss://s.test:10080/x\""));
    assert!(said.contains(WARNING) && said.contains("10080"), "{said}");
    // If a bridge on another port, or a `public-url`, is used instead, the port does not matter.
    let (_, said) = printed_with(hosts, &bridge("6000\"\npublic-url = \"wss://s.test\""));
    assert_eq!(said, "");
    let bridge = ["--gate", "443=127.0.0.1:9340", "--host", "play.test"];
    assert_eq!(ruffle(&bridge).2, "");
}

fn lines_of(json: &str) -> usize {
    lines(json).len()
}

#[test]
fn over_the_bridge() {
    let bridge = "[bridge]\naddress = \"127.0.0.1:8080\"";
    let expected = [
        "play.test 9339 ws://play.test:8080/9339",
        "play.test 9400 ws://play.test:8080/9400",
        "null 9339 ws://play.test:8080/9339",
        "null 9400 ws://play.test:8080/9400",
    ];
    assert_eq!(printed("hosts = \"play.test\"", bridge), expected);
    let bridge =
        format!("{bridge}\npublic-url = \"wss://sockets.test/x/\"\npath = \"/to/{{name}}\"");
    let expected = [
        "play.test 9339 wss://sockets.test/x/to/game",
        "play.test 9400 wss://sockets.test/x/to/chat",
        "null 9339 wss://sockets.test/x/to/game",
        "null 9400 wss://sockets.test/x/to/chat",
    ];
    assert_eq!(printed("hosts = \"play.test\"", &bridge), expected);
    // The only known name.
    let expected = [
        "sockets.test 9339 wss://sockets.test/x/to/game",
        "sockets.test 9400 wss://sockets.test/x/to/chat",
        "null 9339 wss://sockets.test/x/to/game",
        "null 9400 wss://sockets.test/x/to/chat",
    ];
    assert_eq!(printed("", &bridge), expected);
}

#[test]
fn flags() {
    let gate = "9339=127.0.0.1:9340";
    let (code, stdout, _) = ruffle(&["--gate", gate, "--host", "a.test", "--host", "b.test"]);
    assert_eq!(code, Some(0));
    let expected = [
        "a.test 9339 ws://a.test:9339/",
        "b.test 9339 ws://b.test:9339/",
        "null 9339 ws://a.test:9339/",
    ];
    assert_eq!(lines(&stdout), expected);
    // The rest of a command line for `serve` does no harm.
    let rest = ["--allow", "a.test", "--listen", "127.0.0.1:8430"];
    let (code, again, _) = ruffle(&[&["--gate", gate, "--host", "a.test"][..], &rest].concat());
    assert_eq!((code, lines(&again).len()), (Some(0), 2));
    let (_, script, _) = ruffle(&["--gate", gate, "--host", "a.test", "--js"]);
    assert!(script.contains("\"ws://a.test:9339/\""), "{script}");
    assert!(script.contains("window.RufflePlayer"), "{script}");
}

#[track_caller]
fn refused(arguments: &[&str], texts: &[&str]) {
    let (code, stdout, stderr) = ruffle(arguments);
    assert_eq!((code, stdout.as_str()), (Some(2), ""));
    for text in texts {
        assert!(stderr.contains(text), "expected {text:?} in:\n{stderr}");
    }
}

#[test]
fn nothing_is_made_up() {
    let gate = "9339=127.0.0.1:9340";
    refused(&["--gate", gate], &["the name that movies use", "--host"]);
    refused(&[], &["no gate given", "--config", "--gate"]);
    refused(
        &["--gate", "0=127.0.0.1:9340", "--host", "a.test"],
        &["no gate with a known port", "public-port"],
    );
    refused(&["--gate", gate, "--host", "a b"], &["host name"]);
    let (_folder, path) = config("", "");
    let path = path.to_str().unwrap();
    refused(
        &["--config", path],
        &["the name that movies use", "hosts = ["],
    );
}

/// Head and body of the response to a request.
fn ask(address: SocketAddr, request: &str) -> (String, String) {
    let mut client = TestClient::connect(address).expect("a connection");
    client.send(request.as_bytes());
    let text = String::from_utf8(client.hear().bytes).expect("UTF-8");
    let (head, body) = text.split_once("\r\n\r\n").expect("a head");
    (head.to_owned(), body.to_owned())
}

fn get(address: SocketAddr, path: &str) -> (String, String) {
    ask(
        address,
        &format!("GET {path} HTTP/1.1\r\nHost: Asked.test:1\r\n\r\n"),
    )
}

/// A daemon with this config, its gate `game` and its bridge.
fn start(config: &PathBuf) -> (Daemon, [SocketAddr; 2]) {
    let mut daemon = Daemon::builder()
        .args(["serve", "--config"])
        .args([config])
        .start()
        .expect("a daemon");
    let log = daemon.log();
    let at = |what: &str| {
        let line = log.iter().find(|line| line.contains(what));
        line.and_then(|line| address_in(line)).expect("an address")
    };
    let addresses = [at("gate=game"), at("gates=2")];
    (daemon, addresses)
}

const BRIDGE: &str = "[bridge]\naddress = \"127.0.0.1:0\"\npublic-url = \"wss://sockets.test\"";

#[test]
fn gates_and_the_bridge_serve_what_is_printed() {
    let (_folder, path) = config("hosts = \"play.test\"", BRIDGE);
    let (_daemon, addresses) = start(&path);
    let path = path.to_str().unwrap();
    for (url, flags, content_type) in [
        ("/ruffle.json", &["--config", path][..], "application/json"),
        ("/ruffle.js", &["--config", path, "--js"], "text/javascript"),
        (
            "/ruffle.js?x",
            &["--config", path, "--js"],
            "text/javascript",
        ),
    ] {
        let (_, printed, _) = ruffle(flags);
        for address in addresses {
            let (head, body) = get(address, url);
            assert_eq!(body, printed);
            assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
            for field in [
                format!("\r\nContent-Type: {content_type}"),
                format!("\r\nContent-Length: {}\r\n", printed.len()),
                "\r\nAccess-Control-Allow-Origin: *\r\n".to_owned(),
                "\r\nCross-Origin-Resource-Policy: cross-origin\r\n".to_owned(),
                "\r\nCache-Control: no-".to_owned(),
            ] {
                assert!(head.contains(&field), "expected {field:?} in {head}");
            }
            let (same, nothing) = ask(
                address,
                &format!("HEAD {url} HTTP/1.1\r\nHost: a.test\r\n\r\n"),
            );
            assert_eq!(nothing, "");
            let without_date = |head: &str| {
                let lines = head.lines().filter(|line| !line.starts_with("Date: "));
                lines.map(str::to_owned).collect::<Vec<_>>()
            };
            assert_eq!(without_date(&same), without_date(&head));
        }
    }
}

/// If no name is known, the one that the page has used is right.
#[test]
fn the_host_that_was_asked() {
    let (_folder, path) = config(
        "",
        "[bridge]\naddress = \"127.0.0.1:0\"\npath = \"/{name}\"",
    );
    let (_daemon, addresses) = start(&path);
    let bridge = addresses[1].port();
    let expected = [
        format!("asked.test 9339 ws://asked.test:{bridge}/game"),
        format!("asked.test 9400 ws://asked.test:{bridge}/chat"),
        format!("null 9339 ws://asked.test:{bridge}/game"),
        format!("null 9400 ws://asked.test:{bridge}/chat"),
    ];
    for address in addresses {
        assert_eq!(lines(&get(address, "/ruffle.json").1), expected);
    }
    let (_folder, path) = config("", "");
    let mut daemon = Daemon::builder()
        .args(["serve", "--config"])
        .args([&path])
        .start()
        .expect("a daemon");
    let line = daemon.log().iter().find(|line| line.contains("gate=game"));
    let address = line.and_then(|line| address_in(line)).expect("an address");
    let expected = [
        "asked.test 9339 ws://asked.test:9339/",
        "asked.test 9400 ws://asked.test:9400/",
        "null 9339 ws://asked.test:9339/",
        "null 9400 ws://asked.test:9400/",
    ];
    assert_eq!(lines(&get(address, "/ruffle.json").1), expected);
    // Nothing but a host gets into a script.
    let hosts = ["</script>", "a.test\u{2028}", "a'b", "a\"b", ""];
    for host in hosts {
        let request = format!("GET /ruffle.js HTTP/1.1\r\nHost: {host}\r\n\r\n");
        assert!(
            ask(address, &request).0.starts_with("HTTP/1.1 400 "),
            "{host:?}"
        );
    }
}

/// With port 0, the entries contain the ports of the running daemon, for its gates and its bridge.
#[test]
fn free_ports() {
    let mut daemon = Daemon::builder()
        .args(["serve", "--allow", "a.test:1-65535"])
        .args(["--gate", "127.0.0.1:0=127.0.0.1:9340"])
        .args(["--gate", "127.0.0.1:0=127.0.0.1:9341"])
        .start()
        .expect("a daemon");
    let addresses: Vec<_> = daemon
        .log()
        .iter()
        .filter_map(|line| address_in(line))
        .collect();
    assert_eq!(addresses.len(), 2);
    let for_host = |host: &str| -> Vec<_> {
        let ports = addresses.iter().map(SocketAddr::port);
        ports
            .map(|port| format!("{host} {port} ws://asked.test:{port}/"))
            .collect()
    };
    let expected = [for_host("asked.test"), for_host("null")].concat();
    for address in &addresses {
        assert_eq!(lines(&get(*address, "/ruffle.json").1), expected);
    }
    drop(daemon);
    // Two addresses of one gate, and what a reload adds.
    let folder = Folder::new().expect("a folder");
    let text = "hosts = \"play.test\"\n[policy.p]\nrules = [{ domain = \"a.test\", ports = \"*\" }]\n\
                [[gate]]\nname = \"game\"\naddress = [\"127.0.0.1:0\", \"127.0.0.2:0\"]\nbackend = \"127.0.0.1:9340\"\n";
    let path = folder.file("flashgate.toml", text).expect("a file");
    let mut daemon = Daemon::builder()
        .args(["serve", "--config"])
        .args([&path])
        .start()
        .expect("a daemon");
    let mut gates: Vec<_> = daemon
        .log()
        .iter()
        .filter_map(|line| address_in(line))
        .collect();
    let entries = |gates: &[SocketAddr]| -> Vec<String> {
        let of = |host| {
            let ports = gates.iter().map(SocketAddr::port);
            ports.map(move |port| format!("{host} {port} ws://play.test:{port}/"))
        };
        of("play.test").chain(of("null")).collect()
    };
    assert_eq!(lines(&get(gates[0], "/ruffle.json").1), entries(&gates));
    let more =
        "[[gate]]\nname = \"chat\"\naddress = \"127.0.0.1:0\"\nbackend = \"127.0.0.1:9340\"\n";
    folder
        .file("flashgate.toml", format!("{text}{more}"))
        .unwrap();
    daemon.hang_up().unwrap();
    let limit = Duration::from_secs(10);
    let line = daemon.wait_for_line("gate=chat", limit).unwrap();
    gates.extend(address_in(&line));
    daemon.wait_for_line("reloaded", limit).unwrap();
    for gate in &gates {
        assert_eq!(lines(&get(*gate, "/ruffle.json").1), entries(&gates));
    }
}

/// An empty list contains a comment with the reason, for people who read the script.
#[test]
fn an_empty_list() {
    let (_folder, path) = config("", "");
    let mut daemon = Daemon::builder()
        .args(["serve", "--config"])
        .args([&path])
        .start()
        .expect("a daemon");
    let line = daemon.log().iter().find(|line| line.contains("gate=game"));
    let address = line.and_then(|line| address_in(line)).expect("an address");
    // HTTP/1.0 sends no host.
    let (head, script) = ask(address, "GET /ruffle.js HTTP/1.0\r\n\r\n");
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    assert!(script.starts_with("// Nothing to add: "), "{script}");
    assert!(script.contains("window.RufflePlayer"), "{script}");
    assert!(!get(address, "/ruffle.js").1.contains("Nothing to add"));
}

/// Printing what pages get needs no private key.
#[test]
fn without_the_keys() {
    let tls = "[tls]\ncertificates = [{ certificate = \"missing.pem\", key = \"missing.key\" }]";
    // What is served with a warning is printed without one.
    let warned =
        "hosts = \"play.test\"\n[policy.unused]\nrules = [{ domain = \"*\", ports = \"*\" }]";
    let (_folder, path) = config(warned, tls);
    let text = std::fs::read_to_string(&path).unwrap();
    let text = text.replace("backend", "policy = \"p\"\nbackend");
    std::fs::write(&path, text).unwrap();
    let path = path.to_str().unwrap();
    let (code, stdout, stderr) = ruffle(&["-q", "-v", "--log-format", "json", "--config", path]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    let expected = [
        "play.test 9339 wss://play.test:9339/",
        "play.test 9400 wss://play.test:9400/",
        "null 9339 wss://play.test:9339/",
        "null 9400 wss://play.test:9400/",
    ];
    assert_eq!(lines(&stdout), expected);
    let (_folder, path) = config("hosts = \"play.test\"\nhostz = 1", tls);
    refused(&["--config", path.to_str().unwrap()], &["unknown-key"]);
}

#[test]
fn a_reload_renews_it() {
    let (folder, path) = config("hosts = \"old.test\"", BRIDGE);
    let (mut daemon, [gate, bridge]) = start(&path);
    let text = std::fs::read_to_string(&path).unwrap();
    let text = text.replace("old.test", "new.test");
    folder.file("flashgate.toml", text).unwrap();
    daemon.hang_up().unwrap();
    daemon
        .wait_for_line("reloaded", Duration::from_secs(10))
        .unwrap();
    for address in [gate, bridge] {
        let body: Value = serde_json::from_str(&get(address, "/ruffle.json").1).unwrap();
        assert_eq!(body["socketProxy"][0]["host"], json!("new.test"));
    }
}
