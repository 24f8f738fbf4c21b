//! `--client ruffle`: bridges, good and bad.

use std::fs::File;
use std::net::{SocketAddr, TcpListener};
use std::process::{Command, Output};

use serde_json::Value;
use testkit::binary;
use testkit::folder::Folder;
use testkit::needs;
use testkit::real_server::RealServer;
use testkit::zoo::ScriptStep::{End, Hold, Read, ReadLine, Reset, Send};
use testkit::zoo::{Enclosure, Keeper, Script, missing};

use super::docs::validate;
use super::{ids, report};

/// The answer for the key that `check` sends.
pub(super) const OPEN: &[u8] = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
const WITH_PROTOCOL: &[u8] = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Protocol: binary\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
const WITH_EXTENSION: &[u8] = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Extensions: x-other; a=b\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
const WITH_DEFLATE: &[u8] = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: keep-alive, upgrade\r\nSec-WebSocket-Extensions: permessage-deflate\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
const PROOF_ALONE: &[u8] = b"HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
const WITHOUT_CONNECTION: &[u8] = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: close\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
const WRONG: &[u8] = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n";
const FORBIDDEN: &[u8] = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n";
const NOT_FOUND: &[u8] = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
const MOVED: &[u8] = b"HTTP/1.1 301 Moved Permanently\r\nLocation: https://a.test/\r\n\r\n";
const TEXT: &[u8] = b"\x81\x05hello";
const CLOSE_1013: &[u8] = b"\x88\x06\x03\xf5down";

const REFUSED: (&str, &str) = ("unreachable", "target-refused");
const FINE: (&str, &str) = ("allowed", "no-policy-needed");

pub(super) fn local() -> SocketAddr {
    ([127, 0, 0, 1], 0).into()
}

pub(super) fn check(arguments: &[&str]) -> (Value, Output) {
    let mut command = Command::new(binary::flashgate().unwrap());
    command
        .args(["check", "--client", "ruffle", "--format", "json"])
        .args(arguments);
    let output = command.output().unwrap();
    let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        panic!("{error}: {}", String::from_utf8_lossy(&output.stderr));
    });
    validate(&output.stdout);
    (report, output)
}

/// What the bridge does, the verdict and reason, and the findings.
type Case = (
    &'static [Script],
    (&'static str, &'static str),
    &'static [&'static str],
);

const CASES: [Case; 17] = [
    (&[&[ReadLine, Send(OPEN), Hold]], FINE, &[]),
    (
        &[&[ReadLine, Send(OPEN), Send(TEXT), Hold]],
        FINE,
        &["text-frame"],
    ),
    (
        &[&[ReadLine, Send(OPEN), Send(b"\x82\x02hi"), Hold]],
        FINE,
        &[],
    ),
    (
        &[&[ReadLine, Send(OPEN), Send(CLOSE_1013), Hold]],
        REFUSED,
        &["bridge-closes-immediately"],
    ),
    (
        &[&[ReadLine, Send(OPEN), End]],
        REFUSED,
        &["bridge-closes-immediately"],
    ),
    (
        &[&[ReadLine, Send(WITH_PROTOCOL), Hold]],
        REFUSED,
        &["unexpected-subprotocol"],
    ),
    (
        &[&[ReadLine, Send(WITH_EXTENSION), Hold]],
        REFUSED,
        &["unexpected-extension"],
    ),
    (&[&[ReadLine, Send(WITH_DEFLATE), Hold]], FINE, &[]),
    (
        &[&[ReadLine, Send(PROOF_ALONE), Hold]],
        REFUSED,
        &["no-websocket"],
    ),
    (
        &[&[ReadLine, Send(WITHOUT_CONNECTION), Hold]],
        REFUSED,
        &["no-websocket"],
    ),
    (
        &[&[ReadLine, Send(WRONG), Hold]],
        REFUSED,
        &["no-websocket"],
    ),
    (
        &[&[ReadLine, Send(FORBIDDEN), End]],
        ("denied", "no-rule-matches"),
        &["origin-refused"],
    ),
    (
        &[&[ReadLine, Send(NOT_FOUND), End]],
        REFUSED,
        &["websocket-refused"],
    ),
    (
        &[&[ReadLine, Send(MOVED), End]],
        REFUSED,
        &["websocket-refused"],
    ),
    (
        &[&[ReadLine, Send(b"220 mail\r\n"), End]],
        REFUSED,
        &["no-websocket"],
    ),
    (&[&[ReadLine, Reset]], REFUSED, &["websocket-no-response"]),
    (
        &[&[Read, Hold]],
        ("unreachable", "target-timeout"),
        &["websocket-no-response"],
    ),
];

