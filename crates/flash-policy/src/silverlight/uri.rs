//! The `uri` of a `<domain>`: which applications it matches.

use crate::origin::{port_of, split_port};
use crate::{DomainPattern, Movie, Scheme};

/// The `uri` of a `<domain>`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the format has no other forms")]
pub enum Uri {
    /// `*`.
    Any,
    /// `http://*` or `https://*`, also written without the `*`.
    AnyOver(Scheme),
    /// `file:///`: applications that were not loaded from a site.
    File,
    /// A host, or `*.` and a name, after its scheme.
    Hosts {
        /// The hosts, with the scheme.
        hosts: DomainPattern,
        /// The port that the application was loaded from. `None` is the scheme's default.
        port: Option<u16>,
    },
}

impl Uri {
    /// Parses the value of a `uri`. `None` if it matches nothing.
    ///
    /// In Moonlight, a path restricts it to an application with exactly that path. Paths of applications are not
    /// compared here, so a `uri` with a path matches nothing.
    ///
    /// ```
    /// use flash_policy::silverlight::Uri;
    /// use flash_policy::Scheme;
    ///
    /// assert_eq!(Uri::parse("http://*"), Some(Uri::AnyOver(Scheme::Http)));
    /// let hosts = "https://*.example.com".parse()?;
    /// assert_eq!(Uri::parse("https://*.example.com:8443"), Some(Uri::Hosts { hosts, port: Some(8443) }));
    /// assert_eq!(Uri::parse("example.com"), None); // without a scheme, it matches nothing
    /// # Ok::<(), flash_policy::domain::DomainError>(())
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "*" => return Some(Self::Any),
            "file:///" => return Some(Self::File),
            "http://" | "http://*" => return Some(Self::AnyOver(Scheme::Http)),
            "https://" | "https://*" => return Some(Self::AnyOver(Scheme::Https)),
            _ => {}
        }
        let text = text.strip_suffix('/').unwrap_or(text);
        let (_, port) = split_port(text.split_once("://")?.1);
        let port_text = port.map_or(0, |port| 1 + port.len());
        let hosts: DomainPattern = text.get(..text.len() - port_text)?.parse().ok()?;
        let port = port_of(port, hosts.scheme()?).ok()?;
        Some(Self::Hosts { hosts, port })
    }

    /// Whether it matches an application, by the address that it was loaded from.
    ///
    /// A `uri` with a host matches only applications from the same port, as in Moonlight (`CheckDomainUri` in
    /// `ClientAccessPolicy.cs`). `http://*` matches every port: Microsoft's samples have it for all sites, and Moonlight
    /// does not know it.
    ///
    /// A pattern `*.example.com` also matches example.com, as in Moonlight. Whether Silverlight does the same is not
    /// known. Only `*` and `file:///` match a [`Movie::Hostless`].
    ///
    /// ```
    /// use flash_policy::Movie;
    /// use flash_policy::silverlight::Uri;
    ///
    /// let application: Movie = "https://www.example.com/game.xap".parse()?;
    /// assert!(Uri::parse("https://*").is_some_and(|uri| uri.matches(&application)));
    /// assert!(!Uri::parse("http://*").is_some_and(|uri| uri.matches(&application)));
    /// # Ok::<(), flash_policy::origin::OriginError>(())
    /// ```
    #[must_use]
    pub fn matches(&self, application: &Movie) -> bool {
        match (self, application) {
            (Self::Any, _) | (Self::File, Movie::Hostless) => true,
            (Self::AnyOver(scheme), Movie::Remote(origin)) => *scheme == origin.scheme,
            (Self::Hosts { hosts, port }, Movie::Remote(origin)) => {
                *port == origin.port && hosts.matches(origin)
            }
            (Self::File, Movie::Remote(_))
            | (Self::AnyOver(_) | Self::Hosts { .. }, Movie::Hostless) => false,
        }
    }
}
