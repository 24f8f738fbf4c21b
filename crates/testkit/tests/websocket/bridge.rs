//! `[bridge]`: one endpoint for many gates, by path, also behind a proxy.

use std::fmt::Write as _;
use std::net::SocketAddr;

use testkit::backend::{BackendBehaviour, TestBackend};
use testkit::client::{StreamEnd, TestClient};
use testkit::load::REQUEST;
use testkit::websocket::{ResponseHead, WebSocketClient, ask, request, with_fields};

use super::{ADMIN, LIMIT, ORIGIN, Running, config, echoes, start};

const BRIDGE: &str = "[bridge]\naddress = \"127.0.0.1:0\"\n";

/// A bridge to an echo server, with further keys and sections.
fn bridged(backend: &TestBackend, more: &str) -> (Running, SocketAddr) {
    let gate = start(&config(backend.address(), "", &format!("{BRIDGE}{more}")));
    let bridge = gate.bridge.unwrap();
    (gate, bridge)
}

fn get(to: SocketAddr, line: &str) -> ResponseHead {
    ask(to, &format!("{line} HTTP/1.1\r\nHost: a.test\r\n\r\n"))
        .unwrap()
        .0
}

#[test]
fn by_path() {
    let backend = TestBackend::start(BackendBehaviour::Echo).unwrap();
    let (_gate, bridge) = bridged(&backend, "");
    for path in ["/9339", "/9339?any=query", "/9339?"] {
        echoes(
            &mut WebSocketClient::open(bridge, path, ORIGIN).unwrap(),
            b"LOGIN\0",
        );
    }
    for path in [
        "/",
        "/9340",
        "/game",
        "/9339/",
        "/9339%00",
        "/09339",
        "//9339",
        "/../9339",
        "/127.0.0.1:9339",
    ] {
        let (response, _) = ask(bridge, &request(path, ORIGIN)).unwrap();
        assert_eq!(response.status, 404, "{path}");
        assert!(
            response.body.contains("no gate has this path"),
            "{response:?}"
        );
    }
    let (response, _) = ask(bridge, &request("/9339", Some("http://evil.test"))).unwrap();
    assert_eq!(response.status, 403);
    let (_gate, bridge) = bridged(&backend, "path = \"/ws/{name}\"\n");
    echoes(
        &mut WebSocketClient::open(bridge, "/ws/game", ORIGIN).unwrap(),
        b"by name",
    );
}

/// The pages of other bridges work unchanged: one path for a game, or websockify's, whose token selects the server.
#[test]
fn by_own_path() {
    let login = TestBackend::start(BackendBehaviour::Record).unwrap();
    let world = TestBackend::start(BackendBehaviour::Record).unwrap();
    let second = format!(
        "bridge-path = \"/?token=world\"\n[[gate]]\nname = \"proxy\"\naddress = \"127.0.0.1:0\"\npublic-port = 9400\n\
         backend = \"{}\"\nbridge-path = \"/socketproxy/\"",
        login.address()
    );
    let gate = start(&config(world.address(), &second, BRIDGE));
    let bridge = gate.bridge.unwrap();
    for (target, backend) in [
        ("/?token=world", &world),
        ("/?room=1&token=world", &world),
        ("/socketproxy/", &login),
        ("/socketproxy/?token=world", &login),
        ("/9339?token=other", &world),
    ] {
        let mut socket = WebSocketClient::open(bridge, target, ORIGIN).unwrap();
        socket.say(target.as_bytes());
        socket.half_close().unwrap();
        assert_eq!(backend.record(LIMIT).unwrap().bytes, target.as_bytes());
    }
    for target in [
        "/",
        "/?token=login",
        "/?token=worl%64",
        "/?token&token=world",
        "/?token=&token=world",
        "/socketproxy",
        "/ruffle.js?token=world",
    ] {
        let (response, _) = ask(bridge, &request(target, ORIGIN)).unwrap();
        assert_eq!(response.status, 404, "{target}");
    }
    for target in ["/?token=world", "/socketproxy/"] {
        let (response, _) = ask(bridge, &request(target, Some("http://evil.test"))).unwrap();
        assert_eq!(response.status, 403, "{target}");
    }
    for (line, status) in [
        ("GET /", 200),
        ("GET /?token=world", 426),
        ("GET /?token=x", 200),
        ("GET /socketproxy/", 426),
    ] {
        assert_eq!(get(bridge, line).status, status, "{line}");
    }
    // Ruffle's config has the general path, which every gate has.
    let config = get(bridge, "GET /ruffle.json").body;
    assert!(
        config.contains("/9400\"") && !config.contains("socketproxy"),
        "{config}"
    );
}

