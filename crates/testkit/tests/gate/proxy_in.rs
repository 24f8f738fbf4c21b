//! `accept-proxy`: which peers are believed, and what happens to an invalid header.

use std::thread;
use std::time::Duration;

use testkit::backend::{BackendBehaviour, TestBackend};
use testkit::client::{StreamEnd, TestClient};
use testkit::figure;
use testkit::load::REQUEST;
use testkit::scale::short_or_long;

use super::{LIMIT, Running, config, echoes, is_answered, start};

const V1: &[u8] = b"PROXY TCP4 203.0.113.9 203.0.113.1 5000 9339\r\n";
const V1_UNKNOWN: &[u8] = b"PROXY UNKNOWN\r\n";
const V1_SIX: &[u8] = b"PROXY TCP6 2001:db8::9 2001:db8::1 5000 9339\r\n";
const SIGNATURE: &[u8; 12] = b"\r\n\r\n\0\r\nQUIT\n";

/// A header of version 2 of the specification: command, family, addresses, and further bytes.
fn v2(command: u8, family: u8, rest: &[u8]) -> Vec<u8> {
    let length = u16::try_from(rest.len()).unwrap().to_be_bytes();
    [&SIGNATURE[..], &[0x20 | command, family], &length, rest].concat()
}

/// From 203.0.113.9:5000 to 203.0.113.1:9339.
fn v2_four() -> Vec<u8> {
    let addresses = [203, 0, 113, 9, 203, 0, 113, 1, 0x13, 0x88, 0x24, 0x7b];
    v2(1, 0x11, &addresses)
}

fn good() -> Vec<Vec<u8>> {
    let mut with_more = v2_four()[16..].to_vec();
    with_more.extend([0x04, 0, 3, b'a', b'b', b'c']);
    vec![
        V1.to_vec(),
        V1_UNKNOWN.to_vec(),
        V1_SIX.to_vec(),
        v2_four(),
        v2(1, 0x11, &with_more),
        v2(0, 0, &[]),
        v2(1, 0x21, &[7; 36]),
    ]
}

fn trusting(backend: &TestBackend) -> Running {
    start(&config(
        backend.address(),
        "accept-proxy = [\"127.0.0.0/8\"]",
        "",
    ))
}

/// A policy port alone, which trusts this machine.
fn policy_port() -> Running {
    let text = config("127.0.0.1:1", "", "");
    let (policy, _) = text.split_once("[[gate]]").unwrap();
    start(&format!(
        "{policy}[[listen]]\naddress = \"127.0.0.1:0\"\naccept-proxy = [\"127.0.0.0/8\"]\n"
    ))
}

#[test]
fn headers_are_taken_off() {
    let backend = TestBackend::start(BackendBehaviour::Echo).unwrap();
    for gate in [trusting(&backend), policy_port()] {
        for header in good() {
            for cut in [0, 1, 5, header.len() - 1, header.len(), header.len() + 3] {
                let all = [&header[..], REQUEST].concat();
                let mut client = gate.client();
                client.send(&all[..cut]);
                client.send(&all[cut..]);
                is_answered(&mut client);
            }
        }
    }
    let gate = trusting(&backend);
    for header in good() {
        let mut client = gate.client();
        client.send(&header);
        echoes(&mut client, b"LOGIN");
        // Only the first one is a header.
        echoes(&mut client, V1);
    }
}

/// Missing, broken or late: the connection is closed, and the backend receives nothing.
#[test]
fn a_trusted_peer_must_send_one() {
    let backend = TestBackend::start(BackendBehaviour::Hold).unwrap();
    for gate in [trusting(&backend), policy_port()] {
        for bytes in [
            REQUEST,
            &b"LOGIN\r\n"[..],
            b"PROXY TCP4 203.0.113.9 203.0.113.1 5000 70000\r\n<policy-file-request/>\0",
            b"PROXY TCP4 203.0.113.9 203.0.113.1 5000 9339\n<policy-file-request/>\0",
            b"PROXY TCP4 2001:db8::9 203.0.113.1 5000 9339\r\n<policy-file-request/>\0",
            b"PROXY TCP9 203.0.113.9 203.0.113.1 5000 9339\r\n<policy-file-request/>\0",
            b"proxy tcp4 203.0.113.9 203.0.113.1 5000 9339\r\n<policy-file-request/>\0",
            &[b'P'; 200],
            &[&b"PROXY TCP4 "[..], &[b'1'; 200], b"\r\n"].concat(),
            &[&SIGNATURE[..], &[0x31, 0x11, 0, 12]].concat(),
            &[&SIGNATURE[..], &[0x21, 0x11, 0xff, 0xff]].concat(),
            &v2(1, 0x11, &[1, 2, 3]),
            &v2(2, 0x11, &[7; 12]),
        ] {
            let mut client = gate.client();
            client.send(bytes);
            // It may already be closed.
            let _ = client.half_close();
            let heard = client.hear();
            assert_eq!(
                heard.bytes.escape_ascii().to_string(),
                "",
                "to {}",
                bytes.escape_ascii()
            );
            assert_ne!(heard.end, StreamEnd::None, "{}", bytes.escape_ascii());
        }
    }
    assert!(
        !backend.is_called_within(Duration::from_millis(100)),
        "expected a connection to the backend"
    );
}

