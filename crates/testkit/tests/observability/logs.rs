//! R25: whatever strangers send and however much, a log stays readable for people, programs and terminals.

use std::io::Write as _;
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use testkit::backend::Absent;
use testkit::client::{TestClient, fetch};
use testkit::daemon::{Daemon, address_in};
use testkit::folder::Folder;
use testkit::load::{Load, REQUEST, run, spread};
use testkit::scale::{is_long, short_or_long};
use testkit::{binary, figure};

/// Random enough for this, and the same in each run (xorshift64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// What a stranger sends: something known or nothing, followed by anything.
    fn bytes(&mut self) -> Vec<u8> {
        let known = [
            &b""[..],
            b"GET /",
            b"\x16\x03\x01",
            &REQUEST[..22],
            b"<poli",
            REQUEST,
        ];
        let mut bytes = known[(self.next() % 6) as usize].to_vec();
        for _ in 0..self.next() % 80 {
            bytes.push(self.next().to_le_bytes()[4]);
        }
        bytes
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Format {
    Text,
    Json,
}

/// What a log contained.
#[derive(Debug, Default)]
struct Seen {
    ended: u64,
    lost: u64,
}

impl Seen {
    /// Checks a line: no control byte, and valid JSON in that format.
    fn look(&mut self, line: &str, format: Format) {
        assert!(!line.chars().any(char::is_control), "{line:?}");
        if format == Format::Json {
            let value: Value =
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line:?}"));
            assert!(value["message"].is_string(), "{line}");
            self.lost += value["lost"].as_u64().unwrap_or(0);
        } else if let Some((_, lost)) = line.split_once(" lost=") {
            self.lost += lost.parse::<u64>().unwrap();
        }
        self.ended += u64::from(line.contains("connection ended"));
    }
}

/// Every connection has a log line here, so each stranger's bytes are in the log.
#[test]
fn random_bytes() {
    let peers = short_or_long(50_000, 500_000);
    let mut total = Seen::default();
    for (format, name) in [(Format::Text, "text"), (Format::Json, "json")] {
        let mut daemon = Daemon::builder()
            .binary(binary::with_faults().unwrap())
            .env("FLASHGATE_LOG_ALL", "1")
            .args([
                "serve",
                "-v",
                "--listen",
                "127.0.0.1:0",
                "--allow",
                "a.test:80",
            ])
            .args(["--log-format", name])
            .start()
            .unwrap();
        let (address, mut random, mut seen) = (daemon.address(), Random(0x5eed), Seen::default());
        for peer in 0..peers {
            // If the server has already closed the connection, enough was sent.
            let _ = TcpStream::connect(address)
                .unwrap()
                .write_all(&random.bytes());
            if peer % 64 == 0 {
                daemon.take_log().for_each(|line| seen.look(&line, format));
            }
        }
        daemon.terminate().unwrap();
        assert_eq!(daemon.wait(TestClient::PATIENCE).unwrap().code(), Some(0));
        daemon.take_log().for_each(|line| seen.look(&line, format));
        assert!(
            seen.ended + seen.lost >= peers,
            "{seen:?} of {peers}, as {name}"
        );
        assert!(seen.ended >= peers / 2, "{seen:?} of {peers}, as {name}");
        total.ended += seen.ended;
        total.lost += seen.lost;
    }
    figure::report(
        "R25",
        format!(
            "{} random peers in {} lines of text and JSON: 0 control bytes, all JSON parses",
            2 * peers,
            total.ended
        ),
    );
}

