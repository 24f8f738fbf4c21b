//! Versions of Flash Player. The rules for policies changed with 7.0.19, 9.0.16, 9.0.115, 9.0.124 and, in 2008, 10.0.
//! After that, version 11 added `SecureSocket`, which gets its policies over TLS, and version 24 is said to block some
//! ports.

use core::fmt;
use core::str::FromStr;

/// A version of Flash Player, such as `9.0.124` or `32`.
///
/// A version with fewer numbers means the last one of its kind: `9` is the last version of Flash Player 9.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PlayerVersion {
    major: u16,
    minor: u16,
    build: u16,
}

const LAST: u16 = u16::MAX;

impl PlayerVersion {
    /// 7.0.19, the first version in which a movie can load a policy from a port that it names.
    pub const NAMED_PORTS: Self = Self::released(7, 0, 19);

    /// 9.0.115, the first version that asks port 843.
    pub const MASTER_POLICY: Self = Self::released(9, 0, 115);

    /// 9.0.124, the first version in which a movie needs a policy even for its own host.
    pub const STRICT: Self = Self::released(9, 0, 124);

    /// Flash Player 32, the last one.
    pub const LATEST: Self = Self::released(32, LAST, LAST);

    /// Creates a version from its first three numbers.
    ///
    /// ```
    /// use flash_policy::PlayerVersion;
    ///
    /// assert_eq!(PlayerVersion::new(9, 0, 124), Ok(PlayerVersion::STRICT));
    /// assert!(PlayerVersion::new(0, 0, 0).is_err());
    /// assert!(PlayerVersion::new(99, 0, 0).is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// If there was no such series of versions: major versions are 1 to 32, and from 10 on each has few minor versions
    /// (10.0 to 10.3, 11.0 to 11.9, then only 12.0.0, 13.0.0 and so on). The third number is at most 999.
    pub const fn new(major: u16, minor: u16, build: u16) -> Result<Self, PlayerVersionError> {
        let last_minor = match major {
            10 => 3,
            1..=9 | 11 => 9,
            _ => 0,
        };
        let last_build = if major < 12 { 999 } else { 0 };
        if major == 0 || major > 32 || minor > last_minor || build > last_build {
            return Err(PlayerVersionError);
        }
        Ok(Self::released(major, minor, build))
    }

    /// A version that is known to exist.
    pub(crate) const fn released(major: u16, minor: u16, build: u16) -> Self {
        Self {
            major,
            minor,
            build,
        }
    }

    /// The major version.
    ///
    /// ```
    /// assert_eq!(flash_policy::PlayerVersion::LATEST.major(), 32);
    /// ```
    #[must_use]
    pub const fn major(self) -> u16 {
        self.major
    }

    /// The policy rules that this version follows.
    #[must_use]
    pub(crate) fn era(self) -> Era {
        if self < Self::NAMED_PORTS {
            Era::SiteRoot
        } else if self.major < 9 {
            Era::NamedPorts
        } else if self < Self::MASTER_POLICY {
            Era::DestinationPort
        } else if self < Self::STRICT {
            Era::Master
        } else {
            Era::Strict
        }
    }
}

impl Default for PlayerVersion {
    fn default() -> Self {
        Self::LATEST
    }
}

/// The policies that a player fetches, and what it allows without one.
///
/// Sources: *`ActionScript` Language Reference* (Flash MX 2004) p. 849; *Learning `ActionScript` 2.0* (Flash 8)
/// pp. 703–706; *Programming `ActionScript` 3.0* (Flex 2) pp. 457–459; the `ActionScript` 3 reference of `Socket` and
/// `XMLSocket`; Adobe's note "Sockets do not function" for 9.0.124.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Era {
    /// Before 7.0.19: `/crossdomain.xml` on HTTP port 80 can open every port from 1024 up. Nothing can open lower
    /// ports.
    SiteRoot,
    /// 7.0.19 to 8: also `loadPolicyFile("xmlsocket://host:port")`, which can also open ports below 1024.
    NamedPorts,
    /// 9.0.16 to 9.0.47: the destination port is asked last. HTTP counts only if the movie loads it.
    DestinationPort,
    /// 9.0.115: port 843 and socket meta-policies.
    Master,
    /// 9.0.124 and later: the movie's own host also needs a policy, and HTTP no longer counts.
    Strict,
}

