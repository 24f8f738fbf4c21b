//! What a movie asks for: where it wants to connect, and where its policies can come from.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;

use crate::origin::OriginError;
use crate::{Host, Origin, PlayerVersion, Port, Scheme};

/// A movie that needs a policy to connect. [`Sandbox`] also has the movies about which no policy decides.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a movie comes from a host, or not")]
pub enum Movie {
    /// Loaded from a host.
    Remote(Origin),
    /// Loaded from a place without a host name: a local file that may use the network. Only a rule for `*` allows it.
    Hostless,
}

/// ```
/// use flash_policy::{Movie, Origin};
///
/// let origin: Origin = "http://www.example.com/game.swf".parse()?;
/// assert_eq!(Movie::from(origin.clone()), Movie::Remote(origin));
/// # Ok::<(), flash_policy::origin::OriginError>(())
/// ```
impl From<Origin> for Movie {
    fn from(origin: Origin) -> Self {
        Self::Remote(origin)
    }
}

/// Parses the movie's own URL, with `http:`, `https:` or `file:`.
///
/// ```
/// use flash_policy::Movie;
///
/// let movie: Movie = "https://www.example.com/game.swf".parse()?;
/// assert_eq!(movie, Movie::Remote("https://www.example.com".parse()?));
/// assert_eq!("file:///C:/game.swf".parse(), Ok(Movie::Hostless));
/// # Ok::<(), flash_policy::origin::OriginError>(())
/// ```
impl FromStr for Movie {
    type Err = OriginError;

    fn from_str(text: &str) -> Result<Self, OriginError> {
        let scheme = text.split_once(':').map(|(scheme, _)| scheme);
        if scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("file")) {
            return Ok(Self::Hostless);
        }
        text.parse().map(Self::Remote)
    }
}

/// The security sandbox a movie runs in (`Security.sandboxType`). Policies decide about a [`Movie`]; the other sandboxes
/// need none, or allow no sockets.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Sandbox {
    /// `remote`: policies decide.
    Remote(Origin),
    /// `localWithNetwork`: policies decide, and only a rule for `*` allows it.
    LocalWithNetwork,
    /// `localWithFile`: `SecurityError` #2010. No policy is fetched.
    LocalWithFile,
    /// `localTrusted`: reported to need no policy.
    LocalTrusted,
    /// AIR's `application`: needs no policy.
    Application,
}

/// ```
/// use flash_policy::Movie;
/// use flash_policy::decide::Sandbox;
///
/// assert_eq!(Sandbox::from(Movie::Hostless), Sandbox::LocalWithNetwork);
/// ```
impl From<Movie> for Sandbox {
    fn from(movie: Movie) -> Self {
        match movie {
            Movie::Remote(origin) => Self::Remote(origin),
            Movie::Hostless => Self::LocalWithNetwork,
        }
    }
}

impl From<Origin> for Sandbox {
    fn from(origin: Origin) -> Self {
        Self::Remote(origin)
    }
}

/// Parses the movie's own URL, with `http:`, `https:` or `file:`. A local movie gets
/// [`LocalWithNetwork`](Sandbox::LocalWithNetwork), because policies decide about no other local movie.
///
/// ```
/// use flash_policy::decide::Sandbox;
///
/// let movie: Sandbox = "https://www.example.com/game.swf".parse()?;
/// assert_eq!(movie, Sandbox::Remote("https://www.example.com".parse()?));
/// assert_eq!("file:///C:/game.swf".parse(), Ok(Sandbox::LocalWithNetwork));
/// # Ok::<(), flash_policy::origin::OriginError>(())
/// ```
impl FromStr for Sandbox {
    type Err = OriginError;

    fn from_str(text: &str) -> Result<Self, OriginError> {
        text.parse().map(Movie::into)
    }
}

/// A policy location that the movie named with `Security.loadPolicyFile`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Location {
    /// `xmlsocket://host:port`.
    Socket {
        /// The host.
        host: Host,
        /// The port.
        port: Port,
    },
    /// `http://host/path`. Of Flash Player, only versions before 9.0.124 use it for sockets, and only from the root
    /// folder on port 80. Silverlight uses `http://host/clientaccesspolicy.xml`, if the application chooses HTTP.
    Http {
        /// `http` or `https`.
        scheme: Scheme,
        /// The host.
        host: Host,
        /// The port, also if the address omits it.
        port: Port,
        /// The path, from its first slash.
        path: Box<str>,
    },
}

