//! `[admin]`: who gets an answer, which answer, and that no request does any harm.

mod crowds;
mod exposition;
mod life;
mod probes;

use std::net::SocketAddr;

use testkit::client::{StreamEnd, TestClient};
use testkit::daemon::Daemon;
use testkit::folder::Folder;

/// A policy, a listener and `[admin]`, each on a free port.
const CONFIG: &str = "[policy.p]\nrules = [{ domain = \"a.test\", ports = \"80\" }]\n\
                      [[listen]]\naddress = \"127.0.0.1:0\"\n[admin]\naddress = \"127.0.0.1:0\"\n";

const PATHS: [&str; 4] = ["/metrics", "/healthz", "/readyz", "/status.json"];

/// A parsed response.
#[derive(Debug)]
struct Answer {
    status: u16,
    fields: Vec<(String, String)>,
    body: String,
}

impl Answer {
    #[track_caller]
    fn parse(bytes: Vec<u8>) -> Self {
        let text = String::from_utf8(bytes).expect("UTF-8");
        let (head, body) = text.split_once("\r\n\r\n").expect("a whole head");
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1));
        let field = |line: &str| {
            let (name, value) = line.split_once(": ").expect("a field");
            (name.to_ascii_lowercase(), value.to_owned())
        };
        Self {
            status: status.expect("a status").parse().expect("a number"),
            fields: lines.map(field).collect(),
            body: body.to_owned(),
        }
    }

    #[track_caller]
    fn field(&self, name: &str) -> &str {
        let values: Vec<_> = self.fields.iter().filter(|field| field.0 == name).collect();
        assert_eq!(values.len(), 1, "{name}: {:?}", self.fields);
        &values[0].1
    }
}

/// A daemon with this config, and its folder.
fn start(config: &str) -> (Daemon, Folder) {
    let folder = Folder::new().expect("a folder");
    let path = folder.file("flashgate.toml", config).expect("a file");
    let arguments = ["serve".into(), "--config".into(), path.into_os_string()];
    let daemon = Daemon::builder().args(arguments).start().expect("a daemon");
    (daemon, folder)
}

fn admin(daemon: &Daemon) -> SocketAddr {
    daemon.admin().expect("an admin address")
}

/// Sends a raw head; there must be one answer, followed by a FIN.
#[track_caller]
fn ask(to: SocketAddr, request: impl AsRef<[u8]>) -> Answer {
    let mut client = TestClient::connect(to).expect("a connection");
    client.send(request.as_ref());
    let heard = client.hear();
    assert_eq!(
        heard.end,
        StreamEnd::Fin,
        "{}",
        request.as_ref().escape_ascii()
    );
    Answer::parse(heard.bytes)
}

#[track_caller]
fn get(to: SocketAddr, path: &str) -> Answer {
    ask(
        to,
        format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    )
}

#[test]
fn every_path() {
    let (daemon, _folder) = start(CONFIG);
    for (path, content_type) in [
        (
            "/metrics",
            "application/openmetrics-text; version=1.0.0; charset=utf-8",
        ),
        ("/healthz", "text/plain; charset=utf-8"),
        ("/readyz?verbose", "text/plain; charset=utf-8"),
        ("/status.json", "application/json"),
    ] {
        let answer = get(admin(&daemon), path);
        assert_eq!(
            (answer.status, answer.field("content-type")),
            (200, content_type)
        );
        assert_eq!(
            answer.field("content-length"),
            answer.body.len().to_string()
        );
        assert!(!answer.body.is_empty());
        for (name, value) in [
            ("connection", "close"),
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
        ] {
            assert_eq!(answer.field(name), value, "{path}");
        }
        let head = ask(
            admin(&daemon),
            format!("HEAD {path} HTTP/1.1\r\nHost: [::1]\r\n\r\n"),
        );
        assert_eq!((head.status, head.body.as_str()), (200, ""), "{path}");
        assert_ne!(head.field("content-length"), "0", "{path}");
    }
    assert_eq!(get(admin(&daemon), "/healthz").body, "alive\n");
    assert_eq!(get(admin(&daemon), "/readyz").body, "ready\n");
}

#[test]
fn other_paths_and_methods() {
    let (daemon, _folder) = start(CONFIG);
    for path in [
        "/",
        "/metrics/",
        "//metrics",
        "/Metrics",
        "/%6detrics",
        "/../metrics",
        "/status",
    ] {
        let answer = get(admin(&daemon), path);
        assert_eq!(answer.status, 404, "{path}");
        for known in PATHS {
            assert!(answer.body.contains(known), "{}", answer.body);
        }
    }
    for method in [
        "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "get", "BREW",
    ] {
        let head =
            format!("{method} /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx");
        let answer = ask(admin(&daemon), head);
        assert_eq!(
            (answer.status, answer.field("allow")),
            (405, "GET, HEAD"),
            "{method}"
        );
    }
}