impl Era {
    /// Whether a movie can connect to its own host, on ports from 1024 up, without a policy.
    ///
    /// Adobe's documents disagree about 9.0.115. The reference of `Socket` says that it still can, with a warning in
    /// the log.
    #[must_use]
    pub(crate) fn trusts_own_host(self) -> bool {
        self < Self::Strict
    }

    /// Whether port 843 is asked first.
    #[must_use]
    pub(crate) fn has_master(self) -> bool {
        self >= Self::Master
    }

    /// Whether the destination port is asked last.
    #[must_use]
    pub(crate) fn asks_destination(self) -> bool {
        self >= Self::DestinationPort
    }

    /// Whether `loadPolicyFile` accepts `xmlsocket:` addresses.
    #[must_use]
    pub(crate) fn loads_from_sockets(self) -> bool {
        self >= Self::NamedPorts
    }

    /// Whether a policy that the movie loaded over HTTP can open ports.
    ///
    /// For 9.0.115 this is inferred: Adobe says that it ended with 9.0.124.
    #[must_use]
    pub(crate) fn loads_from_http(self) -> bool {
        self >= Self::NamedPorts && self < Self::Strict
    }
}

/// Parses `9.0.124`, and the form that players report: `WIN 32,0,0,465`.
///
/// ```
/// use flash_policy::PlayerVersion;
///
/// assert_eq!("9.0.124".parse(), Ok(PlayerVersion::STRICT));
/// assert_eq!("LNX 9,0,124,0".parse(), Ok(PlayerVersion::STRICT));
/// assert!("9".parse::<PlayerVersion>()? > PlayerVersion::STRICT); // the last version of 9
/// assert!("33".parse::<PlayerVersion>().is_err());
/// # Ok::<(), flash_policy::player_version::PlayerVersionError>(())
/// ```
impl FromStr for PlayerVersion {
    type Err = PlayerVersionError;

    fn from_str(text: &str) -> Result<Self, PlayerVersionError> {
        let mut numbers = without_platform(text.trim())
            .split(['.', ','])
            .map(|number| number.parse::<u16>().map_err(|_| PlayerVersionError));
        let major = numbers.next().unwrap_or(Err(PlayerVersionError))?;
        let minor = numbers.next().transpose()?;
        let build = numbers.next().transpose()?;
        // A fourth number, as in 9.0.124.0, is ignored.
        numbers.next().transpose()?;
        if numbers.next().is_some() {
            return Err(PlayerVersionError);
        }
        let version = Self::new(major, minor.unwrap_or(0), build.unwrap_or(0))?;
        Ok(Self {
            minor: minor.unwrap_or(LAST),
            build: build.unwrap_or(LAST),
            ..version
        })
    }
}

/// `Capabilities.version` starts with three letters for the platform and a space, as in `LNX 11,2,202,644`.
fn without_platform(text: &str) -> &str {
    let numbers = text.split_once(' ').filter(|(platform, _)| {
        !platform.is_empty() && platform.bytes().all(|byte| byte.is_ascii_alphabetic())
    });
    numbers.map_or(text, |(_, numbers)| numbers.trim_start())
}

/// Writes the numbers that are known.
impl fmt::Display for PlayerVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.major)?;
        for number in [self.minor, self.build]
            .into_iter()
            .take_while(|number| *number != LAST)
        {
            write!(f, ".{number}")?;
        }
        Ok(())
    }
}

/// The text is not a player version.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct PlayerVersionError;

/// Writes the numbers that are known.
impl fmt::Display for PlayerVersionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a Flash Player version from 1 to 32, like `9.0.124`, `32` or `WIN 32,0,0,465`")
    }
}

impl core::error::Error for PlayerVersionError {}

debug_is_display!(PlayerVersionError);
