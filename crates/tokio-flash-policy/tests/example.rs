//! The game example, tested by a player that fetches the policy and by players in the room.

#![cfg(test)]

use std::net::SocketAddr;
use std::time::Duration;

use flash_policy::{Policy, REQUEST, Reply};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_flash_policy::{Listener, PolicyAcceptor};

#[path = "../examples/game.rs"]
#[expect(dead_code, reason = "the test starts the server without `main`")]
mod game;

async fn connect(address: SocketAddr) -> TcpStream {
    TcpStream::connect(address).await.unwrap()
}

async fn is_heard(player: &mut TcpStream, message: &[u8]) {
    let mut heard = vec![0; message.len()];
    let read = timeout(Duration::from_secs(60), player.read_exact(&mut heard)).await;
    read.expect("a message in time").unwrap();
    assert_eq!(heard, message);
}

#[tokio::test]
async fn policies_and_messages() {
    let reply = Reply::new(&Policy::new().allow("*", 9339).unwrap()).unwrap();
    let listener = Listener::bind("127.0.0.1:0", PolicyAcceptor::new(reply.clone()));
    let listener = listener.await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(game::serve(listener));

    let mut first = connect(address).await;
    first.write_all(b"MOVE 1\0").await.unwrap();
    is_heard(&mut first, b"MOVE 1\0").await;
    let mut second = connect(address).await;
    second.write_all(b"<").await.unwrap();
    second.write_all(b"p/>\0").await.unwrap();
    is_heard(&mut first, b"<p/>\0").await;
    is_heard(&mut second, b"<p/>\0").await;

    let mut policy = connect(address).await;
    policy.write_all(REQUEST).await.unwrap();
    is_heard(&mut policy, reply.as_bytes()).await;
    assert_eq!(policy.read(&mut [0]).await.unwrap(), 0);
}