/// With every connection logged, a flood is a few lines a second, and suppressed lines are counted.
#[test]
fn a_flood_of_bad_requests() {
    let mut daemon = Daemon::serve(["-v", "--allow", "a.test:80"]).unwrap();
    let address = daemon.address();
    let start = Instant::now();
    let floods = [
        &b"GET / HTTP/1.1\r\n\r\n"[..],
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc",
        b"hello?",
    ]
    .map(|bytes| thread::spawn(move || flood(address, bytes)));
    let requests: u64 = floods.into_iter().map(|flood| flood.join().unwrap()).sum();
    let took = start.elapsed();
    // The counts of the last second are logged without further events.
    daemon
        .wait_for_line("events suppressed", Duration::from_secs(10))
        .unwrap();
    fetch(address).unwrap();
    daemon.terminate().unwrap();
    daemon.wait(TestClient::PATIENCE).unwrap();
    let log: Vec<_> = daemon.take_log().collect();
    let (ended, suppressed) = count(&log);
    let lines = log.len() as u64;
    figure::report(
        "R25",
        format!(
            "{} bad requests/s with -v: {} log lines/s",
            figure::rate(requests, took),
            figure::rate(lines, took)
        ),
    );
    assert_eq!(
        ended + suppressed,
        requests + 1,
        "each is logged or counted"
    );
    let rate = figure::rate(requests, took);
    assert!(!is_long() || rate >= 20_000, "{rate} requests/s");
    let seconds = took.as_secs() + 1;
    assert!(lines <= 50 * seconds, "{lines} lines in {took:?}");
}

fn flood(to: SocketAddr, bytes: &[u8]) -> u64 {
    let mut load = Load::new(to, b"");
    load.request = bytes.to_vec();
    load.expected.clear();
    load.sources = spread(to);
    load.fetches = short_or_long(30_000, 150_000);
    load.in_flight = 16;
    run(&load).expect("a load").ended()
}

/// The number of lines `connection ended`, and of the connections that were counted instead.
fn count(log: &[String]) -> (u64, u64) {
    let (mut ended, mut suppressed) = (0, 0);
    for line in log {
        let is_end = line.contains("connection ended");
        ended += u64::from(is_end);
        if is_end || line.contains("DEBUG events suppressed") {
            let number = line
                .split_once(" suppressed=")
                .map(|(_, rest)| rest.parse::<u64>().unwrap());
            suppressed += number.unwrap_or(0);
        }
    }
    (ended, suppressed)
}

const FLOODED: &str = "[policy.p]\nrules = [{ domain = \"*.a.test\", ports = \"80\" }]\n\
    [[listen]]\naddress = \"127.0.0.1:0\"\n\
    [[listen]]\naddress = \"127.0.0.2:0\"\naccept-proxy = [\"127.0.0.0/8\"]\n\
    [bridge]\naddress = \"127.0.0.3:0\"\npath = \"/{name}\"\n";

const WEBSOCKET: &str = "Host: a.test\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";

/// Which listener of [`FLOODED`], what is sent to it, and what is then in the log.
fn floods() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let upgrade = |path: &str, origin: &str| {
        format!("GET {path} HTTP/1.1\r\n{WEBSOCKET}Origin: {origin}\r\n\r\n").into_bytes()
    };
    let dropped = format!("GET /dead HTTP/1.0\r\n{WEBSOCKET}\r\n").into_bytes();
    vec![
        (
            "127.0.0.1",
            b"GET / HTTP/1.1\r\n\r\n".to_vec(),
            "xmlsocket://",
        ),
        (
            "127.0.0.1",
            b"\x16\x03\x01\x02\0\x01\0\x01\xfc".to_vec(),
            "`[tls]`",
        ),
        (
            "127.0.0.1",
            b"PROXY UNKNOWN\r\n".to_vec(),
            "add its address to `accept-proxy`",
        ),
        (
            "127.0.0.1",
            b"<policy-file-request/>\\0".to_vec(),
            "`printf`",
        ),
        (
            "127.0.0.2",
            b"no header".to_vec(),
            "without the PROXY header",
        ),
        (
            "127.0.0.3",
            REQUEST.to_vec(),
            "`[bridge]` and `[http]` do not answer policy requests",
        ),
        (
            "127.0.0.3",
            upgrade("/nowhere", "http://www.a.test"),
            "no gate has this path",
        ),
        (
            "127.0.0.3",
            upgrade("/dead", "http://www.b.test"),
            "refused a WebSocket peer=",
        ),
        (
            "127.0.0.3",
            upgrade("/dead", "http://www.a.test"),
            "can't reach a backend",
        ),
        ("127.0.0.3", dropped, "refused a WebSocket: invalid request"),
    ]
}

