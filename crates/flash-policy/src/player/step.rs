//! A record of each connection of an attempt, for code that explains the outcome.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::player::client::Exchanged;
use crate::player::{Fetch, Moment};

/// One connection of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Step {
    /// The connection that the player wanted.
    pub fetch: Fetch,
    /// When it started.
    pub started: Moment,
    /// When it was established, including TLS.
    pub connected: Option<Moment>,
    /// When the first byte arrived.
    pub first_byte: Option<Moment>,
    /// How and when it ended for the player.
    pub end: Option<(ConnectionEnd, Moment)>,
    /// The head of the response, over HTTP.
    pub response: Option<PolicyResponse>,
    /// The number of reads that returned the document.
    pub pieces: usize,
    /// The bytes that the client took as the document, without the NUL.
    pub document: Vec<u8>,
    /// What the client learned from it.
    pub learnt: Option<Learnt>,
    /// What the driver reported after the end.
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
            response: None,
            pieces: 0,
            document: Vec::new(),
            learnt: None,
            afterwards: Afterwards {
                bytes: 0,
                close: None,
            },
        }
    }

    /// What the client received, now that the connection has ended.
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

/// What matters in the head of an HTTP response.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct PolicyResponse {
    /// The value of `Content-Type`.
    pub content_type: Option<Box<str>>,
    /// The value of `X-Permitted-Cross-Domain-Policies`.
    pub meta_policy: Option<Box<str>>,
    /// The number of redirects before this response, including one that was not followed.
    pub redirects: usize,
}

/// How a connection ended for the player.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ConnectionEnd {
    /// The movie's connection was established.
    Connected,
    /// The NUL arrived.
    Nul,
    /// The server ended its side before a NUL.
    Finished,
    /// The client stopped reading (Lightspark, Unity).
    ReadEnough,
    /// More than [`LARGEST`](crate::parse::LARGEST) bytes without a NUL.
    TooLarge,
    /// The server reset the connection before the end.
    Reset,
    /// Refused or unreachable.
    Refused,
    /// The document did not arrive, or not completely, within the player's limit.
    TimedOut,
    /// The TLS handshake failed.
    TlsFailed,
    /// HTTP without a document.
    NoDocument,
    /// HTTP with a content type that the client does not accept for policies.
    ContentType,
}

impl ConnectionEnd {
    /// Whether the player has to close the connection itself.
    pub(super) const fn leaves_open(self) -> bool {
        matches!(
            self,
            Self::Nul
                | Self::Finished
                | Self::ReadEnough
                | Self::TooLarge
                | Self::TimedOut
                | Self::ContentType
        )
    }
}

/// What a client learned from an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "an answer is a policy, something else, or not complete"
)]
pub enum Learnt {
    /// It is a policy.
    Policy,
    /// There was an answer, but it is not a policy.
    Unusable,
    /// There was no complete answer: no bytes, or some without the end that the client waits for.
    ///
    /// Flash Player waits for a NUL, or for the server to end its side. If a server sends a policy without either,
    /// [`Step::document`] has the policy, and [`Step::end`] is [`ConnectionEnd::TimedOut`].
    Nothing,
}

/// What happened on a connection after the player had finished with it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Afterwards {
    /// The number of bytes after the NUL.
    pub bytes: usize,
    /// How the server closed the connection after the player had its answer, or had given up.
    ///
    /// `None` if the driver did not report it. `attempt` never does, because it closes the connection at that moment. If
    /// the server closed first, [`Step::end`] says how. A driver of your own may keep the connection open for a while
    /// after [`Action::Close`](crate::player::Action::Close), and report what happens to
    /// [`Player::handle`](crate::Player::handle).
    pub close: Option<Close>,
}

/// How a server closes a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "TCP closes with a FIN or a reset")]
pub enum Close {
    /// It ended its side (FIN).
    Finished,
    /// It reset the connection (RST). On some systems, that discards data that has not been read yet.
    Reset,
}
