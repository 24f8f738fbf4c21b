//! Half-close, close and reset have the same effect through a gate as without one.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::thread;
use std::time::Duration;

use socket2::SockRef;
use testkit::backend::{BackendBehaviour, TestBackend};
use testkit::client::{StreamEnd, TestClient};
use testkit::{figure, until};

use super::{LIMIT, Running, config, start};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    HalfClose,
    Close,
    Reset,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum First {
    Client,
    Backend,
}

const ACTS: [Act; 3] = [Act::HalfClose, Act::Close, Act::Reset];

/// Does the action; returns the socket if it is still open.
fn act(act: Act, stream: TcpStream) -> Option<TcpStream> {
    match act {
        // This fails if the peer has reset the connection, which the scene has already recorded.
        Act::HalfClose => drop(stream.shutdown(Shutdown::Write)),
        Act::Close => return None,
        Act::Reset => {
            SockRef::from(&stream)
                .set_linger(Some(Duration::ZERO))
                .unwrap();
            return None;
        }
    }
    Some(stream)
}

/// Writes until it sees the peer's reset.
fn write_until_reset(mut stream: &TcpStream) -> ErrorKind {
    loop {
        if let Err(error) = stream.write_all(b"x") {
            return error.kind();
        }
        thread::yield_now();
    }
}

fn read_to_end(mut stream: &TcpStream) -> (Vec<u8>, Option<ErrorKind>) {
    let mut bytes = Vec::new();
    let end = stream.read_to_end(&mut bytes);
    (bytes, end.err().map(|error| error.kind()))
}

/// What both sides see when one acts and then the other does, after both have sent something.
fn scene(first: Act, then: Act, mut one: TcpStream, mut other: TcpStream) -> Vec<String> {
    let mut seen = Vec::new();
    let mut note = |what: &str, thing: &dyn std::fmt::Debug| seen.push(format!("{what} {thing:?}"));
    one.write_all(b"before").unwrap();
    // So that a reset cannot overtake it.
    other.read_exact(&mut [0; 6]).unwrap();
    let left = act(first, one);
    note("other reads", &read_to_end(&other));
    if let Some(one) = left {
        other.write_all(b"after").unwrap();
        let mut after = [0; 5];
        (&one).read_exact(&mut after).unwrap();
        let other = act(then, other);
        note("one reads", &read_to_end(&one));
        drop(other);
    } else {
        note("other fails", &write_until_reset(&other));
        act(then, other);
    }
    seen
}

/// A client and the backend's end of its connection, after both have sent something.
fn connected(backend: &TestBackend, to: std::net::SocketAddr) -> (TcpStream, TcpStream) {
    let mut client = TestClient::connect(to).unwrap();
    client.send(b"hello");
    let mut called = backend.next(LIMIT).unwrap();
    called.read_exact(&mut [0; 5]).unwrap();
    (client.into_stream(), called)
}

#[test]
fn every_order_is_as_without_a_gate() {
    let backend = TestBackend::start(BackendBehaviour::Hold).unwrap();
    let gate = start(&config(backend.address(), "", ""));
    let before = gate.descriptors();
    for first in ACTS {
        for then in ACTS {
            for who in [First::Client, First::Backend] {
                let seen = [backend.address(), gate.address()].map(|to| {
                    let (client, called) = connected(&backend, to);
                    match who {
                        First::Client => scene(first, then, client, called),
                        First::Backend => scene(first, then, called, client),
                    }
                });
                assert_eq!(seen[1], seen[0], "{first:?} by {who:?}, then {then:?}");
            }
        }
    }
    gate.lets_go(before);
    figure::report(
        "R16",
        "9 orders of half-close, close and reset, by either side: each as without a gate"
            .to_owned(),
    );
}

