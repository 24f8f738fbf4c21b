//! The parameters of an attempt: the player, the movie and the target.

use alloc::boxed::Box;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::time::Duration;

use crate::decide::{Location, Sandbox};
use crate::player::client::lightspark_host;
use crate::player::program::Client;
use crate::{Host, PlayerVersion, Port};

/// The total time for an attempt, unless the movie sets another: 20 seconds.
///
/// Source: Adobe, "Flash Player 10 socket connection" and the reference of `XMLSocket.timeout`. It starts with
/// `connect()` and includes the policy.
pub const TIMEOUT: Duration = Duration::from_secs(20);

/// The parameters of one attempt. [`Config::new`] has the defaults of Flash Player 32; the setters change what differs.
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
    ///
    /// For Silverlight, `http://HOST/clientaccesspolicy.xml` means that the application asks over HTTP
    /// (`SocketClientAccessPolicyProtocol.Http`) and not on port 943. Other locations have no effect.
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
    /// let config = Config::new(movie, "play.example.com".parse()?, Port::new(9339)?);
    /// assert_eq!((config.client, config.timeout), (Client::Flash, Duration::from_secs(20)));
    ///
    /// // The movie calls `Security.loadPolicyFile("xmlsocket://play.example.com:8430")` and sets `Socket.timeout`.
    /// let config = config
    ///     .loaded(["xmlsocket://play.example.com:8430".parse()?])
    ///     .timeout(Duration::from_secs(5));
    /// assert_eq!(config.loaded.len(), 1);
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

    /// Sets the program that plays the movie.
    ///
    /// ```
    /// use flash_policy::decide::Sandbox;
    /// use flash_policy::player::{Action, Client, Config, Player, Purpose};
    /// use flash_policy::{Moment, Port};
    ///
    /// let movie = Sandbox::Remote("http://www.example.com/game.swf".parse()?);
    /// let config = Config::new(movie, "play.example.com".parse()?, Port::new(9339)?).client(Client::Ruffle);
    /// let Action::Connect(first) = Player::new(config, Moment::ZERO).poll(Moment::ZERO) else { panic!() };
    /// assert_eq!(first.purpose, Purpose::Target); // Ruffle fetches no policy
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn client(mut self, client: Client) -> Self {
        self.client = client;
        self
    }

    /// Sets the version, if the client is Flash Player.
    ///
    /// ```
    /// use flash_policy::decide::Sandbox;
    /// use flash_policy::player::{Action, Config, Player, Purpose};
    /// use flash_policy::{Moment, Port};
    ///
    /// let movie = Sandbox::Remote("http://play.example.com/game.swf".parse()?);
    /// let config = Config::new(movie, "play.example.com".parse()?, Port::new(9339)?).version("7.0.14".parse()?);
    /// let Action::Connect(first) = Player::new(config, Moment::ZERO).poll(Moment::ZERO) else { panic!() };
    /// assert_eq!(first.purpose, Purpose::Target); // old players need no policy for the movie's own host
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn version(mut self, version: PlayerVersion) -> Self {
        self.version = version;
        self
    }

    /// Sets the movie's URL as written, for Lightspark.
    ///
    /// ```
    /// use flash_policy::Port;
    /// use flash_policy::decide::Sandbox;
    /// use flash_policy::player::{Client, Config};
    ///
    /// let url = "http://user:password@www.example.com/game.swf";
    /// let config = Config::new(Sandbox::Remote(url.parse()?), "play.example.com".parse()?, Port::new(9339)?)
    ///     .client(Client::Lightspark)
    ///     .movie_url(url);
    /// assert_eq!(config.compared_host().as_deref(), Some("user"));
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    #[must_use]
    pub fn movie_url(mut self, url: impl Into<Box<str>>) -> Self {
        self.movie_url = Some(url.into());
        self
    }

    /// Sets the class that the movie connects with.
    ///
    /// ```
    /// use flash_policy::decide::Sandbox;
    /// use flash_policy::player::{Action, Config, Player, SocketClass, Transport};
    /// use flash_policy::{Moment, Port};
    ///
    /// let movie = Sandbox::Remote("https://www.example.com/game.swf".parse()?);
    /// let config = Config::new(movie, "play.example.com".parse()?, Port::new(9339)?).socket(SocketClass::Secure);
    /// let Action::Connect(first) = Player::new(config, Moment::ZERO).poll(Moment::ZERO) else { panic!() };
    /// assert_eq!(first.transport, Transport::Tls); // also for the policy
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn socket(mut self, socket: SocketClass) -> Self {
        self.socket = socket;
        self
    }

    /// Sets the locations that the movie loaded before, in order.
    ///
    /// ```
    /// use flash_policy::decide::{Place, Sandbox};
    /// use flash_policy::player::{Action, Config, Event, Player, Purpose};
    /// use flash_policy::{Moment, Port};
    ///
    /// let movie = Sandbox::Remote("http://www.example.com/game.swf".parse()?);
    /// let config = Config::new(movie, "play.example.com".parse()?, Port::new(9339)?)
    ///     .loaded(["xmlsocket://play.example.com:8430".parse()?]);
    /// let mut player = Player::new(config, Moment::ZERO);
    /// let Action::Connect(master) = player.poll(Moment::ZERO) else { panic!() };
    /// player.handle(master.id, Event::Refused, Moment::ZERO);
    /// let Action::Connect(second) = player.poll(Moment::ZERO) else { panic!() };
    /// assert_eq!((second.purpose, second.port.get()), (Purpose::Policy(Place::Loaded(0)), 8430));
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    #[must_use]
    pub fn loaded(mut self, loaded: impl IntoIterator<Item = Location>) -> Self {
        self.loaded = loaded.into_iter().collect();
        self
    }

    /// Sets another port that counts as the client's master port, for test setups that cannot listen on 843.
    ///
    /// ```
    /// use flash_policy::Port;
    /// use flash_policy::decide::Sandbox;
    /// use flash_policy::player::Config;
    ///
    /// let movie = Sandbox::Remote("http://www.example.com/game.swf".parse()?);
    /// let config = Config::new(movie, "127.0.0.1".parse()?, Port::new(9339)?).master_port(Port::new(8430)?);
    /// assert_eq!(config.master().get(), 8430);
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn master_port(mut self, port: Port) -> Self {
        self.master_port = Some(port);
        self
    }

    /// Sets the total time for the attempt.
    ///
    /// ```
    /// use core::time::Duration;
    ///
    /// use flash_policy::decide::Sandbox;
    /// use flash_policy::player::{Config, Player};
    /// use flash_policy::{Moment, Port};
    ///
    /// let movie = Sandbox::Remote("http://www.example.com/game.swf".parse()?);
    /// let short = Duration::from_secs(5);
    /// let config = Config::new(movie, "play.example.com".parse()?, Port::new(9339)?).timeout(short);
    /// assert_eq!(Player::new(config, Moment::ZERO).budget_end(), Moment::after(short));
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
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
    /// let config = Config::new(Sandbox::LocalTrusted, "play.example.com".parse()?, Port::new(4502)?);
    /// assert_eq!(config.master().get(), 843);
    /// assert_eq!(config.client(Client::Silverlight).master().get(), 943);
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    #[must_use]
    pub fn master(&self) -> Port {
        self.master_port.unwrap_or(self.client.master_port())
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