#[test]
fn bridges() {
    for (turns, expected, findings) in CASES {
        let bridge = Keeper::start(local(), turns).unwrap();
        let url = format!("ws://localhost:{}/9339", bridge.address().port());
        let (report, _) = check(&[&url, "--from", "http://localhost/", "--timeout", "2s"]);
        let found = (
            report["verdict"].as_str().unwrap(),
            report["reason"].as_str().unwrap(),
        );
        assert_eq!(found, expected, "{turns:?}: {report:#}");
        assert_eq!(ids(&report), findings, "{turns:?}: {report:#}");
    }
}

/// The page's Origin is sent as browsers send it, and nothing is sent that Ruffle does not send.
#[test]
fn the_handshake_is_a_browsers() {
    let listener = TcpListener::bind(local()).unwrap();
    let url = format!(
        "ws://127.0.0.1:{}/a b\r\nX-Evil: 1?y=z",
        listener.local_addr().unwrap().port()
    );
    let asked = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            std::io::Read::read_exact(&mut stream, &mut byte).unwrap();
            head.push(byte[0]);
        }
        String::from_utf8(head).unwrap()
    });
    check(&[
        &url,
        "--from",
        "http://WWW.a.test:80/game/",
        "--timeout",
        "2s",
    ]);
    let head = asked.join().unwrap();
    assert!(
        head.starts_with("GET /a%20bX-Evil:%201?y=z HTTP/1.1\r\n"),
        "{head}"
    );
    assert!(head.contains("\r\nOrigin: http://www.a.test\r\n"), "{head}");
    assert!(!head.contains("Sec-WebSocket-Protocol"), "{head}");
}

/// What the browser itself refuses, whatever the bridge does.
#[test]
fn the_browsers_own_rules() {
    if !needs::met(missing()) {
        return;
    }
    let mut enclosure = Enclosure::empty(&["127.0.0.1"]).unwrap();
    enclosure
        .listen("127.0.0.1:8080", &[&[ReadLine, Send(OPEN), Hold]])
        .unwrap();
    enclosure
        .listen("127.0.0.1:6000", &[&[ReadLine, Send(OPEN), Hold]])
        .unwrap();
    let cases = [
        (
            "ws://srv.test:8080/",
            "https://www.a.test/",
            "denied",
            "mixed-content",
        ),
        ("ws://127.0.0.1:8080/", "https://localhost/", "allowed", ""),
        (
            "ws://srv.test:6000/",
            "http://www.a.test/",
            "denied",
            "port-blocked-by-browser",
        ),
        (
            "ws://srv.test:8080/",
            "http://www.a.test/",
            "allowed",
            "local-network-access",
        ),
        (
            "ws://srv.test:81/",
            "http://www.a.test/",
            "unreachable",
            "target-refused",
        ),
    ];
    for (url, from, verdict, first) in cases {
        let checked = enclosure
            .check(&[
                url, "--client", "ruffle", "--from", from, "--format", "json",
            ])
            .unwrap();
        let report = report(&checked);
        assert_eq!(report["verdict"], verdict, "{url} {from}: {report:#}");
        assert_eq!(
            ids(&report).first().copied().unwrap_or_default(),
            first,
            "{url} {from}: {report:#}"
        );
    }
}

