//! The threads example, tested by a player and ordinary clients over real sockets.

#![cfg(test)]

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use flash_policy::accept::{AcceptConfig, Linger, PolicyAcceptor, Timing};
use flash_policy::{Policy, REQUEST, Reply};

#[path = "../examples/threads.rs"]
#[expect(dead_code, reason = "the test starts the server without `main`")]
mod threads;

fn reply() -> Reply {
    Reply::new(&Policy::new().allow("www.example.com", 9339).unwrap()).unwrap()
}

/// Starts the server. Its thread ends with the test process.
fn start(limits: impl FnOnce(AcceptConfig) -> AcceptConfig) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let acceptor = PolicyAcceptor::from(limits(AcceptConfig::new(reply())));
    thread::spawn(move || threads::serve(&listener, &acceptor));
    address
}

fn connect(address: SocketAddr) -> TcpStream {
    let client = TcpStream::connect(address).unwrap();
    let limit = Some(Duration::from_secs(30));
    client.set_read_timeout(limit).unwrap();
    client
}

fn heard(mut client: TcpStream) -> Vec<u8> {
    let mut heard = Vec::new();
    client.read_to_end(&mut heard).unwrap();
    heard
}

/// Sends this and returns the answer, up to the end of the stream.
fn answer(address: SocketAddr, sent: &[u8]) -> Vec<u8> {
    let mut client = connect(address);
    client.write_all(sent).unwrap();
    client.shutdown(Shutdown::Write).unwrap();
    heard(client)
}

#[test]
fn a_player_gets_the_policy() {
    let mut client = connect(start(|config| config));
    client.write_all(REQUEST).unwrap();
    assert_eq!(heard(client), reply().as_bytes());
}

/// No reset destroys the reply, whatever follows the request and wherever it is split.
#[test]
fn bytes_behind_the_request() {
    let address = start(|config| config);
    for length in [1, 41, 42, 10_000] {
        let sent = [REQUEST, &vec![b'x'; length][..]].concat();
        for _ in 0..20 {
            assert_eq!(answer(address, &sent), reply().as_bytes());
        }
    }
    for cut in 0..REQUEST.len() {
        let mut client = connect(address);
        client.set_nodelay(true).unwrap();
        client.write_all(&REQUEST[..cut]).unwrap();
        client.write_all(&REQUEST[cut..]).unwrap();
        assert_eq!(heard(client), reply().as_bytes(), "cut at {cut}");
    }
}

#[test]
fn everything_else_is_echoed() {
    let address = start(|config| config);
    let long = vec![b'x'; 100_000];
    for sent in [&b"<msg t='sys'/>"[..], b"<policy", b"", b"LOGIN\0", &long] {
        assert_eq!(answer(address, sent), sent);
    }
}

/// No wait exceeds the limits: for a terminator, for the rest of a request, for a client that does not end its side.
#[test]
fn deadlines() {
    let short = Duration::from_millis(20);
    let address = start(|config| {
        let linger = Linger::default().between_reads(short);
        config.timing(Timing::default().bare(short)).linger(linger)
    });
    let mut client = connect(address);
    client.write_all(&REQUEST[..22]).unwrap();
    assert_eq!(heard(client), reply().as_bytes());

    let address = start(|config| config.timing(Timing::default().request(short)));
    let mut client = connect(address);
    client.write_all(b"<policy").unwrap();
    let mut echoed = [0; 7];
    client.read_exact(&mut echoed).unwrap();
    assert_eq!(&echoed, b"<policy");
    // It is an ordinary client from here on, so nothing more is recognized.
    client.write_all(REQUEST).unwrap();
    client.shutdown(Shutdown::Write).unwrap();
    assert_eq!(heard(client), REQUEST);
}

/// The number of threads is bounded. Clients that send nothing count, and a client that leaves makes room.
#[test]
fn too_many_clients() {
    let address = start(|config| config);
    let mut silent: Vec<_> = (0..threads::MOST).map(|_| connect(address)).collect();
    // Connections are accepted in order.
    assert!(is_closed(connect(address)), "one more than allowed");
    silent.pop();
    while is_closed(connect(address)) {}
}

/// Whether the server closes the connection rather than echo what it sends.
fn is_closed(mut client: TcpStream) -> bool {
    client.write_all(b"x").is_err()
        || match client.read(&mut [0]) {
            Ok(count) => count == 0,
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::ConnectionReset);
                true
            }
        }
}
