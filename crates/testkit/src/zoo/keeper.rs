//! A listener that plays scripts.

use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::{Context as _, Result};

use super::script::{Script, play};
use crate::listening::{self, Connections, Listening};

/// A running listener; it stops when dropped.
#[derive(Debug)]
pub struct Keeper {
    listening: Listening,
    accepted: Arc<AtomicUsize>,
}

impl Keeper {
    /// Binds an address and plays one script to each connection, in turn.
    pub fn start(address: SocketAddr, turns: &'static [Script]) -> Result<Self> {
        let socket = listening::bind(address).with_context(|| format!("can't bind {address}"))?;
        let accepted = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&accepted);
        let listening = Listening::start(socket, move |connections| {
            serve(connections, turns, &counted);
        })?;
        Ok(Self {
            listening,
            accepted,
        })
    }

    /// How many connections it has accepted.
    pub fn accepted(&self) -> usize {
        self.accepted.load(Ordering::Relaxed)
    }

    /// The address that it listens on.
    pub fn address(&self) -> SocketAddr {
        self.listening.address()
    }
}

fn serve(connections: Connections, turns: &'static [Script], accepted: &AtomicUsize) {
    let mut turn = turns.iter().cycle();
    for (connection, _) in connections {
        accepted.fetch_add(1, Ordering::Relaxed);
        if let Some(script) = turn.next() {
            // Not waited for: a script that sleeps must not delay the end of its test.
            thread::spawn(move || converse(script, connection));
        }
    }
}

/// The check sees any error at the other end.
fn converse(script: Script, connection: TcpStream) {
    let _ = play(script, connection);
}
