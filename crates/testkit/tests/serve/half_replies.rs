//! A reply that cannot be sent completely never looks complete: it ends in a reset, whatever the cause.

use std::fmt::Write as _;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use socket2::{Domain, Socket, Type};
use testkit::client::{StreamEnd, TestClient, fetch};
use testkit::daemon::Daemon;
use testkit::folder::Folder;
use testkit::load::REQUEST;
use testkit::namespace::{self, Namespace};
use testkit::needs;

/// A policy near the limit of 64 KiB.
fn large() -> String {
    let mut text = "<cross-domain-policy>\n".to_owned();
    for number in 0..900 {
        writeln!(
            text,
            "<allow-access-from domain=\"n{number:04}.a.test\" to-ports=\"9339\"/>"
        )
        .unwrap();
    }
    text + "</cross-domain-policy>"
}

/// Runs a check in a network whose sockets have minimal buffers.
fn among_small_buffers(check: impl FnOnce(Daemon, SocketAddr) + Send) {
    if !needs::met(namespace::missing()) {
        return;
    }
    let network = Namespace::new().expect("a namespace");
    network
        .set_sysctl("net.ipv4.tcp_wmem", "4096 4096 4096")
        .expect("a setting");
    let folder = Folder::new().expect("a folder");
    let policy = folder.file("policy.xml", large()).expect("a file");
    let inside = || {
        let daemon = Daemon::serve(["-v".into(), "--policy".into(), policy.into_os_string()])
            .expect("a daemon");
        let address = daemon.address();
        check(daemon, address);
    };
    network.run(inside).expect("a run in the namespace");
}

/// Asks, and reads none of the answer; part of it has arrived.
fn stalled(address: SocketAddr) -> TcpStream {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    socket.set_recv_buffer_size(2048).expect("a small buffer");
    socket.connect(&address.into()).expect("a connection");
    let mut client = TcpStream::from(socket);
    client.write_all(REQUEST).expect("a request sent");
    client.peek(&mut [0]).expect("a beginning");
    // A client that reads gets all of it, and by then the daemon has handled everything before.
    assert_eq!(
        fetch(address).expect("a fetch").bytes.len(),
        large().len() + 1
    );
    client
}

/// What is left for a client to read, and how it ends.
#[track_caller]
fn check_reset(mut client: TcpStream) {
    let mut bytes = Vec::new();
    client.set_read_timeout(Some(TestClient::PATIENCE)).unwrap();
    let end = client.read_to_end(&mut bytes).map_err(|error| error.kind());
    assert!(
        bytes.len() < large().len(),
        "the whole reply arrived: {} bytes",
        bytes.len()
    );
    assert_eq!(
        end,
        Err(ErrorKind::ConnectionReset),
        "after {} bytes",
        bytes.len()
    );
}

#[test]
fn a_client_that_takes_nothing() {
    among_small_buffers(|mut daemon, address| {
        let client = stalled(address);
        daemon
            .wait_for_line("outcome=\"write-failed\"", TestClient::PATIENCE)
            .unwrap();
        check_reset(client);
    });
}

#[test]
fn a_client_that_goes_away() {
    among_small_buffers(|mut daemon, address| {
        drop(stalled(address));
        daemon
            .wait_for_line("outcome=\"write-failed\"", TestClient::PATIENCE)
            .unwrap();
        assert_eq!(fetch(address).unwrap().end, StreamEnd::Fin);
    });
}

/// A client that reads late gets the whole reply, with a clean close.
#[test]
fn a_client_that_goes_on() {
    among_small_buffers(|_daemon, address| {
        let mut client = stalled(address);
        let mut bytes = Vec::new();
        client.read_to_end(&mut bytes).unwrap();
        assert_eq!(bytes, [large().as_bytes(), b"\0"].concat());
    });
}

#[test]
fn a_stop_at_once() {
    among_small_buffers(|mut daemon, address| {
        let client = stalled(address);
        daemon.terminate().unwrap();
        daemon
            .wait_for_line("stopping", TestClient::PATIENCE)
            .unwrap();
        daemon.terminate().unwrap();
        assert_eq!(daemon.wait(TestClient::PATIENCE).unwrap().code(), Some(0));
        check_reset(client);
    });
}

#[test]
fn a_kill() {
    among_small_buffers(|daemon, address| {
        let client = stalled(address);
        drop(daemon);
        check_reset(client);
    });
}
