//! What the player wants done, and what it is told: the whole of its contact with the world.

use alloc::boxed::Box;

use crate::decide::Place;
use crate::player::{Moment, Outcome};
use crate::{Host, Port, REQUEST};

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Open a connection, and say what comes of it under its [`Fetch::id`]. Said once for each.
    Connect(Fetch),
    /// The player closes this connection: it has what it wanted, or gave up.
    ///
    /// A driver that is curious may read on for a while before it closes; what it tells then is kept in the
    /// [`Step`](crate::player::Step) and changes nothing. Said once for each.
    Close(FetchId),
    /// Nothing to do until something happens, or until then.
    Wait {
        /// When to call [`Player::poll`](crate::player::Player::poll) again at the latest.
        until: Moment,
    },
    /// It is over. Said again whenever asked.
    Done(Outcome),
}

/// The name of one connection of an attempt: its index in [`Player::steps`](crate::player::Player::steps).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FetchId(pub(super) usize);

impl FetchId {
    /// The index in [`Player::steps`](crate::player::Player::steps).
    #[must_use]
    pub const fn index(self) -> usize {
        self.0
    }
}

/// A connection that the player opens.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fetch {
    /// Its name.
    pub id: FetchId,
    /// What for.
    pub purpose: Purpose,
    /// The host, by the name that the movie used.
    pub host: Host,
    /// The port.
    pub port: Port,
    /// TCP or TLS.
    pub transport: Transport,
    /// What is said on it.
    pub protocol: Protocol,
    /// When the player gives up on the connect; once connected, [`Action::Wait`] says how long it waits on.
    pub deadline: Moment,
}

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// A policy.
    Policy(Place),
    /// The movie's own connection, once it may.
    Target,
}

/// What lies below what is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transport {
    /// Bytes as they are.
    Tcp,
    /// TLS, with a certificate that must be valid for the host.
    Tls,
}

/// What is said on a connection.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// These bytes are sent as soon as the connection stands; nothing is sent after them.
    Policy(&'static [u8]),
    /// `GET` over HTTP, by the driver: it tells the body of a `200` as [`Event::Received`] and [`Event::Finished`],
    /// and everything else as [`Event::NoDocument`].
    Http {
        /// From the first slash.
        path: Box<str>,
    },
    /// Nothing: that the connection stands is all that is asked.
    Nothing,
}

/// Flash's request: 23 bytes.
pub(super) const FLASH_REQUEST: Protocol = Protocol::Policy(REQUEST);

/// Silverlight's: the same without the NUL.
pub(super) const SILVERLIGHT_REQUEST: Protocol = Protocol::Policy(b"<policy-file-request/>");

/// Something that happened on a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// It stands; with [`Transport::Tls`], after the handshake.
    Connected,
    /// It was refused: a reset in answer to the connect, or the host or network is said to be unreachable.
    Refused,
    /// The system gave up on the connect before the player did.
    TimedOut,
    /// The TLS handshake failed, or the certificate is none that counts.
    TlsFailed,
    /// What one read returned. For clients other than Flash Player it matters where one read ends.
    Received(&'a [u8]),
    /// The server ended its side.
    Finished,
    /// The server reset the connection.
    Reset,
    /// HTTP only: no `200`, or no HTTP at all.
    NoDocument,
}
