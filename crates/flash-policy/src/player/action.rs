//! What the player wants done, and the events that it receives. The machine has no other contact with the outside.

use alloc::boxed::Box;

use crate::decide::Place;
use crate::player::{Moment, Outcome};
use crate::{Host, Port, REQUEST};

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a driver must perform every action"
)]
pub enum Action {
    /// Open a connection, and report its events under its [`Fetch::id`]. Returned once for each connection.
    Connect(Fetch),
    /// Close this connection, because the player has what it wanted or gave up.
    ///
    /// A driver may keep reading for a while before it closes the connection. What it reports is recorded in the
    /// [`Step`](crate::player::Step) and has no other effect. Returned once for each connection.
    Close(FetchId),
    /// Wait for an event or until this moment.
    Wait {
        /// The latest moment to call [`Player::poll`](crate::player::Player::poll) again.
        until: Moment,
    },
    /// The attempt is over. Further polls return the same.
    Done(Outcome),
}

/// Identifies a connection of an attempt. It is the index in [`Player::steps`](crate::player::Player::steps).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FetchId(pub(super) usize);

impl FetchId {
    /// The index in [`Player::steps`](crate::player::Player::steps).
    ///
    /// ```
    /// use flash_policy::{Moment, Port};
    /// use flash_policy::decide::Sandbox;
    /// use flash_policy::player::{Action, Config, Player};
    ///
    /// let config = Config::new(Sandbox::Application, "play.example.com".parse()?, Port::new(9339)?);
    /// let mut player = Player::new(config, Moment::ZERO);
    /// let Action::Connect(fetch) = player.poll(Moment::ZERO) else { panic!() };
    /// assert_eq!(player.steps()[fetch.id.index()].fetch, fetch);
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn index(self) -> usize {
        self.0
    }
}

/// A connection that the player opens.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fetch {
    /// Identifies the connection.
    pub id: FetchId,
    /// What the connection is for.
    pub purpose: Purpose,
    /// The host, as the movie names it.
    pub host: Host,
    /// The port.
    pub port: Port,
    /// TCP or TLS.
    pub transport: Transport,
    /// What is sent on it.
    pub protocol: Protocol,
    /// When the player gives up connecting. Once connected, [`Action::Wait`] has the limit for the answer.
    pub deadline: Moment,
}

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a connection is for a policy or for the movie"
)]
pub enum Purpose {
    /// To fetch a policy.
    Policy(Place),
    /// For the movie's own connection, once it is allowed.
    Target,
}

/// The transport of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a driver must support every transport"
)]
pub enum Transport {
    /// Plain TCP.
    Tcp,
    /// TLS. The certificate must be valid for the host.
    Tls,
}

/// What is sent on a connection.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a driver must send each of them")]
pub enum Protocol {
    /// Send these bytes as soon as the connection is established, and nothing after them.
    Policy(&'static [u8]),
    /// Send a `GET` over HTTP. Report the head of the response as [`Event::Responded`], and the body of a `200` as
    /// [`Event::Received`] and [`Event::Finished`]. Report anything else as [`Event::NoDocument`].
    ///
    /// Follow a redirect if it stays on this scheme, host and port and leads to a file in the root folder. Another
    /// redirect is reported as [`Event::Responded`] and [`Event::NoDocument`].
    Http {
        /// The path, from the first slash.
        path: Box<str>,
    },
    /// Send nothing: an established connection is enough.
    Nothing,
}

/// Flash's policy request: 23 bytes.
pub(super) const FLASH_REQUEST: Protocol = Protocol::Policy(REQUEST);

/// Silverlight's policy request: the same without the NUL.
pub(super) const SILVERLIGHT_REQUEST: Protocol = Protocol::Policy(b"<policy-file-request/>");

/// An event on a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event<'a> {
    /// The connection is established. With [`Transport::Tls`], after the handshake.
    Connected,
    /// It was refused by a reset, or the host or network is unreachable.
    Refused,
    /// The operating system gave up connecting before the player did.
    TimedOut,
    /// The TLS handshake failed, or the certificate is not valid.
    TlsFailed,
    /// The bytes of one read. For clients other than Flash Player, the boundaries of reads matter.
    Received(&'a [u8]),
    /// The server ended its side.
    Finished,
    /// The server reset the connection.
    Reset,
    /// HTTP only: the head of the response has arrived. If the client does not accept its content type, the connection
    /// ends with [`ConnectionEnd::ContentType`](crate::player::ConnectionEnd::ContentType).
    Responded {
        /// The value of `Content-Type`, if there is one.
        content_type: Option<&'a str>,
        /// The value of `X-Permitted-Cross-Domain-Policies`, if there is one. Several are joined with `, `.
        meta_policy: Option<&'a str>,
        /// The number of redirects before this response. If a redirect was not followed, it counts too.
        redirects: usize,
    },
    /// HTTP only: the response was not a `200`, or not HTTP.
    NoDocument,
}
