//! What a server gets: policy requests are answered, other streams are complete, and no wait exceeds the limits.

#![cfg(test)]

use std::io::ErrorKind;
use std::time::Duration;

use flash_policy::{Policy, REQUEST, Reply};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;
use tokio_flash_policy::{
    AcceptConfig, Accepted, CloseReason, HttpDetection, Linger, PolicyAcceptor, StreamKind, Timing,
};

fn config() -> AcceptConfig {
    AcceptConfig::new(Reply::new(&Policy::new()).unwrap())
}

fn acceptor() -> PolicyAcceptor {
    config().into()
}

fn reply() -> Vec<u8> {
    Reply::new(&Policy::new()).unwrap().as_bytes().to_vec()
}

/// A connection. The acceptor gets the server's end.
fn connection() -> (DuplexStream, DuplexStream) {
    duplex(100_000)
}

#[tokio::test]
async fn a_request_is_answered_however_it_is_cut() {
    for cut in 0..REQUEST.len() {
        let (mut client, server) = connection();
        let serving = tokio::spawn(async move { acceptor().accept(server).await });
        client.write_all(&REQUEST[..cut]).await.unwrap();
        tokio::task::yield_now().await;
        client.write_all(&REQUEST[cut..]).await.unwrap();
        let mut heard = Vec::new();
        client.read_to_end(&mut heard).await.unwrap();
        assert_eq!(heard, reply(), "cut at {cut}");
        // A TLS client sends its last message now. The acceptor still reads.
        client.write_all(b"x").await.unwrap();
        drop(client);
        let Ok(Accepted::Answered(closed)) = serving.await.unwrap() else {
            panic!("cut at {cut}: not answered")
        };
        assert_eq!(closed, CloseReason::Cleanly, "cut at {cut}");
    }
}

/// Every stream that is not a request comes back with all bytes, including those read after the deciding one.
#[tokio::test]
async fn other_streams_are_whole() {
    let long = vec![b'x'; 50_000];
    for (sent, expected) in [
        (&b"LOGIN guest"[..], StreamKind::Other),
        (b"<msg t='sys'>", StreamKind::Other),
        (b"<policy-file-request/x", StreamKind::Other),
        (b"<policy", StreamKind::End),
        (b"", StreamKind::End),
        (b"GET / HTTP/1.1\r\n\r\n", StreamKind::Other),
        (b"\x16\x03\x01", StreamKind::Tls),
        (&long, StreamKind::Other),
    ] {
        let (mut client, server) = connection();
        client.write_all(sent).await.unwrap();
        client.shutdown().await.unwrap();
        let Ok(Accepted::Stream(mut stream, first)) = acceptor().accept(server).await else {
            panic!("{sent:?} was taken for a request")
        };
        assert_eq!(first, expected, "{sent:?}");
        assert!(sent.starts_with(stream.unread()), "{sent:?}");
        let mut heard = Vec::new();
        stream.read_to_end(&mut heard).await.unwrap();
        assert_eq!(heard, sent);
        stream.write_all(b"welcome").await.unwrap();
        drop(stream);
        let mut heard = Vec::new();
        client.read_to_end(&mut heard).await.unwrap();
        assert_eq!(heard, b"welcome");
    }
}

/// The parts of a stream that was returned, for callers that need the socket itself.
#[tokio::test]
async fn a_stream_can_be_taken_apart() {
    let (mut client, server) = connection();
    client.write_all(b"LOGIN").await.unwrap();
    let Ok(Accepted::Stream(mut stream, _)) = acceptor().accept(server).await else {
        panic!("the stream was not returned")
    };
    let mut start = [0; 2];
    stream.read_exact(&mut start).await.unwrap();
    let (unread, _socket) = stream.into_parts();
    assert_eq!((&start, &unread[..]), (b"LO", &b"GIN"[..]));
}

