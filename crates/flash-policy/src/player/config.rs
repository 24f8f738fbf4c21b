//! Who wants to connect where, with which player: all that an attempt depends on besides the servers.

use alloc::boxed::Box;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::net::IpAddr;
use core::time::Duration;

use crate::decide::{Location, Sandbox};
use crate::player::client::lightspark_host;
use crate::{Host, PlayerVersion, Port};

/// How long an attempt may take as a whole, unless the movie says otherwise: 20 seconds.
///
/// Source: Adobe, "Flash Player 10 socket connection" and the reference of `XMLSocket.timeout`: it is counted from
/// `connect()` and covers the policy.
pub const TIMEOUT: Duration = Duration::from_secs(20);

/// One attempt to connect. [`Config::new`] gives Flash Player 32 in its usual state; set the fields that differ.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    /// Which program plays the movie.
    pub client: Client,
    /// Which version, where the client is Flash Player.
    pub version: PlayerVersion,
    /// The sandbox the movie runs in, and where it was loaded from.
    pub sandbox: Sandbox,
    /// The movie's URL as it is written, if it is known: Lightspark compares its host by the letter, with a trailing
    /// dot, a user name and brackets.
    pub movie_url: Option<Box<str>>,
    /// The host that the movie names.
    pub target: Host,
    /// The port that the movie names.
    pub port: Port,
    /// The class the movie connects with.
    pub socket: SocketClass,
    /// What the movie loaded with `Security.loadPolicyFile`, or with Unity's `Security.PrefetchSocketPolicy`, in order.
    pub loaded: Vec<Location>,
    /// Another port that counts as the client's master port (843; Silverlight's 943) in every rule, for test set-ups.
    pub master_port: Option<Port>,
    /// How long the attempt may take as a whole (`Socket.timeout`).
    pub timeout: Duration,
}

impl Config {
    /// Flash Player 32, a plain `Socket`, nothing loaded, 20 seconds.
    #[must_use]
    pub const fn new(sandbox: Sandbox, target: Host, port: Port) -> Self {
        Self {
            client: Client::Flash,
            version: PlayerVersion::LATEST,
            sandbox,
            movie_url: None,
            target,
            port,
            socket: SocketClass::Plain,
            loaded: Vec::new(),
            master_port: None,
            timeout: TIMEOUT,
        }
    }

    /// The host that the client compares with the rules' domains; a local movie has none.
    ///
    /// Lightspark cuts it out of the URL in its own way: `http://user:password@host/` is from `user` to it.
    #[must_use]
    pub fn compared_host(&self) -> Option<String> {
        let Sandbox::Remote(origin) = &self.sandbox else {
            return None;
        };
        match self.client {
            Client::Lightspark => self.movie().map(|url| lightspark_host(&url)),
            Client::Flash | Client::Unity | Client::Silverlight | Client::Ruffle => {
                Some(origin.host.to_string())
            }
        }
    }

    /// The movie's URL, or what is known of it; a local movie has none.
    pub(super) fn movie(&self) -> Option<String> {
        let Sandbox::Remote(origin) = &self.sandbox else {
            return None;
        };
        let written = self.movie_url.as_deref().map(String::from);
        Some(written.unwrap_or_else(|| origin.to_string()))
    }

    /// The port that is asked first.
    #[must_use]
    pub fn master(&self) -> Port {
        self.master_port.unwrap_or(self.client.master_port())
    }
}

/// A program that opens sockets for what it plays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Client {
    /// Adobe's Flash Player, or AIR.
    #[default]
    Flash,
    /// Lightspark, with its faults.
    Lightspark,
    /// Unity's web player.
    Unity,
    /// Microsoft's Silverlight.
    Silverlight,
    /// Ruffle's desktop player, which asks for no policy.
    Ruffle,
}

impl Client {
    /// Whether it refuses this very host, whatever a policy says: Lightspark holds a colon in it for a fault, and Unity
    /// has no IPv6.
    #[must_use]
    pub const fn refuses(self, host: &Host) -> bool {
        match self {
            Self::Lightspark | Self::Unity => matches!(host, Host::Address(IpAddr::V6(_))),
            Self::Flash | Self::Silverlight | Self::Ruffle => false,
        }
    }

    /// Whether it connects over IPv6 as well.
    #[must_use]
    pub const fn has_ipv6(self) -> bool {
        !matches!(self, Self::Unity)
    }

    /// The port that the client asks for a policy first.
    #[must_use]
    pub const fn master_port(self) -> Port {
        match self {
            Self::Silverlight => Port::SILVERLIGHT,
            Self::Flash | Self::Lightspark | Self::Unity | Self::Ruffle => Port::MASTER,
        }
    }
}

/// The class a movie connects with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SocketClass {
    /// `Socket` or `XMLSocket`: TCP.
    #[default]
    Plain,
    /// `SecureSocket`: TLS, for the policy too.
    Secure,
}
