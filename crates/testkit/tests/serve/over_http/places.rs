//! The files on the bridge and on gates.

use testkit::backend::{BackendBehaviour, TestBackend};
use testkit::client::TestClient;

use super::{FILE, HTTP, LIMIT, RULES, config, get, hear, start};

const ELSEWHERE: &str = "[http]\ncrossdomain = \"default\"\n";

fn gate(backend: impl std::fmt::Display, more: &str) -> String {
    format!(
        "[[gate]]\nname = \"game\"\naddress = \"127.0.0.1:0\"\npublic-port = 9339\nbackend = \"{backend}\"\n{more}\n"
    )
}

/// A server that nothing connects to.
const NOWHERE: &str = "127.0.0.1:1";

#[test]
fn on_a_gate() {
    let running = start(&config(RULES, &[&gate(NOWHERE, ""), ELSEWHERE].concat()));
    let response = running.get("/crossdomain.xml", "Origin: http://www.a.test\r\n");
    assert_eq!((response.status, &response.body[..]), (200, FILE));
    let allowed = response.field("Access-Control-Allow-Origin");
    assert_eq!(allowed, Some("http://www.a.test"));
    // Other paths are as without `[http]`.
    assert_eq!(running.get("/", "").status, 426);
    assert_eq!(running.get("/ruffle.json", "").status, 200);
    let other = running.get("/clientaccesspolicy.xml", "");
    assert_eq!(other.status, 404);
    assert!(
        other.body.contains("serves /crossdomain.xml too"),
        "{}",
        other.body
    );
    // A WebSocket may have any path.
    let request = testkit::websocket::request("/crossdomain.xml", Some("http://evil.test"));
    assert!(hear(running.address(), request.as_bytes()).starts_with("HTTP/1.1 403 "));
}

#[test]
fn not_on_a_gate() {
    for more in ["", ELSEWHERE] {
        let key = if more.is_empty() {
            ""
        } else {
            "policy-files = false\n"
        };
        let own = [more, "[bridge]\naddress = \"127.0.0.1:0\"\n"].concat();
        let running = start(&config(RULES, &[&gate(NOWHERE, key), &own[..]].concat()));
        let response = running.get("/crossdomain.xml", "");
        assert_eq!(response.status, 404, "{more}");
        assert!(response.body.contains("/ruffle.js"), "{}", response.body);
    }
}

#[test]
fn on_the_bridge() {
    let bridge = "[bridge]\naddress = \"127.0.0.1:0\"\ntrust-forwarded-for = [\"127.0.0.1/32\"]\n";
    let text = [&gate(NOWHERE, "policy-files = false"), bridge, ELSEWHERE].concat();
    let mut running = start(&config(RULES, &text));
    let bridge = running.address_of("bridge=");
    let response = get(bridge, "/crossdomain.xml", "X-Forwarded-For: 192.0.2.1\r\n");
    assert_eq!((response.status, &response.body[..]), (200, FILE));
    assert_eq!(get(bridge, "/", "").status, 200);
    assert_eq!(get(bridge, "/clientaccesspolicy.xml", "").status, 404);
}

/// With an HTTP server behind the gate, its own file wins, unless the gate says otherwise.
#[test]
fn before_a_web_server() {
    let request = b"GET /crossdomain.xml HTTP/1.1\r\nHost: a.test\r\n\r\n";
    let other = b"GET /other HTTP/1.1\r\nHost: a.test\r\n\r\n";
    for (key, own) in [("", true), ("policy-files = true", false)] {
        let web = TestBackend::start(BackendBehaviour::Record).unwrap();
        let keys = format!("http-backend = \"{}\"\n{key}", web.address());
        let text = [&gate(NOWHERE, &keys), HTTP].concat();
        let running = start(&config(RULES, &text));
        for sent in [&request[..], other] {
            let mut client = TestClient::connect(running.address()).unwrap();
            client.send(sent);
            client.half_close().unwrap();
            let heard = client.hear();
            let is_file = heard.bytes.ends_with(FILE.as_bytes());
            assert_eq!(is_file, !own && sent == request, "{heard:?}");
        }
        let records = web.records_until(other, LIMIT).unwrap();
        assert_eq!(records.len(), usize::from(own), "{key}");
    }
}

/// While connections end, the address of `[http]` still answers.
#[test]
fn during_a_stop() {
    let backend = TestBackend::start(BackendBehaviour::Echo).unwrap();
    let text = [&gate(backend.address(), ""), HTTP].concat();
    let mut running = start(&config(RULES, &text));
    let files = *running.daemon.addresses().last().unwrap();
    let mut player = TestClient::connect(running.address()).unwrap();
    player.send(b"hello");
    player.read_exact(&mut [0; 5]).unwrap();
    running.daemon.terminate().unwrap();
    running.daemon.wait_for_line("stopping", LIMIT).unwrap();
    for _ in 0..10 {
        assert_eq!(get(files, "/crossdomain.xml", "").body, FILE);
    }
    player.half_close().unwrap();
    assert_eq!(running.daemon.wait(LIMIT).unwrap().code(), Some(0));
}

/// Several listeners serve the same file.
#[test]
fn everywhere() {
    let bridge = "[bridge]\naddress = \"127.0.0.1:0\"\n";
    let text = [&gate(NOWHERE, ""), bridge, HTTP].concat();
    let running = start(&config(RULES, &text));
    assert_eq!(running.daemon.addresses().len(), 3);
    for address in running.daemon.addresses() {
        assert_eq!(get(*address, "/crossdomain.xml", "").body, FILE);
    }
}
