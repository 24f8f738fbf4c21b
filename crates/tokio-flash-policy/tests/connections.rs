//! The table of connections that flash-policy's own drivers are tested with. It is not part of the package.

#![cfg(test)]
#![cfg(feature = "net")]

use std::time::Duration;

use flash_policy::{Policy, Reply};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_flash_policy::{AcceptConfig, Accepted, Linger, PolicyAcceptor, StreamKind};

#[path = "../../flash-policy/tests/vectors/connections.rs"]
mod table;

use table::{CONNECTIONS, Connection, ConnectionEnd};

#[tokio::test]
async fn every_connection_of_the_table() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    for connection in CONNECTIONS {
        let connect = TcpStream::connect(listener.local_addr().unwrap());
        let (client, socket) = tokio::join!(connect, listener.accept());
        let socket = socket.unwrap().0;
        let (heard, served) = tokio::join!(client_of(&connection, client.unwrap()), serve(socket));
        let kind = match connection.outcome {
            ConnectionEnd::Answered => {
                assert_eq!(heard, reply().as_bytes(), "{connection:?}");
                assert_eq!(served, None, "{connection:?}");
                continue;
            }
            ConnectionEnd::Other => StreamKind::Other,
            ConnectionEnd::Tls => StreamKind::Tls,
            ConnectionEnd::End => StreamKind::End,
        };
        let bytes = connection.parts.concat();
        assert_eq!(served, Some((kind, bytes)), "{connection:?}");
        assert_eq!(heard, b"", "{connection:?}");
    }
}

fn reply() -> Reply {
    Reply::new(&Policy::new()).unwrap()
}

async fn serve(socket: TcpStream) -> Option<(StreamKind, Vec<u8>)> {
    // With a client that never ends its side, it waits for a short time only.
    let linger = Linger::default().between_reads(Duration::from_millis(500));
    let acceptor = PolicyAcceptor::from(AcceptConfig::new(reply()).linger(linger));
    match acceptor.accept_tcp(socket).await.unwrap() {
        Accepted::Answered(_) => None,
        Accepted::Stream(mut stream, kind) => {
            let mut bytes = Vec::new();
            stream.read_to_end(&mut bytes).await.unwrap();
            Some((kind, bytes))
        }
    }
}

async fn client_of(connection: &Connection, mut client: TcpStream) -> Vec<u8> {
    client.set_nodelay(true).unwrap();
    for part in connection.parts {
        // The server may have ended already.
        let _ = client.write_all(part).await;
        tokio::task::yield_now().await;
    }
    if connection.ends || connection.outcome != ConnectionEnd::Answered {
        let _ = client.shutdown().await;
    }
    let mut heard = Vec::new();
    client.read_to_end(&mut heard).await.unwrap();
    heard
}
