//! Limits: per address, in total, and on descriptors.

use std::net::Ipv4Addr;
use std::time::Duration;

use testkit::backend::{BackendBehaviour, TestBackend};
use testkit::client::{StreamEnd, TestClient};
use testkit::load::REQUEST;
use testkit::{cpu, needs, until};

use super::{LIMIT, Running, asks, config, echoes, is_answered, start, start_through};

fn gate(backend: &TestBackend, limits: &str) -> Running {
    start(&config(
        backend.address(),
        "",
        &format!("[limits]\nexempt = []\n{limits}\n"),
    ))
}

/// An open relay from an address.
#[track_caller]
fn relay(gate: &Running, from: Ipv4Addr) -> TestClient {
    let mut client = TestClient::connect_from(from, gate.address()).unwrap();
    echoes(&mut client, b"LOGIN");
    client
}

const ONE: Ipv4Addr = Ipv4Addr::new(127, 0, 1, 1);
const TWO: Ipv4Addr = Ipv4Addr::new(127, 0, 1, 2);

#[test]
fn relays_of_an_address() {
    let backend = TestBackend::start(BackendBehaviour::Echo).unwrap();
    let gate = gate(&backend, "relays-per-address = 2");
    let mut open = [relay(&gate, ONE), relay(&gate, ONE)];
    let mut third = TestClient::connect_from(ONE, gate.address()).unwrap();
    third.send(b"LOGIN");
    let heard = third.hear();
    assert!(
        heard.bytes.is_empty() && heard.end != StreamEnd::None,
        "{heard:?}"
    );
    let mut policy = TestClient::connect_from(ONE, gate.address()).unwrap();
    policy.send(REQUEST);
    is_answered(&mut policy);
    relay(&gate, TWO);
    for client in &mut open {
        echoes(client, b"still here");
    }
    let [first, _second] = open;
    first.half_close().unwrap();
    drop(first);
    let freed = until(LIMIT, || {
        let mut client = TestClient::connect_from(ONE, gate.address()).unwrap();
        client.send(b"x");
        client.half_close().unwrap();
        client.hear().bytes == b"x"
    });
    assert!(freed, "an ended relay still counts");
}

/// A relay no longer counts among the unrecognized connections.
#[test]
fn relays_leave_the_address_free() {
    let backend = TestBackend::start(BackendBehaviour::Echo).unwrap();
    let gate = gate(&backend, "per-address = 2");
    let mut open: Vec<_> = (0..20).map(|_| relay(&gate, ONE)).collect();
    let mut policy = TestClient::connect_from(ONE, gate.address()).unwrap();
    policy.send(REQUEST);
    is_answered(&mut policy);
    for client in &mut open {
        echoes(client, b"still here");
    }
}

/// The total limit: a client over it gets a clean close, and a policy request still gets a place.
#[test]
fn relays_leave_room_for_requests() {
    let backend = TestBackend::start(BackendBehaviour::Echo).unwrap();
    let mut gate = gate(&backend, "connections = 16\nrate-per-address = \"off\"");
    let mut open: Vec<_> = (0..12).map(|_| relay(&gate, ONE)).collect();
    for _ in 0..20 {
        let mut next = gate.client();
        next.send(b"LOGIN");
        let heard = next.hear();
        assert_eq!(
            (heard.bytes.as_slice(), heard.end),
            (&b""[..], StreamEnd::Fin)
        );
    }
    let heard = backend.record(Duration::from_millis(200));
    assert!(
        heard.is_err(),
        "the server need not be contacted: {heard:?}"
    );
    let line = "no room to forward another connection";
    let line = gate.daemon.wait_for_line(line, LIMIT).unwrap();
    assert!(
        line.contains("limit=\"connections\" relaying=12 most=12"),
        "{line}"
    );
    for _ in 0..100 {
        asks(gate.address());
    }
    for client in &mut open {
        echoes(client, b"still here");
    }
    open.pop();
    let freed = until(LIMIT, || {
        let mut client = gate.client();
        client.send(b"x");
        client.half_close().unwrap();
        client.hear().bytes == b"x"
    });
    assert!(freed, "an ended relay still counts");
}

/// More clients than descriptors: the served ones stay, nothing spins, and requests are answered.
#[test]
fn few_descriptors() {
    if !needs::met(needs::program("prlimit")) {
        return;
    }
    let backend = TestBackend::start(BackendBehaviour::Echo).unwrap();
    let mut gate = start_through(
        &["prlimit", "--nofile=128"],
        &config(backend.address(), "", ""),
    );
    asks(gate.address());
    let before = gate.descriptors();
    let mut open = Vec::new();
    for _ in 0..60 {
        let mut client = gate.client();
        client.send(b"LOGIN");
        let mut login = [0; 5];
        if client.read_exact(&mut login).is_ok() {
            open.push(client);
        }
    }
    assert!((8..40).contains(&open.len()), "{} of 60", open.len());
    let line = "no room to forward another connection";
    let line = gate.daemon.wait_for_line(line, LIMIT).unwrap();
    assert!(line.contains("limit=\"open files\""), "{line}");
    asks(gate.address());
    let spent = cpu::time(gate.daemon.pid()).unwrap();
    let silent: Vec<_> = (0..60).map(|_| gate.client()).collect();
    // The test measures what it does while clients wait.
    std::thread::sleep(Duration::from_secs(2));
    let spent = cpu::time(gate.daemon.pid())
        .unwrap()
        .checked_sub(spent)
        .unwrap();
    assert!(
        spent < Duration::from_millis(200),
        "{spent:?} of CPU in 2 s without descriptors"
    );
    drop(silent);
    for client in &mut open {
        echoes(client, b"still here");
    }
    asks(gate.address());
    drop(open);
    gate.lets_go(before);
    relay(&gate, ONE);
}
