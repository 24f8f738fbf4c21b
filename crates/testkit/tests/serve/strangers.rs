//! Connections without a policy request: closed, at once or at the deadline, without a byte of answer and without
//! affecting other clients.

use std::time::Duration;

use testkit::client::{ReceivedBytes, StreamEnd, TestClient, fetch};
use testkit::cpu::private_kb;
use testkit::daemon::Daemon;

/// The deadline for the first bytes, and how much longer a busy machine may take.
const DEADLINE: Duration = Duration::from_secs(10);
const SLACK: Duration = Duration::from_secs(5);

fn daemon() -> Daemon {
    Daemon::serve(["--allow", "a.test:80"]).expect("a daemon")
}

fn say(daemon: &Daemon, bytes: &[u8]) -> ReceivedBytes {
    let mut client = TestClient::connect(daemon.address()).expect("a connection");
    client.send(bytes);
    client.hear()
}

#[test]
fn closed_at_once() {
    let daemon = daemon();
    for bytes in [
        &b"LOGIN\n"[..],
        b"\0",
        b"<",
        b"<policy-file-request/x",
        b"<msg t='sys'>",
        b"\x80\x00\x01\xff",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /crossdomain.xml HTTP/1.1\r\nHost: a.test\r\n\r\n",
    ] {
        let heard = if bytes == b"<" {
            // Not a stranger yet: it closes the stream itself.
            let mut client = TestClient::connect(daemon.address()).unwrap();
            client.send(bytes);
            client.half_close().unwrap();
            client.hear()
        } else {
            say(&daemon, bytes)
        };
        assert_eq!(heard.bytes, b"", "{bytes:?}");
        assert_ne!(heard.end, StreamEnd::None, "{bytes:?}");
        assert!(
            heard.after < DEADLINE,
            "{bytes:?} was closed after {:?}",
            heard.after
        );
    }
    assert_eq!(fetch(daemon.address()).unwrap().end, StreamEnd::Fin);
}

/// Silence, and a byte now and then: the deadline is absolute, and others are served during it.
#[test]
fn closed_at_the_deadline() {
    let daemon = daemon();
    let mut silent = TestClient::connect(daemon.address()).unwrap();
    let mut slow = TestClient::connect(daemon.address()).unwrap();
    let drip = std::thread::spawn(move || {
        let mut sent = 0;
        for byte in b"<policy-file-request/>".iter().cycle().take(20) {
            if !slow.send(&[*byte]) || slow.stirs_within(Duration::from_secs(1)) {
                break;
            }
            sent += 1;
        }
        (sent, slow.hear())
    });
    for _ in 0..100 {
        assert_eq!(fetch(daemon.address()).unwrap().end, StreamEnd::Fin);
    }
    let heard = silent.hear();
    assert_eq!((heard.end, heard.bytes.len()), (StreamEnd::Fin, 0));
    assert!(
        (DEADLINE..DEADLINE + SLACK).contains(&heard.after),
        "silence ended after {:?}",
        heard.after
    );
    let (sent, heard) = drip.join().unwrap();
    assert_eq!(heard.bytes, b"", "{sent} bytes sent");
    assert!(
        (DEADLINE..DEADLINE + SLACK).contains(&heard.after),
        "a slow client ended after {:?}",
        heard.after
    );
}

/// 1 MiB of garbage from each of many clients, and 32 MiB after a request: none of it is kept.
#[test]
fn garbage_is_not_kept() {
    let daemon = daemon();
    fetch(daemon.address()).unwrap();
    let before = private_kb(daemon.pid()).unwrap();
    let garbage = vec![b'x'; 1 << 20];
    for _ in 0..32 {
        assert_eq!(say(&daemon, &garbage).bytes, b"");
    }
    let mut client = TestClient::connect(daemon.address()).unwrap();
    // In one write: a player that has sent exactly its request sends nothing more, and is closed at once.
    client.send(&[b"<policy-file-request/>\0", &garbage[..]].concat());
    for _ in 0..31 {
        assert!(
            client.send(&garbage),
            "bytes after a request must be read to their end"
        );
    }
    client.half_close().unwrap();
    let heard = client.hear();
    assert_eq!((heard.end, heard.bytes.last()), (StreamEnd::Fin, Some(&0)));
    let after = private_kb(daemon.pid()).unwrap();
    assert!(
        after < before + 1024,
        "memory went from {before} to {after} kB"
    );
}

