//! Moves the bytes of a relay, either between two plain sockets or with TLS on the client's.
//!
//! It moves bytes and tracks the progress of each direction. It does not decide when a relay ends.

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
    /// Boxed, because most relays are plain.
    Secure(Box<TlsPassage>),
}

impl Passage {
    /// Moves bytes from the client to the backend until it must wait.
    pub(super) fn up(
        &mut self,
        context: &mut Context<'_>,
        client: &TcpStream,
        backend: &TcpStream,
    ) -> Result<Waits, TransferError> {
        match self {
            Self::Clear { up, down } => up.pump(context, client, backend, down),
            Self::Secure(secure) => secure.up(context, client, backend),
        }
    }

    /// Moves bytes from the backend to the client until it must wait.
    pub(super) fn down(
        &mut self,
        context: &mut Context<'_>,
        client: &TcpStream,
        backend: &TcpStream,
    ) -> Result<Waits, TransferError> {
        match self {
            Self::Clear { up, down } => down.pump(context, backend, client, up),
            Self::Secure(secure) => secure.down(context, client, backend),
        }
    }

    /// The progress from the client to the backend, and from the backend to the client.
    pub(super) fn progress(&self) -> [DirectionProgress; 2] {
        match self {
            Self::Clear { up, down } => [up.progress(), down.progress()],
            Self::Secure(secure) => secure.progress(),
        }
    }

    /// How to report a relay that ends in this way.
    pub(super) fn verdict(&self, end: RelayEnd) -> RelayEnd {
        match self {
            Self::Secure(secure) if end == RelayEnd::Clean && secure.is_truncated() => {
                RelayEnd::ClientTruncated
            }
            Self::Clear { .. } | Self::Secure(_) => end,
        }
    }
}