/// On a gate's own port, every path and query reaches its server.
#[test]
fn any_path_on_a_gate() {
    let backend = TestBackend::start(BackendBehaviour::Echo).unwrap();
    let gate = start(&config(backend.address(), "", ""));
    for target in ["/", "/?token=login", "/socketproxy/?a&b=c"] {
        let mut socket = WebSocketClient::open(gate.gate, target, ORIGIN).unwrap();
        echoes(&mut socket, b"LOGIN\0");
    }
}

/// Each of many gates gets its own connections, and has its own policy.
#[test]
fn many_gates() {
    let backend = TestBackend::start(BackendBehaviour::Record).unwrap();
    let mut text =
        String::from("[policy.default]\nrules = [{ domain = \"x.test\", ports = \"1025\" }]\n");
    for nth in 0..250 {
        write!(
            text,
            "[policy.p{nth}]\nrules = [{{ domain = \"p{nth}.test\" }}]\n[[gate]]\nname = \"{name}\"\naddress = \"127.0.0.1:0\"\n\
             public-port = {port}\nbackend = \"{backend}\"\nsend-proxy = \"v1\"\npolicy = \"p{nth}\"\n",
            name = if nth == 0 { "game".to_owned() } else { format!("g{nth}") },
            port = 20_000 + nth,
            backend = backend.address(),
        )
        .unwrap();
    }
    text.push_str("[[listen]]\naddress = \"127.0.0.1:0\"\npolicy = \"default\"\n");
    let gate = start(&format!("{text}{BRIDGE}"));
    let bridge = gate.bridge.unwrap();
    for nth in (0..250).step_by(7) {
        let path = format!("/{}", 20_000 + nth);
        let own = format!("http://p{nth}.test");
        let mut socket = WebSocketClient::open(bridge, &path, Some(&own)).unwrap();
        socket.say(own.as_bytes());
        socket.half_close().unwrap();
        let record = String::from_utf8(backend.record(LIMIT).unwrap().bytes).unwrap();
        assert!(record.ends_with(&own), "{record}");
        let other = format!("http://p{}.test", nth + 1);
        let (response, _) = ask(bridge, &request(&path, Some(&other))).unwrap();
        assert_eq!(response.status, 403);
    }
}

/// Pages of every site may ask for this: it is how a page triggers a browser's question about the local network.
#[test]
fn plain_requests() {
    let backend = TestBackend::start(BackendBehaviour::Record).unwrap();
    let (gate, bridge) = bridged(&backend, ADMIN);
    for (line, status) in [
        ("GET /", 200),
        ("HEAD /", 200),
        ("GET /9339", 426),
        ("GET /1", 404),
        ("POST /", 405),
        ("OPTIONS /9339", 200),
        ("OPTIONS /", 200),
    ] {
        let response = get(bridge, line);
        assert_eq!(response.status, status, "{line}");
        assert_eq!(
            response.field("Access-Control-Allow-Origin"),
            Some("*"),
            "{line}"
        );
        assert_eq!(
            response.field("Cross-Origin-Resource-Policy"),
            Some("cross-origin"),
            "{line}"
        );
        assert_eq!(
            response.body.is_empty(),
            line.starts_with("HEAD") || line.starts_with("OPTIONS"),
            "{line}"
        );
        let network = response.field("Access-Control-Allow-Private-Network");
        assert_eq!(network.is_some(), line.starts_with("OPTIONS"), "{line}");
        // The answered methods are the listed ones (RFC 9110, 10.2.1); a preflight may name any field.
        let methods = response.field("Allow");
        let says = status == 405 || line.starts_with("OPTIONS");
        assert_eq!(methods, says.then_some("GET, HEAD, OPTIONS"), "{line}");
        let fields = response.field("Access-Control-Allow-Headers");
        assert_eq!(fields, line.starts_with("OPTIONS").then_some("*"), "{line}");
    }
    // Other protocols are not served there.
    for bytes in [&REQUEST[..], b"LOGIN", b"\x16\x03\x01"] {
        let mut client = TestClient::connect(bridge).unwrap();
        client.send(bytes);
        let heard = client.hear();
        assert_eq!(
            (&heard.bytes[..], heard.end == StreamEnd::None),
            (&b""[..], false)
        );
    }
    // Chromium opens connections on which it sends nothing.
    drop(TestClient::connect(bridge).unwrap());
    gate.counts("outcome=\"not-a-request\"", 2);
}

