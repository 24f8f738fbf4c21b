//! What moves the bytes of a relay: two sockets in clear, or TLS on the client's.
//!
//! It moves them and knows how far each direction has come; when a relay ends, others decide.

use std::task::Context;

use tokio::net::TcpStream;

use super::direction::Direction;
use super::end::RelayEnd;
use super::progress::DirectionProgress;
use super::secure::TlsPassage;
use super::turn::{TransferError, Waits};

#[derive(Debug)]
pub(super) enum Passage {
    Clear {
        up: Direction,
        down: Direction,
    },
    /// Boxed, for most relays are in clear.
    Secure(Box<TlsPassage>),
}

impl Passage {
    /// Moves bytes from the client to the backend, until that must wait.
    pub(super) fn up(
        &mut self,
        context: &mut Context<'_>,
        client: &TcpStream,
        backend: &TcpStream,
    ) -> Result<Waits, TransferError> {
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
    ) -> Result<Waits, TransferError> {
        match self {
            Self::Clear { up, down } => down.pump(context, backend, client, up.room_beside()),
            Self::Secure(secure) => secure.down(context, client, backend),
        }
    }

    /// From the client to the backend, and the other way.
    pub(super) fn progress(&self) -> [DirectionProgress; 2] {
        match self {
            Self::Clear { up, down } => [up.progress(), down.progress()],
            Self::Secure(secure) => secure.progress(),
        }
    }

    /// How a relay that ends in this way is to be reported.
    pub(super) fn verdict(&self, end: RelayEnd) -> RelayEnd {
        match self {
            Self::Secure(secure) if end == RelayEnd::Clean && secure.is_truncated() => {
                RelayEnd::ClientTruncated
            }
            Self::Clear { .. } | Self::Secure(_) => end,
        }
    }
}