#[test]
fn http_is_logged_with_a_hint() {
    let mut daemon = daemon();
    say(
        &daemon,
        b"GET /crossdomain.xml HTTP/1.1\r\nHost: \x1b[31m\r\n\r\n",
    );
    let line = daemon
        .wait_for_line("no policy request", TestClient::PATIENCE)
        .unwrap();
    assert!(
        line.contains("xmlsocket://") && line.contains("GET /crossdomain.xml"),
        "{line}"
    );
    assert!(!line.chars().any(char::is_control), "{line:?}");
    // A flood of them causes at most one line a second.
    for _ in 0..500 {
        say(&daemon, b"GET / HTTP/1.1\r\n\r\n");
    }
    fetch(daemon.address()).unwrap();
    let hints = daemon
        .log()
        .iter()
        .filter(|line| line.contains("no policy request"))
        .count();
    assert!(hints < 20, "{hints} lines for 501 requests");
}

/// Each mistake that only the log can explain: one line with the fix, and not one for each connection.
#[test]
fn mistakes_are_logged_with_a_hint() {
    const TAG: &[u8] = b"<policy-file-request/>";
    let v2 = [
        b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c",
        &[0; 12][..],
        TAG,
        b"\0",
    ]
    .concat();
    let cases: &[(&[u8], &str)] = &[
        (
            b"PROXY TCP4 192.0.2.9 192.0.2.1 40000 843\r\n<policy-file-request/>\0",
            "`accept-proxy`",
        ),
        (
            b"PROXY UNKNOWN\r\n<policy-file-request/>\0",
            "`accept-proxy`",
        ),
        (&v2, "`accept-proxy`"),
        (b"<policy-file-request/>\\0", "`printf`"),
        (b"<policy-file-request/>%00", "`printf`"),
        (b"<POLICY-FILE-REQUEST/>\0", "lower case"),
        (b"\xef\xbb\xbf<policy-file-request/>\0", "byte order mark"),
        (b"\"<policy-file-request/>\"\0", "quotation marks"),
        (b"\n<policy-file-request/>\0", "whitespace"),
        (b"\0\x17<policy-file-request/>\0", "length"),
        (b"<policy_file_request/>\0", "exactly"),
        (b"GET / HTTP/1.1\r\n\r\n", "xmlsocket://"),
        (b"\x16\x03\x01\x02\0\x01\0\x01\xfc", "`[tls]`"),
    ];
    for (bytes, remedy) in cases {
        let mut daemon = daemon();
        for _ in 0..100 {
            assert_eq!(say(&daemon, bytes).bytes, b"", "{bytes:?}");
        }
        let line = daemon.wait_for_line("no policy request", TestClient::PATIENCE);
        let line = line.unwrap_or_else(|error| panic!("{error}: {}", bytes.escape_ascii()));
        assert!(line.contains(" WARN ") && line.contains(remedy), "{line}");
        assert!(line.contains("peer=127.0.0.1:"), "{line}");
        let lines = daemon.log().iter();
        let lines = lines.filter(|line| line.contains("no policy request"));
        assert!(lines.count() < 20, "{}", bytes.escape_ascii());
    }
}

/// A game's own messages, noise and silence are not mistakes.
#[test]
fn strangers_get_no_hint() {
    let mut daemon = daemon();
    for bytes in [
        &b"<msg t='sys'>\0"[..],
        b"<policy>\0",
        b"hello",
        b"\0\0\0\x17",
        b"PROXY me\r\n",
    ] {
        say(&daemon, bytes);
    }
    fetch(daemon.address()).unwrap();
    daemon.terminate().unwrap();
    daemon.wait(TestClient::PATIENCE).unwrap();
    let lines: Vec<_> = daemon
        .take_log()
        .filter(|line| line.contains("WARN"))
        .collect();
    assert_eq!(lines, [""; 0]);
}
