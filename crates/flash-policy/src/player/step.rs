//! One connection of an attempt, as it went: data for whoever explains the outcome.

use alloc::vec::Vec;

use crate::player::client::Exchanged;
use crate::player::{Fetch, Moment};

/// One connection of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Step {
    /// What was wanted.
    pub fetch: Fetch,
    /// When it began.
    pub started: Moment,
    /// When it stood, TLS included.
    pub connected: Option<Moment>,
    /// When the first byte came.
    pub first_byte: Option<Moment>,
    /// How and when it was over for the player.
    pub end: Option<(ConnectionEnd, Moment)>,
    /// The reads that the document came in.
    pub pieces: usize,
    /// What the client took for the document, without the NUL.
    pub document: Vec<u8>,
    /// What the client made of it.
    pub learnt: Option<Learnt>,
    /// What the driver saw on the connection after the end.
    pub afterwards: Afterwards,
}

impl Step {
    pub(super) const fn new(fetch: Fetch, started: Moment) -> Self {
        Self {
            fetch,
            started,
            connected: None,
            first_byte: None,
            end: None,
            pieces: 0,
            document: Vec::new(),
            learnt: None,
            afterwards: Afterwards {
                bytes: 0,
                close: None,
            },
        }
    }

    /// What the client has of it, now that it is over.
    pub(super) fn heard(&self) -> Exchanged<'_> {
        let empty = self.document.is_empty();
        match self.end.map(|(end, _)| end) {
            Some(ConnectionEnd::Nul | ConnectionEnd::ReadEnough) => {
                Exchanged::Document(&self.document)
            }
            Some(ConnectionEnd::Finished) if !empty => Exchanged::Document(&self.document),
            Some(ConnectionEnd::Reset) if !empty => Exchanged::Broken(&self.document),
            Some(ConnectionEnd::TooLarge) => Exchanged::TooMuch,
            _ if self.connected.is_some() => Exchanged::Silence,
            _ => Exchanged::NoConnection,
        }
    }
}

/// How a connection was over for the player.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ConnectionEnd {
    /// The movie's connection stands.
    Connected,
    /// The NUL came.
    Nul,
    /// The server ended its side before a NUL.
    Finished,
    /// The client reads no further (Lightspark, Unity).
    ReadEnough,
    /// More than [`LARGEST`](crate::document::LARGEST) bytes without a NUL.
    TooLarge,
    /// The server reset the connection before the end.
    Reset,
    /// Refused, or unreachable.
    Refused,
    /// Nothing, or not all of it, within the time that the player gives it.
    TimedOut,
    /// The TLS handshake failed.
    TlsFailed,
    /// HTTP without a document.
    NoDocument,
}

impl ConnectionEnd {
    /// Whether the player has to close the connection itself.
    pub(super) const fn leaves_open(self) -> bool {
        matches!(
            self,
            Self::Nul | Self::Finished | Self::ReadEnough | Self::TooLarge | Self::TimedOut
        )
    }
}

/// What a client made of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Learnt {
    /// It is a policy.
    Policy,
    /// There was an answer, and it is none.
    Unusable,
    /// There was none.
    Nothing,
}

/// What was seen on a connection after the player had done with it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Afterwards {
    /// The bytes after the NUL.
    pub bytes: usize,
    /// How the server let go.
    pub close: Option<Close>,
}

/// How a server lets go of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Close {
    /// It ended its side (FIN).
    Finished,
    /// It reset the connection (RST): on some systems that takes what was not read yet with it.
    Reset,
}