/// A game's `G` or `MOVE` is not held back, unless HTTP is to be recognized. Then it waits for more bytes.
#[tokio::test(start_paused = true)]
async fn http_is_recognized_on_request_only() {
    let on = || {
        config()
            .timing(Timing::default().http(HttpDetection::On))
            .into()
    };
    for (acceptor, sent, kind, after) in [
        (acceptor(), &b"G"[..], StreamKind::Other, 0),
        (acceptor(), b"MOVE", StreamKind::Other, 0),
        (acceptor(), b"GET / HTTP/1.1", StreamKind::Other, 0),
        (on(), b"GET / HTTP/1.1", StreamKind::Http, 0),
        (on(), b"MOVE", StreamKind::Deadline, 10),
    ] {
        let (mut client, server) = connection();
        client.write_all(sent).await.unwrap();
        let start = Instant::now();
        let accepted = acceptor.accept(server).await.unwrap();
        assert!(
            matches!(accepted, Accepted::Stream(_, found) if found == kind),
            "{sent:?}: {accepted:?}"
        );
        assert_eq!(start.elapsed(), Duration::from_secs(after), "{sent:?}");
    }
}

/// Without a reply, there is nothing to answer with, so a request is handed on like everything else.
#[tokio::test]
async fn without_a_reply() {
    let (mut client, server) = connection();
    client.write_all(REQUEST).await.unwrap();
    let acceptor = PolicyAcceptor::from(AcceptConfig::without_reply());
    let accepted = acceptor.accept(server).await.unwrap();
    assert!(
        matches!(accepted, Accepted::Stream(stream, StreamKind::Other)
        if stream.unread() == REQUEST)
    );
}