/// A page's config: each entry is opened, and one that fails decides the verdict.
#[test]
fn a_config() {
    let good = Keeper::start(local(), &[&[ReadLine, Send(OPEN), Hold]]).unwrap();
    let bad = Keeper::start(local(), &[&[ReadLine, Send(FORBIDDEN), End]]).unwrap();
    let folder = Folder::new().unwrap();
    let config = |ports: &[u16]| {
        let entries = ports.iter().map(|port| {
            format!("{{\"host\": \"play.test\", \"port\": 9339, \"proxyUrl\": \"ws://localhost:{port}/9339\"}}")
        });
        let entries = entries.collect::<Vec<_>>().join(",");
        folder
            .file("config.json", format!("{{\"socketProxy\": [{entries}]}}"))
            .unwrap()
    };
    let (good, bad) = (good.address().port(), bad.address().port());
    for (ports, verdict) in [(vec![good], "allowed"), (vec![good, bad], "denied")] {
        let path = config(&ports);
        let (report, _) = check(&[path.to_str().unwrap(), "--from", "http://localhost/"]);
        assert_eq!(report["verdict"], verdict, "{report:#}");
        assert_eq!(report["steps"].as_array().unwrap().len(), ports.len());
        assert_eq!(report["steps"][0]["for"], "play.test:9339");
    }
    let path = folder
        .file(
            "bad.json",
            "{\"socketProxy\": [{\"host\": \"a\", \"port\": 0}]}",
        )
        .unwrap();
    let mut command = Command::new(binary::flashgate().unwrap());
    let output = command
        .args(["check", "--client", "ruffle"])
        .arg(path)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        stderr.contains("entry 1 of `socketProxy`: expected `port` from 1 to 65535"),
        "{stderr}"
    );
}

/// A config from standard input is called that in the report, where an argument would be quoted.
#[test]
fn a_config_on_standard_input() {
    let bad = Keeper::start(local(), &[&[ReadLine, Send(FORBIDDEN), End]]).unwrap();
    let url = format!("ws://localhost:{}/", bad.address().port());
    let entry = serde_json::json!({"host": "play.test", "port": 9339, "proxyUrl": url});
    let folder = Folder::new().unwrap();
    let config = serde_json::json!([entry]).to_string();
    let file = folder.file("ruffle.json", config).unwrap();
    let mut command = Command::new(binary::flashgate().unwrap());
    command.args(["check", "-", "--client", "ruffle", "--from", "localhost"]);
    let output = command.stdin(File::open(file).unwrap()).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.starts_with("standard input, checked as"), "{text}");
    assert!(text.contains("\n--> standard input\n"), "{text}");
}

/// websockify answers 101 before it has reached the game, and closes with 1011 if it cannot.
#[test]
fn websockify() {
    if !needs::met(testkit::real_server::missing("websockify")) {
        return;
    }
    let game = Keeper::start(local(), &[&[Hold]]).unwrap();
    for (target, verdict, finding) in [
        (game.address().to_string(), "allowed", None),
        (
            "127.0.0.1:1".to_owned(),
            "unreachable",
            Some("bridge-closes-immediately"),
        ),
    ] {
        let port = testkit::port::free().unwrap();
        let _server =
            RealServer::start("websockify", ([127, 0, 0, 1], port).into(), |command, _| {
                command.arg(format!("127.0.0.1:{port}")).arg(&target);
                Ok(())
            })
            .expect("websockify");
        let url = format!("ws://localhost:{port}/");
        let (report, _) = check(&[&url, "--from", "http://localhost/"]);
        assert_eq!(report["verdict"], verdict, "{report:#}");
        assert_eq!(ids(&report).first().copied(), finding, "{report:#}");
    }
}

/// A bridge over TLS whose certificate has no trusted issuer, and one without TLS.
#[test]
fn tls_faults() {
    if !needs::met(needs::program("openssl")) {
        return;
    }
    let port = testkit::port::free().unwrap();
    let _server = super::real_servers::tls_server(port).expect("openssl");
    let (report, _) = check(&[
        &format!("wss://localhost:{port}/"),
        "--from",
        "https://localhost/",
    ]);
    assert_eq!(ids(&report), ["certificate-untrusted"], "{report:#}");
    let clear = Keeper::start(local(), &[&[ReadLine, Send(FORBIDDEN), End]]).unwrap();
    let url = format!("wss://localhost:{}/", clear.address().port());
    let (report, _) = check(&[&url, "--from", "https://localhost/", "--timeout", "3s"]);
    assert_eq!(report["verdict"], "unreachable");
    assert_eq!(ids(&report), ["no-tls-on-bridge"], "{report:#}");
    let remedy = report["findings"][0]["remedy"].as_str().unwrap();
    assert!(remedy.contains("add `[tls]`"), "{remedy}");
}

