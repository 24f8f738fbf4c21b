//! Stand-ins for the policy servers of 2007, each with the way of closing that it is known for.
//!
//! They reproduce the bytes and the order of system calls of the published daemons and nothing else. They must not be
//! made more careful than the originals, because their mistakes are what the tests need.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::listening::{self, Connections, Listening};
use crate::load::REQUEST;

/// Far above the delay of every test's path, so that no thread survives its test for long.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a stand-in does with a connection; all of them close it after answering.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StandInBehaviour {
    /// Answers at once and never reads, as most published daemons did.
    ///
    /// Adobe's manuals recommended it: the server of a dedicated port "might send a policy file
    /// as soon as a connection is established".
    WriteOnAccept,
    /// Reads the 22 characters of the request but not the NUL after them.
    Reads22,
    /// Reads the whole request first: the control case, which loses nothing.
    ReadsFirst,
    /// As `ReadsFirst`, but in two writes, the document and the NUL, which Unity's manual forbids.
    WritesTwice,
}

/// A running stand-in; it stops listening when dropped.
#[derive(Debug)]
pub struct StandIn(Listening);

impl StandIn {
    /// Binds `address` and serves `policy`, to which it adds the NUL.
    ///
    /// Call it inside [`Namespace::run`](crate::namespace::Namespace::run) to serve there.
    pub fn start(
        manner: StandInBehaviour,
        address: impl ToSocketAddrs,
        policy: &[u8],
    ) -> Result<StandIn> {
        let address = address
            .to_socket_addrs()?
            .next()
            .context("no address to listen on")?;
        let socket = listening::bind(address).with_context(|| format!("can't bind {address}"))?;
        let reply = [policy, &[0]].concat();
        Listening::start(socket, move |connections| {
            serve(manner, connections, &reply);
        })
        .map(Self)
    }

    /// The address it listens on, with the port that the system chose if none was given.
    pub fn address(&self) -> SocketAddr {
        self.0.address()
    }
}

fn serve(manner: StandInBehaviour, connections: Connections, reply: &[u8]) {
    // The scope waits for the connections that are still being answered.
    thread::scope(|scope| {
        for (connection, _) in connections {
            match manner {
                // This never waits, so connections are handled one after the other, as in the single-threaded
                // originals.
                StandInBehaviour::WriteOnAccept => answer(manner, connection, reply),
                StandInBehaviour::Reads22
                | StandInBehaviour::ReadsFirst
                | StandInBehaviour::WritesTwice => {
                    scope.spawn(move || answer(manner, connection, reply));
                }
            }
        }
    });
}

fn answer(manner: StandInBehaviour, connection: TcpStream, reply: &[u8]) {
    // The test counts errors at the other end.
    let _ = converse(manner, connection, reply);
}

/// Owns the connection: returning closes it, without shutdown and without draining.
fn converse(manner: StandInBehaviour, mut connection: TcpStream, reply: &[u8]) -> io::Result<()> {
    connection.set_read_timeout(Some(PATIENCE))?;
    connection.set_write_timeout(Some(PATIENCE))?;
    let mut request = [0; REQUEST.len()];
    match manner {
        StandInBehaviour::WriteOnAccept => {}
        StandInBehaviour::Reads22 => {
            let [text @ .., _nul] = &mut request;
            connection.read_exact(text)?;
        }
        StandInBehaviour::ReadsFirst => connection.read_exact(&mut request)?,
        StandInBehaviour::WritesTwice => {
            connection.set_nodelay(true)?;
            connection.read_exact(&mut request)?;
            let (document, end) = reply.split_at(reply.len() - 1);
            connection.write_all(document)?;
            return connection.write_all(end);
        }
    }
    connection.write_all(reply)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fetches over loopback from a stand-in, and returns its reply and how the last read ended.
    fn fetch(manner: StandInBehaviour) -> (Vec<u8>, io::Result<usize>) {
        let stand_in = StandIn::start(manner, "127.0.0.1:0", b"<cross-domain-policy/>").unwrap();
        let mut client = TcpStream::connect(stand_in.address()).unwrap();
        client.write_all(REQUEST).unwrap();
        let mut reply = Vec::new();
        let end = client.read_to_end(&mut reply);
        (reply, end)
    }

    #[test]
    fn reads_first_closes_cleanly() {
        let (reply, end) = fetch(StandInBehaviour::ReadsFirst);
        assert_eq!(reply, b"<cross-domain-policy/>\0");
        assert!(end.is_ok());
    }

    #[test]
    fn reads_22_resets() {
        let (_, end) = fetch(StandInBehaviour::Reads22);
        assert_eq!(end.unwrap_err().kind(), io::ErrorKind::ConnectionReset);
    }

    #[test]
    fn write_on_accept_needs_no_request() {
        let manner = StandInBehaviour::WriteOnAccept;
        let stand_in = StandIn::start(manner, "127.0.0.1:0", b"<cross-domain-policy/>").unwrap();
        let mut reply = Vec::new();
        TcpStream::connect(stand_in.address())
            .unwrap()
            .read_to_end(&mut reply)
            .unwrap();
        assert_eq!(reply, b"<cross-domain-policy/>\0");
    }
}