/// If one side has closed and the other is silent, the relay is closed, and the other side gets a reset.
#[test]
fn half_open_relays_are_reaped() {
    let backend = TestBackend::start(BackendBehaviour::Hold).unwrap();
    let mut gate = start(&config(
        backend.address(),
        "",
        "[limits]\nhalf-open = \"1s\"\n",
    ));
    let before = gate.descriptors();
    for who in [First::Client, First::Backend] {
        let (client, called) = connected(&backend, gate.address());
        let (ended, silent) = match who {
            First::Client => (client, called),
            First::Backend => (called, client),
        };
        ended.shutdown(Shutdown::Write).unwrap();
        assert_eq!(
            read_to_end(&silent),
            (Vec::new(), None),
            "the close is forwarded at once"
        );
        let mut ended = TestClient::from_stream(ended).unwrap();
        assert_eq!(ended.hear().end, StreamEnd::Reset, "{who:?}");
        assert!(ended.elapsed() >= Duration::from_millis(900));
        assert!(
            ended.elapsed() < Duration::from_secs(10),
            "{:?}",
            ended.elapsed()
        );
        gate.daemon
            .next_line_with("half-open-timeout", LIMIT)
            .unwrap();
        drop(silent);
    }
    gate.lets_go(before);
    assert_eq!(close_waits(&gate, &backend), 0);
    figure::report(
        "R16",
        "no socket in CLOSE_WAIT once `half-open` is over, on either side".to_owned(),
    );
}

/// Sockets of the gate whose peer has closed while the gate has not: those of its clients, and those to its backend.
fn close_waits(gate: &Running, backend: &TestBackend) -> usize {
    let port = |port: u16| format!(":{port:04X}");
    let (own, backend) = (port(gate.address().port()), port(backend.address().port()));
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"].map(std::fs::read_to_string);
    // A machine without IPv6 has no such table.
    let lines = tables.iter().flatten().flat_map(|table| table.lines());
    let fields = lines.map(|line| line.split_whitespace().collect::<Vec<_>>());
    let of_gate = |line: &&Vec<&str>| line[1].ends_with(&own) || line[2].ends_with(&backend);
    fields
        .collect::<Vec<_>>()
        .iter()
        .filter(of_gate)
        .filter(|line| line[3] == "08")
        .count()
}

/// Checks both tables while waiting for an end: a socket in `CLOSE_WAIT` is noticed on either side.
#[test]
fn close_waits_are_seen() {
    let backend = TestBackend::start(BackendBehaviour::Hold).unwrap();
    let gate = start(&config(backend.address(), "", ""));
    for who in [First::Client, First::Backend] {
        let (client, called) = connected(&backend, gate.address());
        let (ended, silent) = match who {
            First::Client => (&client, &called),
            First::Backend => (&called, &client),
        };
        ended.shutdown(Shutdown::Write).unwrap();
        assert_eq!(read_to_end(silent), (Vec::new(), None));
        assert_eq!(close_waits(&gate, &backend), 1, "{who:?}");
        silent.shutdown(Shutdown::Write).unwrap();
        let gone = until(LIMIT, || close_waits(&gate, &backend) == 0);
        assert!(gone, "{who:?}");
    }
}

/// With a limit on silence, an idle relay is cut; every byte restarts the limit.
#[test]
fn idle_relays() {
    let backend = TestBackend::start(BackendBehaviour::Echo).unwrap();
    let mut gate = start(&config(backend.address(), "", "[limits]\nidle = \"1s\"\n"));
    let mut client = gate.client();
    for _ in 0..4 {
        super::echoes(&mut client, b"still here");
        assert!(
            !client.stirs_within(Duration::from_millis(500)),
            "cut too early"
        );
    }
    assert_eq!(client.hear().end, StreamEnd::Reset);
    gate.daemon.next_line_with("idle-timeout", LIMIT).unwrap();
}

/// The log says how each of them ended.
#[test]
fn reasons() {
    let backend = TestBackend::start(BackendBehaviour::Hold).unwrap();
    let mut gate = start(&config(backend.address(), "", ""));
    for (client_acts, backend_acts, reason) in [
        (Some(Act::Close), Some(Act::Close), "relayed"),
        (Some(Act::Reset), None, "client-reset"),
        (None, Some(Act::Reset), "backend-reset"),
    ] {
        let (client, called) = connected(&backend, gate.address());
        let client = match client_acts {
            Some(what) => act(what, client),
            None => Some(client),
        };
        let called = match backend_acts {
            Some(what) => act(what, called),
            None => Some(called),
        };
        let line = gate
            .daemon
            .next_line_with("connection ended", LIMIT)
            .unwrap();
        assert!(line.contains(&format!("outcome=\"{reason}\"")), "{line}");
        drop((client, called));
    }
}