/// The verdict says that the server refuses, and the fix has the rule to add.
#[test]
fn a_refused_page() {
    let bridge = Keeper::start(local(), &[&[ReadLine, Send(FORBIDDEN), End]]).unwrap();
    let url = format!("ws://127.0.0.1:{}/", bridge.address().port());
    let mut command = Command::new(binary::flashgate().unwrap());
    command.args([
        "check",
        &url,
        "--client",
        "ruffle",
        "--from",
        "http://127.0.0.1/",
    ]);
    let text = String::from_utf8(command.output().unwrap().stdout).unwrap();
    assert!(
        text.contains("denied: the server rejects the page (403)"),
        "{text}"
    );
    assert!(text.contains("`--allow '127.0.0.1'`"), "{text}");
}

/// A port that does not answer the TLS handshake opens no WebSocket.
#[test]
fn a_silent_tls_handshake() {
    let silent = Keeper::start(local(), &[&[Hold]]).unwrap();
    // An IP address, so that no resolver affects the time.
    let url = format!("wss://127.0.0.1:{}/x", silent.address().port());
    let arguments = [&url, "--from", "https://localhost/", "--timeout", "1s"];
    let (report, output) = check(&arguments);
    assert_eq!(report["verdict"], "unreachable", "{report:#}");
    assert_eq!(report["reason"], "target-timeout");
    assert_eq!(report["steps"][0]["tls"], false);
    assert_eq!(ids(&report), ["websocket-no-response"]);
    assert_eq!(output.status.code(), Some(1));
    let mut command = Command::new(binary::flashgate().unwrap());
    command.args(["check", "--client", "ruffle", "--nagios"]);
    let output = command.args(arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
}

/// An entry whose name has no address is reported as not connecting, and the other entries are still checked.
#[test]
fn an_entry_without_an_address() {
    if !needs::met(missing()) {
        return;
    }
    let mut enclosure = Enclosure::empty(&["127.0.0.1"]).unwrap();
    enclosure
        .listen("127.0.0.1:8080", &[&[ReadLine, Send(OPEN), Hold]])
        .unwrap();
    let entry = |host: &str, port: u16| {
        let url = format!("ws://{host}:8080/{port}");
        serde_json::json!({"host": "game.test", "port": port, "proxyUrl": url})
    };
    let entries = [
        entry("no-such-name.invalid", 1),
        entry("srv.test", 2),
        entry("srv.test", 3),
    ];
    let folder = Folder::new().unwrap();
    let config = serde_json::json!({"socketProxy": entries}).to_string();
    let file = folder.file("ruffle.json", config).unwrap();
    let arguments = [file.to_str().unwrap(), "--client", "ruffle", "--from"];
    let arguments = [&arguments[..], &["http://www.a.test/", "--format", "json"]].concat();
    let checked = enclosure.check(&arguments).unwrap();
    let told = report(&checked);
    assert_eq!(told["verdict"], "unreachable", "{told:#}");
    assert_eq!(told["steps"].as_array().unwrap().len(), 3);
    assert_eq!(told["steps"][1]["handshake"]["open"], true);
    // A finding about a host is reported once.
    assert_eq!(ids(&told), ["no-address", "local-network-access"]);
    validate(&checked.output.stdout);
}

/// The monitoring probe for a bridge.
#[test]
fn nagios() {
    const CASES: [(&[Script], i32, &str); 3] = [
        (&[&[ReadLine, Send(OPEN), Hold]], 0, "OK"),
        (&[&[ReadLine, Send(OPEN), Send(TEXT), Hold]], 1, "WARNING"),
        (&[&[ReadLine, Send(FORBIDDEN), End]], 2, "CRITICAL"),
    ];
    for (turns, code, word) in CASES {
        let bridge = Keeper::start(local(), turns).unwrap();
        let url = format!("ws://localhost:{}/", bridge.address().port());
        let mut command = Command::new(binary::flashgate().unwrap());
        command.args([
            "check",
            "--client",
            "ruffle",
            "--nagios",
            "--from",
            "localhost",
            &url,
        ]);
        let output = command.output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(code), "{text}");
        assert!(
            text.starts_with(&format!("FLASHGATE {word} - {url} ")),
            "{text}"
        );
        assert!(text.contains(" | time="), "{text}");
    }
}

