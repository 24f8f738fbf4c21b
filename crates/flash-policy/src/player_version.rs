//! Versions of Flash Player. The policy rules changed five times between 2002 and 2008, and never after that.

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
    /// Flash Player 32, the last one.
    pub const LATEST: Self = Self {
        major: 32,
        minor: LAST,
        build: LAST,
    };

    /// Creates a version from its three numbers.
    #[must_use]
    pub const fn new(major: u16, minor: u16, build: u16) -> Self {
        Self {
            major,
            minor,
            build,
        }
    }

    /// The major version.
    #[must_use]
    pub const fn major(self) -> u16 {
        self.major
    }

    /// The policy rules that this version follows.
    #[must_use]
    pub(crate) fn era(self) -> Era {
        if self < Self::new(7, 0, 19) {
            Era::SiteRoot
        } else if self < Self::new(9, 0, 0) {
            Era::NamedPorts
        } else if self < Self::new(9, 0, 115) {
            Era::DestinationPort
        } else if self < Self::new(9, 0, 124) {
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
impl FromStr for PlayerVersion {
    type Err = PlayerVersionError;

    fn from_str(text: &str) -> Result<Self, PlayerVersionError> {
        let mut numbers = without_platform(text.trim())
            .split(['.', ','])
            .map(|number| number.parse::<u16>().map_err(|_| PlayerVersionError));
        let version = Self {
            major: numbers.next().unwrap_or(Err(PlayerVersionError))?,
            minor: numbers.next().transpose()?.unwrap_or(LAST),
            build: numbers.next().transpose()?.unwrap_or(LAST),
        };
        // A fourth number, as in 9.0.124.0, is ignored.
        numbers.next().transpose()?;
        if numbers.next().is_some() {
            return Err(PlayerVersionError);
        }
        if (1..=32).contains(&version.major) {
            Ok(version)
        } else {
            Err(PlayerVersionError)
        }
    }
}

/// `Capabilities.version` starts with three letters for the platform and a space, as in `LNX 11,2,202,644`.
fn without_platform(text: &str) -> &str {
    let numbers = text.split_once(' ').filter(|(platform, _)| {
        !platform.is_empty() && platform.bytes().all(|byte| byte.is_ascii_alphabetic())
    });
    numbers.map_or(text, |(_, numbers)| numbers.trim_start())
}

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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlayerVersionError;

impl fmt::Display for PlayerVersionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a Flash Player version from 1 to 32, like `9.0.124`, `32` or `WIN 32,0,0,465`")
    }
}

impl core::error::Error for PlayerVersionError {}
