//! The example, tested by a player and an ordinary client.

#![cfg(test)]

use std::net::SocketAddr;
use std::time::Duration;

use flash_policy::{Port, Profile, REQUEST};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

#[path = "../examples/echo.rs"]
#[expect(dead_code, reason = "the test starts the server without `main`")]
mod echo;

async fn heard(address: SocketAddr, sent: &[u8]) -> Vec<u8> {
    let mut client = TcpStream::connect(address).await.unwrap();
    client.write_all(sent).await.unwrap();
    client.shutdown().await.unwrap();
    let mut heard = Vec::new();
    client.read_to_end(&mut heard).await.unwrap();
    heard
}

/// Data that may become HTTP is echoed without waiting for more.
async fn at_once(address: SocketAddr, sent: &[u8]) {
    let mut client = TcpStream::connect(address).await.unwrap();
    client.write_all(sent).await.unwrap();
    let mut back = vec![0; sent.len()];
    let read = timeout(Duration::from_secs(5), client.read_exact(&mut back)).await;
    read.expect("an echo before any deadline").unwrap();
    assert_eq!(back, sent);
}

#[tokio::test]
async fn answers_and_echoes() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let port = Port::new(u32::from(address.port())).unwrap();
    let serve = echo::serve(listener, echo::reply(port).unwrap());
    let client = async {
        let reply = heard(address, REQUEST).await;
        let document = reply.strip_suffix(b"\0").expect("a NUL at the end");
        let read = flash_policy::parse(document, Profile::Socket);
        assert!(read.is_faultless(), "{read:?}");
        assert_eq!(heard(address, b"<msg t='sys'/>").await, b"<msg t='sys'/>");
        at_once(address, b"G").await;
    };
    tokio::select! {
        () = serve => {}
        () = client => {}
    }
}