/// An error of one entry is reported before a warning of another.
#[test]
fn the_first_cause_comes_first() {
    let odd = Keeper::start(local(), &[&[ReadLine, Send(OPEN), Send(TEXT), Hold]]).unwrap();
    let closed = Keeper::start(local(), &[&[ReadLine, Send(FORBIDDEN), End]]).unwrap();
    let entry = |keeper: &Keeper| {
        let port = keeper.address().port();
        serde_json::json!({"host": "game.test", "port": port, "proxyUrl": format!("ws://localhost:{port}/")})
    };
    let config = serde_json::json!({"socketProxy": [entry(&odd), entry(&closed)]});
    let folder = Folder::new().unwrap();
    let file = folder.file("ruffle.json", config.to_string()).unwrap();
    let (told, _) = check(&[file.to_str().unwrap()]);
    assert_eq!(ids(&told), ["origin-refused", "text-frame"], "{told:#}");
}

/// The answers of nginx while its backend is down, and of flashgate while the game is down. Each finding names the hop
/// that answers.
#[test]
fn which_hop_refuses() {
    const NGINX: &[u8] = b"HTTP/1.1 502 Bad Gateway\r\nServer: nginx/1.22.1\r\nContent-Type: text/html\r\nContent-Length: 0\r\n\r\n";
    const NGINX_403: &[u8] = b"HTTP/1.1 403 Forbidden\r\nServer: nginx/1.22.1\r\nContent-Type: text/html\r\nContent-Length: 0\r\n\r\n";
    // Through nginx, which replaces the `Server` field of flashgate's answers.
    const OURS: &[u8] = b"HTTP/1.1 502 Bad Gateway\r\nServer: nginx/1.22.1\r\nContent-Type: text/plain; charset=utf-8\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nCross-Origin-Resource-Policy: cross-origin\r\nContent-Length: 51\r\n\r\nthe server behind the gate `game` can't be reached\n";
    const CASES: [(&[u8], &str, [&str; 2]); 3] = [
        (
            NGINX,
            "websocket-refused",
            [
                "nginx/1.22.1",
                "it is not known whether the WebSocket server",
            ],
        ),
        (
            NGINX_403,
            "websocket-refused",
            ["nginx/1.22.1", "the proxy's access rules"],
        ),
        (
            OURS,
            "websocket-refused",
            [
                "flashgate itself",
                "the server behind the gate `game` can't be reached",
            ],
        ),
    ];
    for (response, id, parts) in CASES {
        let script: Script = Box::leak(Box::new([ReadLine, Send(response), End]));
        let turns: &'static [Script] = Box::leak(Box::new([script]));
        let bridge = Keeper::start(local(), turns).unwrap();
        let url = format!("ws://localhost:{}/9339", bridge.address().port());
        let (report, _) = check(&[&url, "--from", "http://localhost/"]);
        let first = &report["findings"][0];
        assert_eq!(first["id"], id, "{report:#}");
        for part in parts {
            assert!(first.to_string().contains(part), "{part}: {report:#}");
        }
        let blames_game = first["remedy"]
            .as_str()
            .unwrap()
            .starts_with("start the game server");
        assert_eq!(blames_game, response == OURS, "{report:#}");
    }
}

/// The port is kept in the `wss:` URL that the fix names.
#[test]
fn mixed_content_keeps_the_port() {
    for (url, secure) in [
        ("ws://192.0.2.1:9339/", "`wss://192.0.2.1:9339/`"),
        ("ws://192.0.2.1/x", "`wss://192.0.2.1/x`"),
    ] {
        let (report, _) = check(&[url, "--from", "https://www.a.test/", "--timeout", "100ms"]);
        assert_eq!(ids(&report).first(), Some(&"mixed-content"), "{report:#}");
        let remedy = report["findings"][0]["remedy"].as_str().unwrap();
        assert!(remedy.contains(secure), "{remedy}");
    }
}

