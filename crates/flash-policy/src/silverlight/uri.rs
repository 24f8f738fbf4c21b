//! The `uri` of a `<domain>`: which applications it matches.

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
    Hosts(DomainPattern),
}

impl Uri {
    /// Parses the value of a `uri`. `None` if it matches nothing.
    ///
    /// ```
    /// use flash_policy::silverlight::Uri;
    /// use flash_policy::Scheme;
    ///
    /// assert_eq!(Uri::parse("http://*"), Some(Uri::AnyOver(Scheme::Http)));
    /// assert!(matches!(Uri::parse("https://*.example.com"), Some(Uri::Hosts(_))));
    /// assert_eq!(Uri::parse("example.com"), None); // without a scheme, it matches nothing
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
        let pattern: DomainPattern = text.trim_end_matches('/').parse().ok()?;
        pattern.scheme()?;
        Some(Self::Hosts(pattern))
    }

    /// Whether it matches an application, by the address that it was loaded from.
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
            (Self::Hosts(pattern), Movie::Remote(origin)) => pattern.matches(origin),
            (Self::File, Movie::Remote(_))
            | (Self::AnyOver(_) | Self::Hosts(_), Movie::Hostless) => false,
        }
    }
}