/// A movie's request to connect.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Request {
    /// The player's version.
    pub player: PlayerVersion,
    /// The movie's sandbox.
    pub sandbox: Sandbox,
    /// The host as the movie names it. Players store policies by name, not by address: a policy of `127.0.0.1` is not
    /// one of `localhost`. [`Host`] ignores upper case and a final dot. Whether players do is not known.
    pub target: Host,
    /// The port to connect to.
    pub port: Port,
    /// The locations that the movie loaded before, in order.
    pub loaded: Vec<Location>,
}

impl Request {
    /// A request of the newest player, from a movie that loaded no policies.
    ///
    /// ```
    /// use flash_policy::decide::{Request, Sandbox};
    /// use flash_policy::{PlayerVersion, Port};
    ///
    /// let movie = Sandbox::Remote("http://www.example.com/game.swf".parse()?);
    /// let request = Request::new(movie, "game.example.com".parse()?, Port::new(9339)?)
    ///     .player("9.0.124".parse()?)
    ///     .loaded(["xmlsocket://game.example.com:8080".parse()?]);
    /// assert_eq!(request.loaded.len(), 1);
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    #[must_use]
    pub fn new(sandbox: Sandbox, target: Host, port: Port) -> Self {
        Self {
            player: PlayerVersion::default(),
            sandbox,
            target,
            port,
            loaded: Vec::new(),
        }
    }

    /// Sets the player's version.
    ///
    /// ```
    /// use flash_policy::Port;
    /// use flash_policy::decide::{Allowed, Decision, Known, Request, Sandbox, decide};
    ///
    /// // Before version 9.0.124, a movie needed no policy for its own host.
    /// let movie = Sandbox::Remote("http://game.example.com/game.swf".parse()?);
    /// let request = Request::new(movie, "game.example.com".parse()?, Port::new(9339)?);
    /// assert!(matches!(decide(&request, &Known::default()), Decision::Ask(_)));
    /// let request = request.player("9.0.47".parse()?);
    /// assert_eq!(decide(&request, &Known::default()), Decision::Allowed(Allowed::OwnHost));
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    #[must_use]
    pub fn player(mut self, player: PlayerVersion) -> Self {
        self.player = player;
        self
    }

    /// Sets the locations that the movie loaded before, in order.
    ///
    /// ```
    /// use flash_policy::Port;
    /// use flash_policy::decide::{Decision, Known, Place, PolicyAnswer, Request, Sandbox, decide};
    ///
    /// let movie = Sandbox::Remote("http://www.example.com/game.swf".parse()?);
    /// let request = Request::new(movie, "game.example.com".parse()?, Port::new(9339)?)
    ///     .loaded(["xmlsocket://game.example.com:8080".parse()?]);
    ///
    /// // After port 843, the player asks the location that the movie loaded.
    /// let mut known = Known::default();
    /// known.learn(Place::Master, PolicyAnswer::Absent);
    /// let Decision::Ask(ask) = decide(&request, &known) else { panic!() };
    /// assert_eq!(ask.place, Place::Loaded(0));
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    #[must_use]
    pub fn loaded(mut self, loaded: impl IntoIterator<Item = Location>) -> Self {
        self.loaded = loaded.into_iter().collect();
        self
    }
}

/// Where a policy can come from. Its text counts loaded locations from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a caller must be able to fetch from every place"
)]
pub enum Place {
    /// Port 843 of the target.
    Master,
    /// The location with this index in [`Request::loaded`].
    Loaded(usize),
    /// The port that the movie wants to connect to.
    Destination,
    /// `/crossdomain.xml` on the target's HTTP port 80.
    SiteRoot,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Master => f.write_str("policy of port 843"),
            Self::Loaded(index) => write!(f, "policy of loaded location {}", index + 1),
            Self::Destination => f.write_str("policy of the destination port"),
            Self::SiteRoot => f.write_str("/crossdomain.xml"),
        }
    }
}