/// A config as pages contain it: a literal in JavaScript or in HTML, or the output of `flashgate ruffle --js`.
#[test]
fn configs_in_pages() {
    let bridge = Keeper::start(local(), &[&[ReadLine, Send(OPEN), Hold]]).unwrap();
    let port = bridge.address().port();
    let printed = Command::new(binary::flashgate().unwrap())
        .args([
            "ruffle",
            "--gate",
            &format!("{port}=127.0.0.1:9"),
            "--host",
            "localhost",
            "--js",
        ])
        .output()
        .unwrap();
    let script = format!(
        "window.RufflePlayer = window.RufflePlayer || {{}};\nwindow.RufflePlayer.config = {{ autoplay: 'on', // yes\n\
         socketProxy: [ {{ host: 'game.a.test', port: 9339, proxyUrl: `ws://localhost:{port}/`, }}, ], }};"
    );
    let texts = [
        String::from_utf8(printed.stdout).unwrap(),
        format!("<!doctype html><script>\n{script}\n</script>"),
        script,
        format!(
            "\u{feff}[{{\"host\":\"a.test\",\"port\":\"1\",\"proxyUrl\":\"ws://localhost:{port}/\"}}]"
        ),
    ];
    let folder = Folder::new().unwrap();
    for text in texts {
        let file = folder.file("page", &text).unwrap();
        let (report, output) = check(&[file.to_str().unwrap(), "--from", "http://localhost/"]);
        assert_eq!(output.status.code(), Some(0), "{text}: {report:#}");
        let url = report["steps"][0]["url"].as_str().unwrap();
        assert_eq!(url, format!("ws://localhost:{port}/"), "{text}");
    }
}

/// Entries whose host no movie can name: an error each, and exit status 1.
#[test]
fn entries_that_match_no_movie() {
    let bridge = Keeper::start(local(), &[&[ReadLine, Send(OPEN), Hold]]).unwrap();
    let url = format!("ws://localhost:{}/", bridge.address().port());
    let hosts = [
        "192.0.2.10:9339",
        "*",
        "xmlsocket://192.0.2.10",
        "a.test/x",
        "",
    ];
    let entries =
        hosts.map(|host| serde_json::json!({"host": host, "port": 9339, "proxyUrl": url}));
    let folder = Folder::new().unwrap();
    let config = serde_json::json!({"socketProxy": entries}).to_string();
    let file = folder.file("ruffle.json", config).unwrap();
    let (report, output) = check(&[file.to_str().unwrap(), "--from", "http://localhost/"]);
    assert_eq!(output.status.code(), Some(1), "{report:#}");
    assert_eq!(ids(&report), ["unused-proxy-entry"; 5], "{report:#}");
}

/// A target that does not fit Ruffle is refused, with the accepted forms.
#[test]
fn what_is_no_bridge() {
    let folder = Folder::new().unwrap();
    let page = folder
        .file(
            "page.html",
            "<script src=\"https://a.test/ruffle.js\"></script>",
        )
        .unwrap();
    let computed = "socketProxy: [{host: location.hostname, port: 1, proxyUrl: 'ws://a.test/'}]";
    let computed = folder.file("page.js", computed).unwrap();
    for (target, part) in [
        ("127.0.0.1:19339", "pass `ws://127.0.0.1:19339/`"),
        ("127.0.0.1:19339", "is a host and port"),
        ("xmlsocket://127.0.0.1:1/", "pass `ws://127.0.0.1:1/`"),
        ("/no/such/file", "(JSON, JavaScript or HTML)"),
        (folder.path().to_str().unwrap(), "is a directory"),
        (page.to_str().unwrap(), "/ruffle.js"),
        (computed.to_str().unwrap(), "a script computes `host`"),
    ] {
        let mut command = Command::new(binary::flashgate().unwrap());
        let output = command
            .args(["check", target, "--client", "ruffle"])
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(part) && !said.contains("os error"), "{said}");
    }
}
