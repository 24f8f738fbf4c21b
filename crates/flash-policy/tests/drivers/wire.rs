//! A client, and the shared table of connections.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::thread;
use std::time::Duration;

use flash_policy::accept::{AcceptConfig, Linger, StreamKind};
use flash_policy::{Policy, Reply};

#[path = "../vectors/connections.rs"]
mod table;

use table::{CONNECTIONS, Connection, ConnectionEnd};

pub(crate) fn reply() -> Reply {
    Reply::new(&Policy::new()).unwrap()
}

/// With a client that never ends its side, it waits for a short time only.
pub(crate) fn config() -> AcceptConfig {
    let linger = Linger::default().between_reads(Duration::from_millis(500));
    AcceptConfig::new(reply()).linger(linger)
}

/// What a server's own code gets, after it has read the stream to its end.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Served {
    pub(crate) kind: StreamKind,
    pub(crate) bytes: Vec<u8>,
}

/// Checks the table. `start` accepts one connection and returns its address and, at its end, what was served.
pub(crate) fn check_all<F>(start: impl Fn() -> (SocketAddr, F))
where
    F: FnOnce() -> Option<Served>,
{
    for connection in CONNECTIONS {
        let (address, served) = start();
        let heard = client(&connection, address);
        let expected = match connection.outcome {
            ConnectionEnd::Answered => {
                assert_eq!(heard, reply().as_bytes(), "{connection:?}");
                assert_eq!(served(), None, "{connection:?}");
                continue;
            }
            ConnectionEnd::Other => StreamKind::Other,
            ConnectionEnd::Tls => StreamKind::Tls,
            ConnectionEnd::End => StreamKind::End,
        };
        let expected = Served {
            kind: expected,
            bytes: connection.parts.concat(),
        };
        assert_eq!(served(), Some(expected), "{connection:?}");
        assert_eq!(heard, b"", "{connection:?}");
    }
}

/// Plays the client, and returns what it received until the server's end.
fn client(connection: &Connection, address: SocketAddr) -> Vec<u8> {
    let mut client = TcpStream::connect(address).unwrap();
    client.set_nodelay(true).unwrap();
    let limit = Some(Duration::from_secs(60));
    client.set_read_timeout(limit).unwrap();
    for part in connection.parts {
        // The server may have ended already.
        let _ = client.write_all(part);
        thread::yield_now();
    }
    let serves = connection.outcome != ConnectionEnd::Answered;
    if connection.ends || serves {
        let _ = client.shutdown(Shutdown::Write);
    }
    let mut heard = Vec::new();
    client.read_to_end(&mut heard).unwrap();
    heard
}
