//! A runtime without timers: the listener panics instead of waiting forever.

#![cfg(test)]

use std::net::SocketAddr;

use flash_policy::{Policy, Reply};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::task::yield_now;
use tokio_flash_policy::{Listener, PolicyAcceptor};

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_io().build().unwrap()
}

fn acceptor() -> PolicyAcceptor {
    PolicyAcceptor::new(Reply::new(&Policy::new()).unwrap())
}

#[test]
#[should_panic(expected = "timers are disabled")]
fn bind_panics() {
    let _ = runtime().block_on(Listener::bind("127.0.0.1:0", acceptor()));
}

#[test]
#[should_panic(expected = "timers are disabled")]
fn accept_panics() {
    runtime().block_on(async {
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut listener = Listener::new(socket, acceptor());
        let address = listener.local_addr().unwrap();
        tokio::select! {
            _ = listener.accept() => {}
            () = is_closed(address) => {}
        }
    });
}

/// Returns once the server has closed the connection, and could have noticed that.
async fn is_closed(address: SocketAddr) {
    let mut client = TcpStream::connect(address).await.unwrap();
    client.write_all(b"LOGIN").await.unwrap();
    // The end of the stream or a reset.
    let _ = client.read(&mut [0]).await;
    for _ in 0..1000 {
        yield_now().await;
    }
}
