//! The parameters of an attempt: the player, the movie and the target.

use alloc::boxed::Box;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::net::IpAddr;
use core::time::Duration;

use crate::decide::{Location, Sandbox};
use crate::player::client::lightspark_host;
use crate::{Host, PlayerVersion, Port};

/// The total time for an attempt, unless the movie sets another: 20 seconds.
///
/// Source: Adobe, "Flash Player 10 socket connection" and the reference of `XMLSocket.timeout`. It starts with
/// `connect()` and includes the policy.
pub const TIMEOUT: Duration = Duration::from_secs(20);

/// The parameters of one attempt. [`Config::new`] has the defaults of Flash Player 32; set the fields that differ.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Config {
    /// The program that plays the movie.
    pub client: Client,
    /// The version, if the client is Flash Player.
    pub version: PlayerVersion,
    /// The sandbox the movie runs in, and where it was loaded from.
    pub sandbox: Sandbox,
    /// The movie's URL as written, if known. Lightspark compares its host exactly, including a trailing dot, a user
    /// name and brackets.
    pub movie_url: Option<Box<str>>,
    /// The host that the movie names.
    pub target: Host,
    /// The port that the movie names.
    pub port: Port,
    /// The class that the movie connects with.
    pub socket: SocketClass,
    /// The locations that the movie loaded with `Security.loadPolicyFile`, or Unity's `Security.PrefetchSocketPolicy`,
    /// in order.
    pub loaded: Vec<Location>,
    /// For test setups: another port that counts as the client's master port (843; 943 for Silverlight) in every rule.
    pub master_port: Option<Port>,
    /// The total time for the attempt (`Socket.timeout`).
    pub timeout: Duration,
}

impl Config {
    /// Flash Player 32, a plain `Socket`, no loaded policies, 20 seconds.
    ///
    /// ```
    /// use core::time::Duration;
    /// use flash_policy::Port;
    /// use flash_policy::decide::Sandbox;
    /// use flash_policy::player::{Client, Config};
    ///
    /// let movie = Sandbox::Remote("http://www.example.com/game.swf".parse()?);
    /// let mut config = Config::new(movie, "play.example.com".parse()?, Port::new(9339)?);
    /// assert_eq!((config.client, config.timeout), (Client::Flash, Duration::from_secs(20)));
    ///
    /// // The movie calls `Security.loadPolicyFile("xmlsocket://play.example.com:8430")` and sets `Socket.timeout`.
    /// config.loaded = vec!["xmlsocket://play.example.com:8430".parse()?];
    /// config.timeout = Duration::from_secs(5);
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
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

    /// The host that the client compares with the rules' domains. `None` for a local movie.
    ///
    /// Lightspark extracts it from the URL in its own way: it reads `http://user:password@host/` as a URL of the host
    /// `user`.
    ///
    /// ```
    /// use flash_policy::Port;
    /// use flash_policy::decide::Sandbox;
    /// use flash_policy::player::Config;
    ///
    /// let movie = Sandbox::Remote("http://WWW.example.com/game.swf".parse()?);
    /// let config = Config::new(movie, "play.example.com".parse()?, Port::new(9339)?);
    /// assert_eq!(config.compared_host().as_deref(), Some("www.example.com"));
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
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

    /// The movie's URL, or the part of it that is known. `None` for a local movie.
    pub(super) fn movie(&self) -> Option<String> {
        let Sandbox::Remote(origin) = &self.sandbox else {
            return None;
        };
        let written = self.movie_url.as_deref().map(String::from);
        Some(written.unwrap_or_else(|| origin.to_string()))
    }

    /// The port that is asked first.
    ///
    /// ```
    /// use flash_policy::Port;
    /// use flash_policy::decide::Sandbox;
    /// use flash_policy::player::{Client, Config};
    ///
    /// let mut config = Config::new(Sandbox::LocalTrusted, "play.example.com".parse()?, Port::new(4502)?);
    /// assert_eq!(config.master().get(), 843);
    /// config.client = Client::Silverlight;
    /// assert_eq!(config.master().get(), 943);
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    #[must_use]
    pub fn master(&self) -> Port {
        self.master_port.unwrap_or(self.client.master_port())
    }
}

/// A program that plays content and opens sockets for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Client {
    /// Adobe's Flash Player, or AIR.
    #[default]
    Flash,
    /// Lightspark, including its bugs.
    Lightspark,
    /// Unity Web Player.
    Unity,
    /// Microsoft Silverlight.
    Silverlight,
    /// Ruffle's desktop player, which fetches no policies.
    Ruffle,
}

impl Client {
    /// Whether the client refuses this host, whatever a policy says. Lightspark takes a colon in it for an error, and
    /// Unity does not support IPv6.
    ///
    /// ```
    /// use flash_policy::player::Client;
    ///
    /// let host = "[2001:db8::1]".parse()?;
    /// assert!(Client::Unity.refuses(&host));
    /// assert!(!Client::Flash.refuses(&host));
    /// # Ok::<(), flash_policy::origin::HostError>(())
    /// ```
    #[must_use]
    pub const fn refuses(self, host: &Host) -> bool {
        match self {
            Self::Lightspark | Self::Unity => matches!(host, Host::Address(IpAddr::V6(_))),
            Self::Flash | Self::Silverlight | Self::Ruffle => false,
        }
    }

    /// Whether the client supports IPv6.
    ///
    /// ```
    /// use flash_policy::player::Client;
    ///
    /// assert!(Client::Flash.has_ipv6());
    /// assert!(!Client::Unity.has_ipv6());
    /// ```
    #[must_use]
    pub const fn has_ipv6(self) -> bool {
        !matches!(self, Self::Unity)
    }

    /// The port that the client asks first for a policy.
    ///
    /// ```
    /// use flash_policy::player::Client;
    ///
    /// assert_eq!(Client::Flash.master_port().get(), 843);
    /// assert_eq!(Client::Silverlight.master_port().get(), 943);
    /// ```
    #[must_use]
    pub const fn master_port(self) -> Port {
        match self {
            Self::Silverlight => Port::SILVERLIGHT,
            Self::Flash | Self::Lightspark | Self::Unity | Self::Ruffle => Port::MASTER,
        }
    }
}

/// The class that a movie connects with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "Flash Player connects with TCP or TLS"
)]
pub enum SocketClass {
    /// `Socket` or `XMLSocket`: TCP.
    #[default]
    Plain,
    /// `SecureSocket`: TLS, also for the policy.
    Secure,
}
