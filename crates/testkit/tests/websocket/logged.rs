//! The log of failed WebSockets, without `-v`: the page's origin, and what to change.

use testkit::backend::{Absent, BackendBehaviour, TestBackend};
use testkit::client::TestClient;
use testkit::port;
use testkit::websocket::{ask, request};

use super::{LIMIT, Running, config, start};

const KEY: &str = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";

fn bridge() -> String {
    format!(
        "[bridge]\naddress = \"127.0.0.1:{}\"\npath = \"/sockets/{{port}}\"\n",
        port::free().unwrap()
    )
}

#[track_caller]
fn is_logged(gate: &mut Running, text: &str, parts: &[&str]) {
    let line = gate.daemon.next_line_with(text, LIMIT).unwrap();
    for part in parts {
        assert!(line.contains(part), "{part}: {line}");
    }
}

/// What remains of a browser's request after a proxy that is not set up for WebSockets.
#[test]
fn dropped_by_a_proxy() {
    let backend = TestBackend::start(BackendBehaviour::Hold).unwrap();
    let mut gate = start(&config(backend.address(), "", &bridge()));
    let fields = [
        ("HTTP/1.0", "", "426", "Upgrade"),
        ("HTTP/1.0", "Connection: close\r\n", "426", "Upgrade"),
        ("HTTP/1.1", "Connection: close\r\n", "426", "Upgrade"),
        ("HTTP/1.1", "Connection: upgrade\r\n", "426", "Upgrade"),
        (
            "HTTP/1.1",
            "Upgrade: websocket\r\nConnection: close\r\n",
            "400",
            "Connection",
        ),
        ("HTTP/1.1", "Upgrade: websocket\r\n", "400", "Connection"),
        (
            "HTTP/1.0",
            "Upgrade: websocket\r\nConnection: upgrade\r\n",
            "400",
            "HTTP/1.1",
        ),
    ];
    let places = [(gate.gate, "/"), (gate.bridge.unwrap(), "/sockets/9339")];
    let places = places.iter().cycle();
    // No more than ten, which are all logged.
    for ((version, fields, status, missing), (to, path)) in fields.into_iter().zip(places) {
        let mut client = TestClient::connect(*to).unwrap();
        let head = format!(
            "GET {path} {version}\r\nHost: a.test\r\nOrigin: http://www.a.test\r\n{fields}{KEY}\r\n"
        );
        client.send(head.as_bytes());
        let text = String::from_utf8(client.hear().bytes).unwrap();
        assert!(text.starts_with(&format!("HTTP/1.1 {status} ")), "{text}");
        assert!(text.contains("a proxy in between must"), "{text}");
        is_logged(
            &mut gate,
            "refused a WebSocket: invalid request",
            &[
                " WARN ",
                "peer=127.0.0.1:",
                "http://www.a.test",
                missing,
                "proxy_http_version",
            ],
        );
    }
}

/// A wrong path and a dead server: both with the page's origin, however long it is.
#[test]
fn paths_and_servers() {
    let absent = Absent::reserve(([127, 0, 0, 1], 0).into()).unwrap();
    let origin = format!("http://{}.www.a.test", ["a"; 60].concat());
    let rules = "{ domain = \"*.a.test\" }";
    let mut gate = start(&super::with_rules(rules, absent.address(), "", &bridge()));
    let bridge = gate.bridge.unwrap();
    let (response, _) = ask(bridge, &request("/sockets/9340", Some(&origin))).unwrap();
    assert_eq!(response.status, 404);
    is_logged(
        &mut gate,
        "no gate has this path",
        &[
            " WARN ",
            "/sockets/9340",
            &origin,
            "[bridge]",
            "peer=127.0.0.1:",
        ],
    );
    let (response, stream) = ask(bridge, &request("/sockets/9339", Some(&origin))).unwrap();
    assert_eq!(response.status, 502);
    drop(stream);
    is_logged(
        &mut gate,
        "can't reach a backend",
        &[" WARN ", &origin, "peer=127.0.0.1:"],
    );
    is_logged(
        &mut gate,
        "outcome=\"backend-unreachable\"",
        &[&origin, "502", "/sockets/9339"],
    );
}

/// Pages of websockify with a wrong token, or without one: the answer and the log name the parameter, but not its
/// value.
#[test]
fn wrong_parameters() {
    let backend = TestBackend::start(BackendBehaviour::Hold).unwrap();
    let own_path = "bridge-path = \"/?token=world\"";
    let mut gate = start(&config(backend.address(), own_path, &bridge()));
    let bridge = gate.bridge.unwrap();
    for (target, said, logged) in [
        ("/?token=lobby2", "this value", "the parameter's value"),
        ("/?name=world", "no value", "has no such parameter"),
    ] {
        let (response, _) = ask(bridge, &request(target, super::ORIGIN)).unwrap();
        assert_eq!(response.status, 404, "{target}");
        let said = format!("no gate has this path with {said} of the query parameter `token`");
        assert!(response.body.contains(&said), "{response:?}");
        is_logged(
            &mut gate,
            logged,
            &[
                " WARN refused a WebSocket: no gate has this path",
                "path=\"/\" parameter=\"token\"",
                "`bridge-path`",
            ],
        );
    }
    let log = gate.daemon.log().join("\n");
    assert!(!log.contains("lobby2"), "{log}");
}

/// Players can't ask the bridge for a policy.
#[test]
fn a_policy_request_on_the_bridge() {
    let backend = TestBackend::start(BackendBehaviour::Hold).unwrap();
    let mut gate = start(&config(backend.address(), "", &bridge()));
    testkit::client::fetch(gate.bridge.unwrap()).unwrap();
    is_logged(
        &mut gate,
        "no policy request",
        &["`[bridge]` and `[http]` do not answer policy requests"],
    );
}