/// A request that could come from a page of another site gets nothing, on loopback and on a public address.
#[test]
fn hosts() {
    let config = format!("hosts = [\"play.example.com\", \"203.0.113.7\"]\n{CONFIG}");
    let public = config.replace(
        "[admin]\naddress = \"127.0.0.1:0\"",
        "[admin]\ndanger-public = true\naddress = \"0\"",
    );
    for config in [config, public] {
        let (daemon, _folder) = start(&config);
        let mut to = admin(&daemon);
        assert_eq!(to.ip().is_unspecified(), config.contains("danger-public"));
        to.set_ip([127, 0, 0, 1].into());
        for path in PATHS {
            for (fields, status) in [
                ("Host: localhost", 200),
                ("Host: LOCALHOST:9843", 200),
                ("Host: 127.0.0.1:9843", 200),
                ("Host: [::1]:9843", 200),
                ("Host: 198.51.100.1", 200),
                ("Host: play.example.com", 200),
                ("host:Play.Example.Com.:1", 200),
                ("Host: evil.example", 421),
                ("Host: evil.example:9843", 421),
                ("Host: localhost.evil.example", 421),
                ("Host: play.example.com.evil.example", 421),
                ("Host: x.play.example.com", 421),
                ("Host: 127.0.0.1.evil.example", 421),
                ("Host: 0x7f.1", 400),
                ("Host: localhost, evil.example", 400),
                ("Host: localhost@evil.example", 400),
                ("Host:", 400),
                ("Host: localhost\r\nHost: localhost", 400),
                ("Host: localhost\r\nHost: evil.example", 400),
                ("X: y", 400),
            ] {
                let answer = ask(to, format!("GET {path} HTTP/1.1\r\n{fields}\r\n\r\n"));
                assert_eq!(answer.status, status, "{fields}");
                let told = answer.body.contains("flashgate") || answer.body.contains("version");
                assert!(status == 200 || !told, "{}", answer.body);
            }
            // A load balancer's HTTP/1.0 probe names no host; a browser always does.
            let head = |host: &str| format!("GET {path} HTTP/1.0\r\n{host}\r\n");
            assert_eq!(ask(to, head("")).status, 200);
            assert_eq!(ask(to, head("Host: evil.example\r\n")).status, 421);
        }
    }
}

/// A request that two programs could read differently is refused with one response, however it is cut.
#[test]
fn one_response_and_then_the_close() {
    let (daemon, _folder) = start(CONFIG);
    let to = admin(&daemon);
    let second = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n";
    for (head, status) in [
        ("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", 200),
        (
            "GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n",
            400,
        ),
        (
            "GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400,
        ),
        (
            "GET / HTTP/1.1\r\nHost: localhost\r\nX: y\r\n Transfer-Encoding: chunked\r\n\r\n",
            400,
        ),
        ("GET / HTTP/1.1\nHost: localhost\n\n", 400),
        (
            "GET http://localhost/metrics HTTP/1.1\r\nHost: localhost\r\n\r\n",
            400,
        ),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
        ("\u{16}\u{3}\u{1}\r\n\r\n", 400),
    ] {
        let all = format!("{head}{second}");
        for cut in 0..head.len() {
            let mut client = TestClient::connect(to).unwrap();
            client.send(&all.as_bytes()[..cut]);
            client.send(&all.as_bytes()[cut..]);
            let heard = client.hear();
            assert_eq!(heard.end, StreamEnd::Fin, "{head:?} cut at {cut}");
            let text = String::from_utf8_lossy(&heard.bytes);
            assert_eq!(
                text.matches("Connection: close").count(),
                1,
                "{head:?} cut at {cut}: {text}"
            );
            assert_eq!(
                Answer::parse(heard.bytes).status,
                status,
                "{head:?} cut at {cut}"
            );
        }
    }
    // 8 KiB are enough for every client.
    let long = format!(
        "GET / HTTP/1.1\r\nHost: localhost\r\nX: {}\r\n\r\n",
        "x".repeat(9_000)
    );
    assert_eq!(ask(to, long).status, 431);
    let mut gone = TestClient::connect(to).unwrap();
    gone.send(b"GET /metrics HT");
    gone.half_close().unwrap();
    assert_eq!(gone.hear().bytes, b"", "half a request gets no answer");
}
