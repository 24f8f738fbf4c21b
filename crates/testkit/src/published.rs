//! Published ports of a container, as Docker's own proxy serves them: connections are accepted on the host, and passed on.

use std::io;
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::thread;

use anyhow::{Context as _, Result};

use crate::listening::{self, Listening};

/// A published port; it closes when dropped, and its connections when their ends do.
#[derive(Debug)]
pub struct PublishedPort(#[expect(dead_code, reason = "dropping it closes the port")] Listening);

impl PublishedPort {
    /// Listens in the namespace of the calling thread, and connects from there.
    pub fn open(address: SocketAddr, to: SocketAddr) -> Result<Self> {
        let socket = listening::bind(address).with_context(|| format!("can't bind {address}"))?;
        Listening::start(socket, move |connections| {
            for (client, _) in connections {
                thread::spawn(move || {
                    // The client sees the end of the connection if the container can't be reached.
                    let _ = pass_on(&client, to);
                });
            }
        })
        .map(Self)
    }
}

/// Copies both ways; the end of each direction is passed on.
fn pass_on(client: &TcpStream, to: SocketAddr) -> io::Result<()> {
    let server = TcpStream::connect(to)?;
    thread::scope(|scope| {
        scope.spawn(|| copy(client, &server));
        copy(&server, client);
    });
    Ok(())
}

fn copy(mut from: &TcpStream, mut to: &TcpStream) {
    // Whatever ends the copying, the other side must see an end.
    let _ = io::copy(&mut from, &mut to);
    let _ = to.shutdown(Shutdown::Write);
}