/// Without `-v`: all messages that a stranger can cause, as fast as possible.
#[test]
fn a_flood_of_each_kind() {
    const EACH: u64 = 400;
    let folder = Folder::new().unwrap();
    let absent = Absent::reserve(([127, 0, 0, 1], 0).into()).unwrap();
    let gate = format!(
        "[[gate]]\nname = \"dead\"\naddress = \"127.0.0.4:0\"\npublic-port = 80\nbackend = \"{}\"\n",
        absent.address()
    );
    let path = folder
        .file("flashgate.toml", FLOODED.to_owned() + &gate)
        .unwrap();
    let arguments = ["serve".into(), "--config".into(), path.into_os_string()];
    let mut daemon = Daemon::builder().args(arguments).start().unwrap();
    let lines = daemon.take_log();
    let addresses: Vec<_> = lines.filter_map(|line| address_in(&line)).collect();
    let begin = Instant::now();
    for (listener, bytes, _) in &floods() {
        let to = addresses.iter().find(|it| it.ip().to_string() == *listener);
        let to = *to.expect("a listener");
        for _ in 0..EACH {
            let mut client = TestClient::connect(to).unwrap();
            client.send(bytes);
            client.hear();
        }
    }
    let seconds = begin.elapsed().as_secs() + 2;
    daemon.terminate().unwrap();
    daemon.wait(TestClient::PATIENCE).unwrap();
    let log: Vec<_> = daemon.take_log().collect();
    for (_, bytes, text) in floods() {
        let lines = log.iter().filter(|line| line.contains(text)).count() as u64;
        let bytes = bytes.escape_ascii();
        assert!(
            (1..=10 * seconds).contains(&lines),
            "{lines} lines for {bytes}"
        );
    }
    for line in &log {
        assert!(line.len() < 1500, "{} bytes: {line}", line.len());
    }
}

/// The content of a refused file reaches the log and `/status.json`, but does not affect a terminal.
#[test]
fn hidden_characters() {
    let hidden = |c: char| matches!(c, '\u{80}'..='\u{9f}' | '\u{202a}'..='\u{202e}');
    let admin = "[admin]\naddress = \"127.0.0.1:0\"\n";
    for format in ["text", "json"] {
        let folder = Folder::new().unwrap();
        let valid = FLOODED.split("[bridge]").next().unwrap().to_owned() + admin;
        let path = folder.file("flashgate.toml", valid).unwrap();
        let arguments = ["serve", "--log-format", format, "--config"];
        let arguments = arguments.map(Into::into).into_iter();
        let arguments = arguments.chain([path.into_os_string()]);
        let mut daemon = Daemon::builder().args(arguments).start().unwrap();
        let text = "[policy.\"\u{202e}\u{9b}31m\"]\nunknown = \"\u{9b}2J\u{202e}\"\n";
        folder.file("flashgate.toml", text).unwrap();
        daemon
            .wait_for_line("not reloaded", TestClient::PATIENCE)
            .unwrap();
        for line in daemon.log() {
            assert!(!line.contains(hidden), "{line:?}");
        }
        let mut client = TestClient::connect(daemon.admin().unwrap()).unwrap();
        client.send(b"GET /status.json HTTP/1.1\r\nHost: localhost\r\n\r\n");
        let status = String::from_utf8(client.hear().bytes).unwrap();
        assert!(status.contains("31m"), "{status}");
        assert!(!status.contains(hidden), "{status:?}");
    }
}
