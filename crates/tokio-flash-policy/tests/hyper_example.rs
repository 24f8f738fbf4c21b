//! The hyper example: HTTP and a policy on one port.

#![cfg(test)]

use std::net::SocketAddr;

use flash_policy::{Policy, REQUEST, Reply};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_flash_policy::{Listener, PolicyAcceptor};

#[path = "../examples/hyper.rs"]
#[expect(dead_code, reason = "the test starts the server without `main`")]
mod example;

async fn answer(address: SocketAddr, sent: &[u8]) -> Vec<u8> {
    let mut client = TcpStream::connect(address).await.unwrap();
    client.write_all(sent).await.unwrap();
    let mut heard = Vec::new();
    client.read_to_end(&mut heard).await.unwrap();
    heard
}

#[tokio::test]
async fn http_and_policies() {
    let reply = Reply::new(&Policy::new()).unwrap();
    let listener = Listener::bind("127.0.0.1:0", PolicyAcceptor::new(reply.clone()));
    let listener = listener.await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(example::serve(listener));

    assert_eq!(answer(address, REQUEST).await, reply.as_bytes());
    let get = b"GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n";
    let page = String::from_utf8(answer(address, get).await).unwrap();
    assert!(page.starts_with("HTTP/1.1 200 OK\r\n"), "{page}");
    assert!(page.ends_with("\r\n\r\nhello 127.0.0.1\n"), "{page}");
}
