//! A stream whose first bytes were read, for code that needs its parts.

#![cfg(test)]

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_flash_policy::Prefixed;

async fn connection() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap());
    let (client, server) = tokio::join!(client, listener.accept());
    (client.unwrap(), server.unwrap().0)
}

#[tokio::test]
async fn the_read_half_starts_with_the_first_bytes() {
    let (mut client, server) = connection().await;
    let mut stream = Prefixed::new(*b"LOGIN", server);
    assert_eq!(stream.read_u8().await.unwrap(), b'L');
    let (mut reads, mut writes) = stream.into_split();
    assert_eq!(reads.unread(), b"OGIN");
    client.write_all(b" guest").await.unwrap();
    client.shutdown().await.unwrap();
    let mut heard = String::new();
    reads.read_to_string(&mut heard).await.unwrap();
    assert_eq!(heard, "OGIN guest");
    writes.write_all(b"welcome").await.unwrap();
    drop((reads, writes));
    let mut heard = String::new();
    client.read_to_string(&mut heard).await.unwrap();
    assert_eq!(heard, "welcome");
}

#[tokio::test]
async fn the_stream_inside() {
    let mut stream = Prefixed::new(Vec::new(), connection().await.1);
    stream.get_ref().set_nodelay(true).unwrap();
    assert!(stream.get_mut().nodelay().unwrap());
    #[cfg(unix)]
    {
        use std::os::fd::{AsFd as _, AsRawFd as _};
        let inside = stream.get_ref().as_raw_fd();
        assert_eq!(stream.as_raw_fd(), inside);
        assert_eq!(stream.as_fd().as_raw_fd(), inside);
    }
}

/// More bytes than an acceptor reads, in reads of any size.
#[tokio::test]
async fn any_number_of_first_bytes() {
    let first: Vec<u8> = (0..=255).collect();
    for size in [1, 7, 255, 256, 300] {
        let mut stream = Prefixed::new(first.clone(), &b"end"[..]);
        let (mut heard, mut piece) = (Vec::<u8>::new(), vec![0; size]);
        loop {
            let count = stream.read(&mut piece).await.unwrap();
            if count == 0 {
                break;
            }
            heard.extend(&piece[..count]);
        }
        assert_eq!(heard, [&first[..], b"end"].concat());
    }
}
