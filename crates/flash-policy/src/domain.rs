//! The `domain` of a rule: parse, match, display.
//!
//! The grammar (Adobe, *Developer's Guide*, "Website controls (policy files)"; *Cross Domain Policy File
//! Specification*) allows `*`, an exact host name, an exact address, or `*.` and a name of at least two labels, which
//! matches that name and all its subdomains. A prefix `http://` or `https://` restricts a name to movies loaded that
//! way. There are no other wildcards, no lists, no ports and no paths.

use core::fmt;
use core::net::IpAddr;

use crate::origin::{Host, HostName, Origin, Scheme};

mod error;
mod parse;
pub(crate) mod pasted;
pub(crate) mod placeholder;

pub use error::{DomainError, DomainErrorKind};

/// The movies that a rule matches, by the host they were loaded from.
///
/// ```
/// use flash_policy::DomainPattern;
///
/// let pattern: DomainPattern = "*.example.com".parse()?;
/// assert!(pattern.matches(&"http://www.example.com/game.swf".parse()?));
/// assert!(pattern.matches(&"http://example.com/game.swf".parse()?));
/// assert!(!pattern.matches(&"http://example.org/game.swf".parse()?));
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DomainPattern {
    scheme: Option<Scheme>,
    hosts: Hosts,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Hosts {
    Any,
    Exactly(Host),
    /// The name itself and all its subdomains.
    Under(HostName),
}

impl DomainPattern {
    /// `*`: every movie, even one without a host.
    pub const ANY: Self = Self {
        scheme: None,
        hosts: Hosts::Any,
    };

    /// Whether it is `*`.
    ///
    /// ```
    /// use flash_policy::DomainPattern;
    ///
    /// assert!(DomainPattern::ANY.is_any());
    /// assert!(!"*.example.com".parse::<DomainPattern>()?.is_any());
    /// # Ok::<(), flash_policy::domain::DomainError>(())
    /// ```
    #[must_use]
    pub fn is_any(&self) -> bool {
        *self == Self::ANY
    }

    /// The scheme that the movie must have been loaded with, if the pattern has one.
    ///
    /// ```
    /// use flash_policy::{DomainPattern, Scheme};
    ///
    /// let pattern: DomainPattern = "https://www.example.com".parse()?;
    /// assert_eq!(pattern.scheme(), Some(Scheme::Https));
    /// # Ok::<(), flash_policy::domain::DomainError>(())
    /// ```
    #[must_use]
    pub const fn scheme(&self) -> Option<Scheme> {
        self.scheme
    }

    /// The pattern without its scheme, as written in a policy: `*`, `www.example.com`, `*.example.com`.
    ///
    /// ```
    /// use flash_policy::DomainPattern;
    ///
    /// let pattern: DomainPattern = "https://*.example.com".parse()?;
    /// assert_eq!(pattern.hosts().to_string(), "*.example.com");
    /// # Ok::<(), flash_policy::domain::DomainError>(())
    /// ```
    #[must_use]
    pub fn hosts(&self) -> impl fmt::Display {
        DisplayHosts(self)
    }

    /// Whether it matches a movie loaded from this origin.
    ///
    /// A pattern with `http://` does not match a movie loaded over HTTPS, and vice versa.
    ///
    /// ```
    /// use flash_policy::{DomainPattern, Origin};
    ///
    /// let movie: Origin = "https://www.example.com/game.swf".parse()?;
    /// assert!("www.example.com".parse::<DomainPattern>()?.matches(&movie));
    /// assert!(!"http://www.example.com".parse::<DomainPattern>()?.matches(&movie));
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    #[must_use]
    pub fn matches(&self, origin: &Origin) -> bool {
        if self.scheme.is_some_and(|scheme| scheme != origin.scheme) {
            return false;
        }
        match (&self.hosts, &origin.host) {
            (Hosts::Any, _) => true,
            (Hosts::Exactly(host), other) => host == other,
            (Hosts::Under(suffix), Host::Name(name)) => is_under(name.as_str(), suffix.as_str()),
            (Hosts::Under(_), Host::Address(_)) => false,
        }
    }
}

#[cfg(feature = "silverlight")]
impl DomainPattern {
    /// The pattern for the same hosts with any scheme.
    pub(crate) fn over_any_scheme(&self) -> Self {
        Self {
            scheme: None,
            hosts: self.hosts.clone(),
        }
    }

    /// Whether it matches every movie that the other pattern matches.
    pub(crate) fn covers(&self, other: &Self) -> bool {
        if self.scheme.is_some() && self.scheme != other.scheme {
            return false;
        }
        match (&self.hosts, &other.hosts) {
            (Hosts::Any, _) => true,
            (Hosts::Exactly(host), Hosts::Exactly(other)) => host == other,
            (Hosts::Under(suffix), Hosts::Under(other) | Hosts::Exactly(Host::Name(other))) => {
                is_under(other.as_str(), suffix.as_str())
            }
            (Hosts::Under(_) | Hosts::Exactly(_), _) => false,
        }
    }
}

/// Whether `name` is `suffix`, or ends in a dot and `suffix`.
fn is_under(name: &str, suffix: &str) -> bool {
    name.strip_suffix(suffix)
        .is_some_and(|head| head.is_empty() || head.ends_with('.'))
}

/// Matches movies from exactly this host.
///
/// ```
/// use flash_policy::{DomainPattern, Host};
///
/// let host: Host = "www.example.com".parse()?;
/// assert_eq!(DomainPattern::from(host), "www.example.com".parse()?);
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
impl From<Host> for DomainPattern {
    fn from(host: Host) -> Self {
        Self {
            scheme: None,
            hosts: Hosts::Exactly(host),
        }
    }
}

/// Matches movies whose URL has exactly this address.
///
/// ```
/// use std::net::IpAddr;
/// use flash_policy::DomainPattern;
///
/// let address: IpAddr = "2001:db8::7".parse()?;
/// assert_eq!(DomainPattern::from(address).to_string(), "2001:db8::7");
/// # Ok::<(), std::net::AddrParseError>(())
/// ```
impl From<IpAddr> for DomainPattern {
    fn from(address: IpAddr) -> Self {
        Host::from(address).into()
    }
}

/// Writes the value of `domain`.
impl fmt::Display for DomainPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(scheme) = self.scheme {
            write!(f, "{}://", scheme.as_str())?;
        }
        fmt::Display::fmt(&DisplayHosts(self), f)
    }
}

struct DisplayHosts<'a>(&'a DomainPattern);

impl fmt::Display for DisplayHosts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.hosts {
            Hosts::Any => f.write_str("*"),
            Hosts::Exactly(Host::Name(name)) => fmt::Display::fmt(name, f),
            Hosts::Exactly(Host::Address(address)) => write!(f, "{address}"),
            Hosts::Under(suffix) => write!(f, "*.{suffix}"),
        }
    }
}
