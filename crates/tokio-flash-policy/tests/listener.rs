//! The listener: it answers policy requests itself, and no client delays another.

#![cfg(test)]

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::Duration;

use flash_policy::{Policy, REQUEST, Reply};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::mpsc::unbounded_channel;
use tokio::time::timeout;
use tokio_flash_policy::{
    AcceptConfig, CloseReason, Linger, Listener, PolicyAcceptor, StreamKind, Timing,
};

/// Longer than a busy machine needs, and shorter than the deadline for the first bytes below.
const SOON: Duration = Duration::from_secs(60);

fn reply() -> Reply {
    Reply::new(&Policy::new()).unwrap()
}

/// Its deadlines never pass during a test.
fn acceptor() -> PolicyAcceptor {
    let hour = Duration::from_secs(3600);
    let linger = Linger::default().between_reads(hour).total(hour);
    let config = AcceptConfig::new(reply())
        .timing(Timing::default().request(hour))
        .linger(linger);
    config.into()
}

async fn listening() -> (Listener, SocketAddr) {
    let listener = Listener::bind("127.0.0.1:0", acceptor()).await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

async fn says(address: SocketAddr, bytes: &[u8]) -> TcpStream {
    let mut client = TcpStream::connect(address).await.unwrap();
    client.write_all(bytes).await.unwrap();
    client
}

/// The next connection sends this, and comes from this client.
async fn comes(listener: &mut Listener, client: &TcpStream, bytes: &[u8]) {
    let arrived = timeout(SOON, listener.accept()).await;
    let (mut stream, address) = arrived.expect("a connection in time");
    assert_eq!(address, client.local_addr().unwrap());
    let mut heard = vec![0; bytes.len()];
    stream.read_exact(&mut heard).await.unwrap();
    assert_eq!(heard, bytes);
}

async fn heard(mut client: TcpStream) -> Vec<u8> {
    let mut heard = Vec::new();
    let read = timeout(SOON, client.read_to_end(&mut heard)).await;
    read.expect("an end in time").unwrap();
    heard
}

/// What comes before the end, which is a reset if the server has not read everything.
async fn heard_or_reset(mut client: TcpStream) -> Vec<u8> {
    let mut heard = Vec::new();
    let read = timeout(SOON, client.read_to_end(&mut heard)).await;
    let _ = read.expect("an end in time");
    heard
}

#[tokio::test]
async fn a_silent_client_delays_no_other() {
    let (mut listener, address) = listening().await;
    let _silent = says(address, b"").await;
    let _unfinished = says(address, b"<policy").await;
    for message in [&b"LOGIN guest"[..], b"G", b"GET / HTTP/1.1\r\n"] {
        let client = says(address, message).await;
        comes(&mut listener, &client, message).await;
    }
}

/// Requests are answered while the server waits for other clients, also after the request was accepted. The server can
/// count them.
#[tokio::test]
async fn policy_requests_are_answered() {
    let (listener, address) = listening().await;
    let (answered, mut log) = unbounded_channel();
    let mut listener = listener.on_answered(move |client, reason| {
        answered.send((client, reason)).unwrap();
    });
    let asks = async {
        for cut in 0..REQUEST.len() {
            let mut client = says(address, &REQUEST[..cut]).await;
            client.write_all(&REQUEST[cut..]).await.unwrap();
            let from = client.local_addr().unwrap();
            assert_eq!(heard(client).await, reply().as_bytes(), "cut at {cut}");
            let reported = timeout(SOON, log.recv()).await.expect("a report in time");
            assert_eq!(reported, Some((from, CloseReason::AtOnce)), "cut at {cut}");
        }
    };
    tokio::select! {
        _ = listener.accept() => panic!("a policy request was returned"),
        () = asks => {}
    }
}

#[tokio::test]
async fn a_server_can_ask_what_a_connection_is() {
    let (mut listener, address) = listening().await;
    for (sent, expected) in [
        (&b"\x16\x03\x01"[..], StreamKind::Tls),
        (b"LOGIN", StreamKind::Other),
    ] {
        let client = says(address, sent).await;
        let (stream, kind, from) = listener.accept_kind().await;
        assert_eq!((kind, from), (expected, client.local_addr().unwrap()));
        assert_eq!(stream.unread(), sent);
    }
}

/// If too many are open, the oldest is dropped, whether it is silent or does not close after its reply.
#[tokio::test]
async fn the_oldest_makes_room() {
    let (listener, address) = listening().await;
    let mut listener = listener.limit(3);
    let silent = says(address, b"").await;
    let game = says(address, b"first").await;
    comes(&mut listener, &game, b"first").await;

    let mut lingering = says(address, b"<policy-file-request/>\0x").await;
    let mut whole = vec![0; reply().as_bytes().len()];
    tokio::select! {
        _ = listener.accept() => panic!("no client wants to be served"),
        read = lingering.read_exact(&mut whole) => drop(read.unwrap()),
    }
    assert_eq!(whole, reply().as_bytes());

    // The connections that were returned do not count.
    let _third = says(address, b"<").await;
    let game = says(address, b"second").await;
    comes(&mut listener, &game, b"second").await;
    assert_eq!(heard(silent).await, b"");
    let game = says(address, b"third").await;
    comes(&mut listener, &game, b"third").await;
    assert!(timeout(SOON, lingering.read(&mut whole)).await.is_ok());
}

/// Clients that have sent their bytes before the server accepts them are served, however many more come than the limit.
#[tokio::test]
async fn a_burst_beyond_the_limit() {
    for limit in [1, 7] {
        let (listener, address) = listening().await;
        let (answered, mut log) = unbounded_channel();
        let mut listener = listener.limit(limit).on_answered(move |client, _| {
            answered.send(client).unwrap();
        });
        let (mut askers, mut games) = (Vec::new(), Vec::new());
        for _ in 0..20 {
            askers.push(says(address, REQUEST).await);
            games.push(says(address, b"LOGIN").await);
        }
        for game in &games {
            comes(&mut listener, game, b"LOGIN").await;
        }
        let rest = async {
            for asker in askers {
                assert_eq!(heard(asker).await, reply().as_bytes(), "limit {limit}");
                timeout(SOON, log.recv()).await.expect("a report in time");
            }
        };
        tokio::select! {
            _ = listener.accept() => panic!("a policy request was returned"),
            () = rest => {}
        }
    }
}

#[tokio::test]
async fn a_flood_of_silent_clients() {
    let (listener, address) = listening().await;
    let mut listener = listener.limit(5);
    let mut silent = Vec::new();
    for count in 0..50 {
        silent.push(says(address, b"").await);
        let message = format!("game {count}");
        let game = says(address, message.as_bytes()).await;
        comes(&mut listener, &game, message.as_bytes()).await;
    }
}

/// It can be awaited again and again, as in a `select!`, and loses no connection.
#[tokio::test]
async fn accept_is_cancel_safe() {
    let (mut listener, address) = listening().await;
    let mut clients = Vec::new();
    let mut arrived = 0;
    for byte in b"LOGIN" {
        clients.push(says(address, b"").await);
        let given_up = timeout(Duration::ZERO, listener.accept()).await;
        arrived += usize::from(given_up.is_ok());
        let last = clients.last_mut().unwrap();
        last.write_all(&[*byte]).await.unwrap();
    }
    while arrived < clients.len() {
        let next = timeout(SOON, listener.accept()).await;
        next.expect("a connection in time");
        arrived += 1;
    }
}

/// A reply that is cut off must not look like a whole one.
#[tokio::test]
async fn a_reply_that_is_cut_off_ends_with_a_reset() {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_send_buffer_size(4096).unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let large = Reply::from_file_unchecked(&vec![b'x'; 1_000_000]).unwrap();
    let listener = Listener::new(socket.listen(16).unwrap(), PolicyAcceptor::new(large));
    let mut listener = listener.limit(1);
    let address = listener.local_addr().unwrap();

    let client = TcpSocket::new_v4().unwrap();
    client.set_recv_buffer_size(4096).unwrap();
    let mut client = client.connect(address).await.unwrap();
    client.write_all(REQUEST).await.unwrap();
    let mut first = [0];
    tokio::select! {
        _ = listener.accept() => panic!("a policy request was returned"),
        read = client.read_exact(&mut first) => drop(read.unwrap()),
    }
    // The next client takes its place.
    let game = says(address, b"LOGIN").await;
    comes(&mut listener, &game, b"LOGIN").await;
    let mut rest = Vec::new();
    let end = timeout(SOON, client.read_to_end(&mut rest)).await.unwrap();
    assert_eq!(end.unwrap_err().kind(), ErrorKind::ConnectionReset);
}

/// Dropping the listener closes what it has not returned.
#[tokio::test]
async fn the_listener_owns_its_connections() {
    let (mut listener, address) = listening().await;
    let silent = says(address, b"").await;
    let game = says(address, b"LOGIN").await;
    comes(&mut listener, &game, b"LOGIN").await;
    drop(listener);
    assert_eq!(heard(silent).await, b"");
}

/// A server that stops answers those that have asked, also those in the system's queue and those whose NUL comes later.
#[tokio::test]
async fn finishing_answers_open_requests() {
    let (listener, address) = listening().await;
    let (answered, mut log) = unbounded_channel();
    let mut listener = listener.on_answered(move |client, _| answered.send(client).unwrap());
    let mut bare = says(address, &REQUEST[..22]).await;
    let game = says(address, b"LOGIN").await;
    comes(&mut listener, &game, b"LOGIN").await;
    let queued = says(address, REQUEST).await;
    let other = says(address, b"LOGIN").await;

    let clients = async {
        assert_eq!(heard(queued).await, reply().as_bytes());
        assert_eq!(heard_or_reset(other).await, b"");
        let refused = TcpStream::connect(address).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
        bare.write_all(b"\0").await.unwrap();
        assert_eq!(heard(bare).await, reply().as_bytes());
    };
    let both = async { tokio::join!(listener.finish(), clients) };
    timeout(SOON, both).await.expect("an end in time");
    let reported = [log.recv().await, log.recv().await];
    assert!(reported.iter().all(Option::is_some), "{reported:?}");
    assert_eq!(log.recv().await, None);
}

/// The caller limits the time; whatever is left then is closed.
#[tokio::test]
async fn finishing_can_be_given_up() {
    let (mut listener, address) = listening().await;
    let silent = says(address, b"").await;
    let game = says(address, b"LOGIN").await;
    comes(&mut listener, &game, b"LOGIN").await;
    let finishing = timeout(Duration::from_millis(10), listener.finish());
    finishing.await.unwrap_err();
    assert_eq!(heard(silent).await, b"");
}