#[test]
fn the_deadline() {
    let backend = TestBackend::start(BackendBehaviour::Hold).unwrap();
    let gates = [trusting(&backend), policy_port()];
    thread::scope(|scope| {
        for to in gates.iter().map(Running::address) {
            for begun in [&b""[..], &V1[..20], &SIGNATURE[..5]] {
                scope.spawn(move || {
                    let mut client = TestClient::connect(to).unwrap();
                    client.send(begun);
                    let heard = client.hear();
                    assert!(heard.bytes.is_empty() && heard.end != StreamEnd::None);
                    assert!(
                        heard.after > Duration::from_millis(4_500),
                        "{:?}",
                        heard.after
                    );
                    assert!(heard.after < Duration::from_secs(9), "{:?}", heard.after);
                });
            }
        }
    });
    assert!(
        !backend.is_called_within(Duration::from_millis(100)),
        "the backend is called"
    );
}

/// What the operator reads: an IPv4 client is shown as one, however the header writes it, and each mistake is one
/// value.
#[test]
fn what_is_logged() {
    let mut gate = policy_port();
    let mut client = gate.client();
    client.send(b"PROXY TCP6 ::ffff:203.0.113.9 ::ffff:203.0.113.1 5000 9339\r\n");
    client.send(REQUEST);
    is_answered(&mut client);
    let line = gate.daemon.wait_for_line("answered", LIMIT).unwrap();
    assert!(line.contains("peer=203.0.113.9:5000"), "{line}");

    let client = gate.client();
    client.half_close().unwrap();
    let line = gate.daemon.wait_for_line("fault=", LIMIT).unwrap();
    let fault = "fault=\"expected a PROXY header, found the end of the connection\"";
    assert!(line.contains(fault), "{line}");
}

/// After the header, everything works as without one, including the wait for silent clients.
#[test]
fn a_silent_client_behind_a_balancer() {
    let backend =
        TestBackend::start(BackendBehaviour::Greet(b"hello".to_vec(), Duration::ZERO)).unwrap();
    let gate = trusting(&backend);
    let mut client = gate.client();
    client.send(V1);
    let mut greeting = [0; 5];
    client.read_exact(&mut greeting).unwrap();
    assert_eq!(&greeting, b"hello");
}

/// From any other peer, a header is data for the backend, and is not believed.
#[test]
fn strangers_are_not_believed() {
    let backend = TestBackend::start(BackendBehaviour::Echo).unwrap();
    let keys = "accept-proxy = [\"10.0.0.0/8\", \"::1/128\"]";
    let limits = "[limits]\nexempt = [\"203.0.113.9/32\"]\nper-address = \"off\"\nrate-per-address = \"off\"\n";
    let mut gate = start(&config(backend.address(), keys, limits));
    let rounds = short_or_long(300, 1_500);
    let to = gate.address();
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(move || {
                for header in good().iter().cycle().take(rounds * 7 / 2) {
                    let mut client = TestClient::connect(to).unwrap();
                    echoes(&mut client, &[&header[..], REQUEST].concat());
                }
            });
        }
    });
    let line = gate
        .daemon
        .wait_for_line("connection ended", LIMIT)
        .unwrap();
    assert!(line.contains("127.0.0.1"), "{line}");
    let believed = gate
        .daemon
        .log()
        .iter()
        .filter(|line| line.contains("peer=203.0.113.9"));
    assert_eq!(believed.count(), 0);
    figure::report(
        "R28",
        format!(
            "{} PROXY headers from untrusted peers: each was forwarded as data",
            rounds * 7 / 2 * 2
        ),
    );
}

/// The limits count the clients, not the balancer.
#[test]
fn limits_go_by_the_address_told() {
    let backend = TestBackend::start(BackendBehaviour::Echo).unwrap();
    let limits = "[limits]\nexempt = []\nrelays-per-address = 1\n";
    let keys = "accept-proxy = [\"127.0.0.0/8\"]";
    let gate = start(&config(backend.address(), keys, limits));
    let from = |host: u8| {
        let mut client = gate.client();
        client.send(format!("PROXY TCP4 203.0.113.{host} 203.0.113.1 5000 9339\r\n").as_bytes());
        client
    };
    let mut open: Vec<_> = (1..=5).map(from).collect();
    for client in &mut open {
        echoes(client, b"LOGIN");
    }
    let mut second = from(3);
    second.send(b"LOGIN");
    let heard = second.hear();
    assert!(
        heard.bytes.is_empty() && heard.end != StreamEnd::None,
        "{heard:?}"
    );
}
