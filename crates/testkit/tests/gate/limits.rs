//! How many: of an address, of all, and of descriptors.

use std::net::Ipv4Addr;
use std::time::Duration;

use testkit::backend::{Backend, Manner};
use testkit::client::{Client, End};
use testkit::load::REQUEST;
use testkit::{cpu, needs, until};

use super::{LIMIT, Running, asks, config, echoes, is_answered, start, start_through};

fn gate(backend: &Backend, limits: &str) -> Running {
    start(&config(
        backend.address(),
        "",
        &format!("[limits]\nexempt = []\n{limits}\n"),
    ))
}

/// An open relay from an address.
#[track_caller]
fn relay(gate: &Running, from: Ipv4Addr) -> Client {
    let mut client = Client::connect_from(from, gate.address()).unwrap();
    echoes(&mut client, b"LOGIN");
    client
}

const ONE: Ipv4Addr = Ipv4Addr::new(127, 0, 1, 1);
const TWO: Ipv4Addr = Ipv4Addr::new(127, 0, 1, 2);

#[test]
fn relays_of_an_address() {
    let backend = Backend::start(Manner::Echo).unwrap();
    let gate = gate(&backend, "relays-per-address = 2");
    let mut open = [relay(&gate, ONE), relay(&gate, ONE)];
    let mut third = Client::connect_from(ONE, gate.address()).unwrap();
    third.send(b"LOGIN");
    let heard = third.hear();
    assert!(
        heard.bytes.is_empty() && heard.end != End::None,
        "{heard:?}"
    );
    let mut policy = Client::connect_from(ONE, gate.address()).unwrap();
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
        let mut client = Client::connect_from(ONE, gate.address()).unwrap();
        client.send(b"x");
        client.half_close().unwrap();
        client.hear().bytes == b"x"
    });
    assert!(freed, "an ended relay still counts");
}

/// A relay no longer counts among the connections that have not said what they are.
#[test]
fn relays_leave_the_address_free() {
    let backend = Backend::start(Manner::Echo).unwrap();
    let gate = gate(&backend, "per-address = 2");
    let mut open: Vec<_> = (0..20).map(|_| relay(&gate, ONE)).collect();
    let mut policy = Client::connect_from(ONE, gate.address()).unwrap();
    policy.send(REQUEST);
    is_answered(&mut policy);
    for client in &mut open {
        echoes(client, b"still here");
    }
}

/// All of them together: who comes too late waits in the kernel's queue.
#[test]
fn relays_count_among_all() {
    let backend = Backend::start(Manner::Echo).unwrap();
    let gate = gate(&backend, "connections = 16");
    let mut open: Vec<_> = (0..16).map(|_| relay(&gate, ONE)).collect();
    let mut next = gate.client();
    next.send(b"LOGIN");
    assert!(
        !next.stirs_within(Duration::from_secs(1)),
        "a 17th is served beside 16"
    );
    open.pop();
    let mut login = [0; 5];
    next.read_exact(&mut login).unwrap();
    assert_eq!(&login, b"LOGIN");
    for client in &mut open {
        echoes(client, b"still here");
    }
}

/// More clients than descriptors: those that are served stay so, nothing spins, and none is lost when there is room.
#[test]
fn few_descriptors() {
    if !needs::met(needs::program("prlimit")) {
        return;
    }
    let backend = Backend::start(Manner::Echo).unwrap();
    let gate = start_through(
        &["prlimit", "--nofile=128"],
        &config(backend.address(), "", ""),
    );
    asks(gate.address());
    let before = gate.descriptors();
    let mut clients: Vec<_> = (0..60).map(|_| gate.client()).collect();
    for client in &mut clients {
        client.send(b"LOGIN");
    }
    let (mut open, mut waiting): (Vec<_>, Vec<_>) = clients
        .into_iter()
        .partition_by(|client| client.stirs_within(Duration::from_millis(200)));
    assert!(!open.is_empty(), "none of 60 is served");
    let spent = cpu::time(gate.daemon.pid()).unwrap();
    // What it does while clients wait is what is measured.
    std::thread::sleep(Duration::from_secs(2));
    let spent = cpu::time(gate.daemon.pid())
        .unwrap()
        .checked_sub(spent)
        .unwrap();
    assert!(
        spent < Duration::from_millis(200),
        "{spent:?} of CPU in 2 s of want"
    );
    let mut login = [0; 5];
    for client in &mut open {
        client.read_exact(&mut login).unwrap();
        echoes(client, b"still here");
    }
    drop(open);
    for client in &mut waiting {
        client.read_exact(&mut login).unwrap();
        client.half_close().unwrap();
        assert_eq!((client.hear().end, &login), (End::Fin, b"LOGIN"));
    }
    asks(gate.address());
    drop(waiting);
    gate.lets_go(before);
}

/// Splits by a question that changes whom it asks.
trait Partition<T> {
    fn partition_by(self, is: impl FnMut(&mut T) -> bool) -> (Vec<T>, Vec<T>);
}

impl<T, I: Iterator<Item = T>> Partition<T> for I {
    fn partition_by(self, mut is: impl FnMut(&mut T) -> bool) -> (Vec<T>, Vec<T>) {
        let (mut yes, mut no) = (Vec::new(), Vec::new());
        for mut item in self {
            if is(&mut item) {
                yes.push(item);
            } else {
                no.push(item);
            }
        }
        (yes, no)
    }
}