/// The write limit and the total are parameters.
#[tokio::test(start_paused = true)]
async fn every_limit_can_be_set() {
    for (config, after) in [
        (config().write_limit(Duration::from_secs(3)), 3),
        (config().total(Duration::from_secs(7)), 7),
        (
            config()
                .write_limit(Duration::MAX)
                .total(Duration::from_secs(60)),
            60,
        ),
    ] {
        let (mut client, server) = duplex(30);
        client.write_all(REQUEST).await.unwrap();
        let start = Instant::now();
        let acceptor = PolicyAcceptor::from(config);
        let error = acceptor.accept(server).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TimedOut);
        assert_eq!(start.elapsed(), Duration::from_secs(after));
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_without_a_terminator_waits_for_silence() {
    let (mut client, server) = connection();
    client.write_all(&REQUEST[..22]).await.unwrap();
    let start = Instant::now();
    let serving = tokio::spawn(async move { acceptor().accept(server).await });
    let mut heard = vec![0; reply().len()];
    client.read_exact(&mut heard).await.unwrap();
    assert_eq!(heard, reply());
    assert_eq!(start.elapsed(), Duration::from_millis(300));
    drop(client);
    serving.await.unwrap().unwrap();
}

/// A byte every 700 ms does not extend the deadline.
#[tokio::test(start_paused = true)]
async fn the_deadline_is_absolute() {
    let (mut client, server) = connection();
    let start = Instant::now();
    let serving = tokio::spawn(async move { acceptor().accept(server).await });
    for byte in &REQUEST[..20] {
        client.write_all(&[*byte]).await.unwrap();
        tokio::time::sleep(Duration::from_millis(700)).await;
    }
    let Ok(Accepted::Stream(stream, StreamKind::Deadline)) = serving.await.unwrap() else {
        panic!("the deadline did not pass")
    };
    assert_eq!(
        stream.unread(),
        &REQUEST[..15],
        "the last byte came at 9.8 s"
    );
    assert_eq!(
        start.elapsed(),
        Duration::from_secs(14),
        "the client kept sending"
    );
}

/// A server that speaks first soon gets a silent client. After one byte of a request, the full deadline applies.
#[tokio::test(start_paused = true)]
async fn silence_is_a_verdict_where_it_is_asked_for() {
    let timing = Timing::default().silence(Duration::from_millis(200));
    let speaks_first = || PolicyAcceptor::from(config().timing(timing));
    let (_client, server) = connection();
    let start = Instant::now();
    let accepted = speaks_first().accept(server).await;
    assert!(matches!(
        accepted,
        Ok(Accepted::Stream(_, StreamKind::Silent))
    ));
    assert_eq!(start.elapsed(), Duration::from_millis(200));

    let (mut client, server) = connection();
    client.write_all(b"<").await.unwrap();
    let start = Instant::now();
    let accepted = speaks_first().accept(server).await;
    assert!(matches!(
        accepted,
        Ok(Accepted::Stream(_, StreamKind::Deadline))
    ));
    assert_eq!(start.elapsed(), Duration::from_secs(10));
}

/// Lingering ends when the peer ends its side, when it is silent, or when its time is up.
#[tokio::test(start_paused = true)]
async fn lingering_has_two_limits() {
    let limits = Linger::default()
        .between_reads(Duration::from_secs(5))
        .total(Duration::from_secs(30));
    let (mut client, server) = connection();
    client
        .write_all(b"<policy-file-request/>\0x")
        .await
        .unwrap();
    let start = Instant::now();
    let acceptor = PolicyAcceptor::from(config().linger(limits));
    let accepted = acceptor.accept(server).await;
    assert!(matches!(
        accepted,
        Ok(Accepted::Answered(CloseReason::Silence))
    ));
    assert_eq!(start.elapsed(), limits.between_reads);

    let (mut client, server) = connection();
    client
        .write_all(b"<policy-file-request/>\0x")
        .await
        .unwrap();
    let start = Instant::now();
    let serving = tokio::spawn(async move { acceptor.accept(server).await });
    while client.write_all(b"more").await.is_ok() {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    assert!(matches!(
        serving.await.unwrap(),
        Ok(Accepted::Answered(CloseReason::TimeUp))
    ));
    assert!(
        (30..=32).contains(&start.elapsed().as_secs()),
        "{:?}",
        start.elapsed()
    );
}

/// Over TCP, bytes after the request do not turn the end of the reply into a reset.
#[tokio::test]
async fn no_reset_on_a_real_socket() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            tokio::spawn(async move { acceptor().accept(socket).await });
        }
    });
    for _ in 0..500 {
        let mut client = TcpStream::connect(address).await.unwrap();
        client
            .write_all(&[&REQUEST[..], &[b'x'; 4096]].concat())
            .await
            .unwrap();
        let mut heard = Vec::new();
        client.read_to_end(&mut heard).await.unwrap();
        assert_eq!(heard, reply());
    }
    serving.abort();
}

/// A peer that never reads its policy does not hold the server forever.
#[tokio::test(start_paused = true)]
async fn a_peer_that_does_not_read() {
    let (mut client, server) = duplex(30);
    client.write_all(REQUEST).await.unwrap();
    let start = Instant::now();
    let error = acceptor().accept(server).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    assert_eq!(start.elapsed(), Duration::from_secs(10));
}

/// A limit that no clock can represent means never.
#[tokio::test(start_paused = true)]
async fn limits_without_an_end() {
    let timing = Timing::default()
        .request(Duration::MAX)
        .bare(Duration::MAX)
        .silence(Duration::MAX);
    let linger = Linger::default()
        .between_reads(Duration::MAX)
        .total(Duration::MAX);
    let acceptor = PolicyAcceptor::from(config().timing(timing).linger(linger));
    let (mut client, server) = duplex(1_024);
    client
        .write_all(b"<policy-file-request/>\0more")
        .await
        .unwrap();
    client.shutdown().await.unwrap();
    let accepted = acceptor.accept(server).await.unwrap();
    assert!(matches!(accepted, Accepted::Answered(CloseReason::Cleanly)));
}
