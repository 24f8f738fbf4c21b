//! The driver for `futures-io`, with smol's sockets and timers and without tokio.

use std::thread;
use std::time::{Duration, Instant};

use flash_policy::REQUEST;
use flash_policy::accept::{Accepted, PolicyAcceptor, StreamKind, Timing};
use smol::Timer;
use smol::io::{AsyncReadExt as _, AsyncWriteExt as _};
use smol::net::{TcpListener, TcpStream};

use crate::wire::{Served, check_all, config, reply};

#[test]
fn every_connection_of_the_table() {
    check_all(|| {
        let listener = smol::block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let serving = thread::spawn(move || smol::block_on(serve(&listener)));
        (address, move || serving.join().unwrap())
    });
}

async fn serve(listener: &TcpListener) -> Option<Served> {
    let (socket, _) = listener.accept().await.unwrap();
    let acceptor = PolicyAcceptor::from(config());
    let accepted = acceptor.accept_async(socket, Timer::after).await;
    match accepted.unwrap() {
        Accepted::Answered(_) => None,
        Accepted::Stream(mut stream, kind) => {
            let mut bytes = Vec::new();
            stream.read_to_end(&mut bytes).await.unwrap();
            Some(Served { kind, bytes })
        }
    }
}

async fn connection() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).await;
    (client.unwrap(), listener.accept().await.unwrap().0)
}

#[test]
fn deadlines() {
    smol::block_on(async {
        let short = Duration::from_millis(50);
        let silent = Timing::default().silence(short);
        let late = Timing::default().request(short);
        for (timing, sent, expected) in [
            (silent, &b""[..], StreamKind::Silent),
            (late, b"<policy", StreamKind::Deadline),
        ] {
            let (mut client, server) = connection().await;
            client.write_all(sent).await.unwrap();
            let start = Instant::now();
            let acceptor = PolicyAcceptor::from(config().timing(timing));
            let accepted = acceptor.accept_async(server, Timer::after).await.unwrap();
            assert!(
                matches!(accepted, Accepted::Stream(ref stream, kind)
                    if kind == expected && stream.unread() == sent),
                "{accepted:?}"
            );
            assert!(start.elapsed() >= short);
        }
    });
}

/// Limits that no timer can represent, and a timer that is never ready.
#[test]
fn limits_without_an_end() {
    smol::block_on(async {
        let timing = Timing::default().request(Duration::MAX).bare(Duration::MAX);
        let (mut client, server) = connection().await;
        client.write_all(REQUEST).await.unwrap();
        let config = config().timing(timing).write_limit(Duration::MAX);
        let acceptor = PolicyAcceptor::from(config);
        let never = |_| std::future::pending::<()>();
        let accepted = acceptor.accept_async(server, never).await.unwrap();
        assert!(matches!(accepted, Accepted::Answered(_)));
        let mut heard = Vec::new();
        client.read_to_end(&mut heard).await.unwrap();
        assert_eq!(heard, reply().as_bytes());
    });
}
