//! Clients that were answered and do not close: they take no other client's place, and their number is limited.

use std::time::Duration;

use testkit::client::{StreamEnd, TestClient};
use testkit::daemon::{Daemon, POLICY};
use testkit::{cpu, needs, until};

const LIMIT: Duration = Duration::from_secs(20);

/// A client that sends one byte more than its request, is answered, and stays.
fn lingering(daemon: &Daemon) -> TestClient {
    let mut client = TestClient::connect(daemon.address()).unwrap();
    client.send(b"<policy-file-request/>\0x");
    let mut policy = vec![0; POLICY.len() + 1];
    client.read_exact(&mut policy).unwrap();
    assert_eq!(policy, [POLICY, b"\0"].concat());
    client
}

/// Whether the server has closed, so that sent data causes a reset.
fn is_closed(client: &mut TestClient) -> bool {
    until(LIMIT, || !client.send(b"x"))
}

/// A client whose request arrives in two pieces, so that it needs a place.
fn asks_slowly(daemon: &Daemon) {
    let mut client = TestClient::connect(daemon.address()).unwrap();
    client.send(b"<policy-file-");
    client.send(b"request/>\0");
    let heard = client.hear();
    assert_eq!(
        (heard.bytes, heard.end),
        ([POLICY, b"\0"].concat(), StreamEnd::Fin)
    );
}

fn with_descriptors(limit: u32) -> Option<Daemon> {
    needs::met(needs::program("prlimit")).then(|| {
        Daemon::builder()
            .through(["prlimit", &format!("--nofile={limit}")])
            .args(["serve", "--listen", "127.0.0.1:0", "--allow", "a.test:80"])
            .start()
            .unwrap()
    })
}

/// 64 descriptors are places for 31 connections, of which 7 may linger: of 30, the first 23 are closed.
#[test]
fn the_oldest_gives_way() {
    let Some(daemon) = with_descriptors(64) else {
        return;
    };
    let mut clients: Vec<_> = (0..30).map(|_| lingering(&daemon)).collect();
    assert!(clients.iter_mut().take(23).all(is_closed));
    asks_slowly(&daemon);
    for client in &mut clients[23..] {
        assert!(client.send(b"x") && client.send(b"x"));
    }
    assert!(cpu::open_files(daemon.pid()).unwrap() < 40);
}

/// 40 linger where 223 connections fit: 160 others have their places, and then 223, for which all 40 are closed.
#[test]
fn they_take_no_place() {
    let Some(daemon) = with_descriptors(256) else {
        return;
    };
    let clients: Vec<_> = (0..40).map(|_| lingering(&daemon)).collect();
    let mut waiting: Vec<_> = (0..160)
        .map(|_| TestClient::connect(daemon.address()).unwrap())
        .collect();
    asks_slowly(&daemon);
    for client in &mut waiting {
        client.send(b"<policy-file-request/>\0");
        assert_eq!(client.hear().end, StreamEnd::Fin);
    }
    drop(waiting);
    let mut waiting: Vec<_> = (0..223)
        .map(|_| TestClient::connect(daemon.address()).unwrap())
        .collect();
    for client in &mut waiting {
        client.send(b"<policy-file-");
    }
    let mut clients = clients;
    assert!(clients.iter_mut().all(is_closed));
    for client in &mut waiting {
        client.send(b"request/>\0");
        assert_eq!(client.hear().end, StreamEnd::Fin);
    }
}
