//! What moves the bytes of a relay: two sockets in clear, or TLS on the client's.
//!
//! It moves them and knows how far each direction has come; when a relay ends, others decide.

use std::task::Context;

use tokio::net::TcpStream;

use super::direction::Direction;
use super::end::End;
use super::progress::Progress;
use super::secure::Secure;
use super::turn::{Fault, Waits};

#[derive(Debug)]
pub(super) enum Passage {
    Clear {
        up: Direction,
        down: Direction,
    },
    /// Boxed, for most relays are in clear.
    Secure(Box<Secure>),
}

impl Passage {
    /// Moves bytes from the client to the backend, until that must wait.
    pub(super) fn up(
        &mut self,
        context: &mut Context<'_>,
        client: &TcpStream,
        backend: &TcpStream,
    ) -> Result<Waits, Fault> {
        match self {
            Self::Clear { up, down } => up.pump(context, client, backend, down.room_beside()),
            Self::Secure(secure) => secure.up(context, client, backend),
        }
    }

    /// The other way.
    pub(super) fn down(
        &mut self,
        context: &mut Context<'_>,
        client: &TcpStream,
        backend: &TcpStream,
    ) -> Result<Waits, Fault> {
        match self {
            Self::Clear { up, down } => down.pump(context, backend, client, up.room_beside()),
            Self::Secure(secure) => secure.down(context, client, backend),
        }
    }

    /// From the client to the backend, and the other way.
    pub(super) fn progress(&self) -> [Progress; 2] {
        match self {
            Self::Clear { up, down } => [up.progress(), down.progress()],
            Self::Secure(secure) => secure.progress(),
        }
    }

    /// How a relay that ends in this way is to be reported.
    pub(super) fn verdict(&self, end: End) -> End {
        match self {
            Self::Secure(secure) if end == End::Clean && secure.is_truncated() => {
                End::ClientTruncated
            }
            Self::Clear { .. } | Self::Secure(_) => end,
        }
    }
}