const TRUST: &str = "trust-forwarded-for = [\"127.0.0.1/32\", \"10.0.0.0/8\"]\n[limits]\nrelays-per-address = 1\nexempt = []\n";

/// The client's address behind a proxy, as the backend and the limits see it.
#[test]
fn forwarded_for() {
    let backend = TestBackend::start(BackendBehaviour::Record).unwrap();
    let told = |trust: &str, fields: &str| {
        let text = config(
            backend.address(),
            "send-proxy = \"v1\"",
            &format!("{BRIDGE}{trust}"),
        );
        let gate = start(&text);
        let fields = format!("Origin: http://www.a.test\r\n{fields}");
        let (response, stream) = ask(gate.bridge.unwrap(), &with_fields("/9339", &fields)).unwrap();
        WebSocketClient::of(&response, stream)
            .unwrap()
            .half_close()
            .unwrap();
        let header = String::from_utf8(backend.record(LIMIT).unwrap().bytes).unwrap();
        header.split(' ').nth(2).unwrap().to_owned()
    };
    let field = "X-Forwarded-For: 203.0.113.9, 192.0.2.1, 10.1.1.1\r\n";
    assert_eq!(told(TRUST, field), "192.0.2.1");
    assert_eq!(told(TRUST, ""), "127.0.0.1");
    assert_eq!(
        told("", field),
        "127.0.0.1",
        "the header is not believed by default"
    );
    assert_eq!(
        told("trust-forwarded-for = \"10.0.0.0/8\"\n", field),
        "127.0.0.1"
    );
}

#[test]
fn limits_by_forwarded_address() {
    let backend = TestBackend::start(BackendBehaviour::Echo).unwrap();
    let (_gate, bridge) = bridged(&backend, TRUST);
    let open = |client: &str| {
        let fields = format!("Origin: http://www.a.test\r\nX-Forwarded-For: {client}\r\n");
        ask(bridge, &with_fields("/9339", &fields)).unwrap()
    };
    let (one, _stream) = open("192.0.2.1");
    let (again, _) = open("192.0.2.1");
    let (other, _other) = open("192.0.2.2");
    assert_eq!([one.status, again.status, other.status], [101, 503, 101]);
}

/// A balancer in front of the bridge names the client, as at the other listeners.
#[test]
fn accept_proxy() {
    let backend = TestBackend::start(BackendBehaviour::Record).unwrap();
    let more = format!("{BRIDGE}accept-proxy = \"127.0.0.1\"\n");
    let gate = start(&config(backend.address(), "send-proxy = \"v1\"", &more));
    let header = "PROXY TCP4 192.0.2.7 203.0.113.1 5000 443\r\n";
    let (response, stream) = ask(
        gate.bridge.unwrap(),
        &format!("{header}{}", request("/9339", ORIGIN)),
    )
    .unwrap();
    WebSocketClient::of(&response, stream)
        .unwrap()
        .half_close()
        .unwrap();
    assert_eq!(backend.record(LIMIT).unwrap().bytes, header.as_bytes());
}
