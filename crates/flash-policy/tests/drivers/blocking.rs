//! Blocking sockets.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use flash_policy::accept::{AcceptConfig, Accepted, PolicyAcceptor, Prefixed, StreamKind, Timing};
use flash_policy::{REQUEST, Reply};
use socket2::{Domain, Socket, Type};

use crate::wire::{Served, check_all, config};

#[test]
fn every_connection_of_the_table() {
    check_all(|| {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let serving = thread::spawn(move || {
            let (socket, _) = listener.accept().unwrap();
            let acceptor = PolicyAcceptor::from(config());
            match acceptor.accept_blocking(socket).unwrap() {
                Accepted::Answered(_) => None,
                Accepted::Stream(stream, kind) => Some(served(stream, kind)),
            }
        });
        (address, move || serving.join().unwrap())
    });
}

fn served(mut stream: Prefixed<TcpStream>, kind: StreamKind) -> Served {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    Served { kind, bytes }
}

fn connection() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    (client, listener.accept().unwrap().0)
}

/// A game's `G` is handed on at once, and the stream has the timeouts that it had before.
#[test]
fn what_is_returned_is_as_it_was() {
    let hour = Duration::from_secs(3600);
    let acceptor = PolicyAcceptor::from(config().timing(Timing::default().request(hour)));
    for timeout in [None, Some(Duration::from_secs(7))] {
        let (mut client, server) = connection();
        server.set_read_timeout(timeout).unwrap();
        server.set_write_timeout(timeout).unwrap();
        client.write_all(b"G").unwrap();
        let accepted = acceptor.accept_blocking(server).unwrap();
        let Accepted::Stream(mut stream, StreamKind::Other) = accepted else {
            panic!("{accepted:?}")
        };
        assert_eq!(stream.unread(), b"G");
        assert_eq!(stream.get_ref().read_timeout().unwrap(), timeout);
        assert_eq!(stream.get_mut().write_timeout().unwrap(), timeout);
        stream.write_all(b"welcome").unwrap();
        let mut heard = [0; 7];
        client.read_exact(&mut heard).unwrap();
        assert_eq!(&heard, b"welcome");
    }
}

/// Some systems give a socket the mode of its listener. A reader of the stream still waits for bytes.
#[test]
fn a_socket_in_non_blocking_mode() {
    let short = Duration::from_millis(50);
    let (mut client, server) = connection();
    server.set_read_timeout(Some(short)).unwrap();
    server.set_nonblocking(true).unwrap();
    client.write_all(b"G").unwrap();
    let acceptor = PolicyAcceptor::from(config());
    let accepted = acceptor.accept_blocking(server).unwrap();
    let mut stream = accepted.into_stream().unwrap();
    let start = Instant::now();
    let error = stream.read_exact(&mut [0; 2]).unwrap_err();
    assert!(matches!(
        error.kind(),
        ErrorKind::WouldBlock | ErrorKind::TimedOut
    ));
    assert!(start.elapsed() >= short);
}

#[test]
fn deadlines() {
    let short = Duration::from_millis(50);
    let silent = Timing::default().silence(short);
    let late = Timing::default().request(short);
    for (timing, sent, expected) in [
        (silent, &b""[..], StreamKind::Silent),
        (late, b"<policy", StreamKind::Deadline),
    ] {
        let (mut client, server) = connection();
        client.write_all(sent).unwrap();
        let start = Instant::now();
        let acceptor = PolicyAcceptor::from(config().timing(timing));
        let accepted = acceptor.accept_blocking(server).unwrap();
        assert!(
            matches!(accepted, Accepted::Stream(ref stream, kind)
                if kind == expected && stream.unread() == sent),
            "{accepted:?}"
        );
        assert!(start.elapsed() >= short);
    }
}

/// A client that does not read its reply is reset, because the end of half a reply would look like its end.
#[test]
fn a_reply_that_is_cut_off_ends_with_a_reset() {
    let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    listener.set_send_buffer_size(4096).unwrap();
    let any = "127.0.0.1:0".parse::<std::net::SocketAddr>().unwrap();
    listener.bind(&any.into()).unwrap();
    listener.listen(1).unwrap();
    let listener = TcpListener::from(listener);
    let client = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    client.set_recv_buffer_size(4096).unwrap();
    client
        .connect(&listener.local_addr().unwrap().into())
        .unwrap();
    let mut client = TcpStream::from(client);
    client.write_all(REQUEST).unwrap();

    let large = Reply::from_file_unchecked(&vec![b'x'; 1_000_000]).unwrap();
    let config = AcceptConfig::new(large).write_limit(Duration::from_millis(100));
    let error = PolicyAcceptor::from(config)
        .accept_blocking(listener.accept().unwrap().0)
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    let mut heard = Vec::new();
    let end = client.read_to_end(&mut heard).unwrap_err();
    assert_eq!(end.kind(), ErrorKind::ConnectionReset);
}
