//! One header rule of a URL policy.

use core::fmt;

use super::{HeaderSet, HeaderSetError, Secure};
use crate::DomainPattern;
use crate::domain::DomainError;

/// One `<allow-http-request-headers-from>`: movies from a domain can send these request headers to the site.
///
/// It is about what movies send. Whether they can read the response is for a [`Rule`](crate::Rule). They came with
/// player 9.0.115 or 9.0.124; the texts in Adobe's knowledge base differ (`arbitrary-headers-sent-flash-player`,
/// `authorization-header-request-flash-player`).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct HeaderRule {
    /// The movies that the rule matches, by the host they were loaded from.
    pub domain: DomainPattern,
    /// The headers that these movies can send.
    pub headers: HeaderSet,
    /// Whether the rule matches only movies loaded over HTTPS.
    pub secure: Secure,
}

impl HeaderRule {
    /// Movies from this domain can send these headers, if they were loaded as securely as the policy
    /// ([`Secure::AsServed`]).
    ///
    /// ```
    /// use flash_policy::policy::{HeaderRule, HeaderSet};
    /// use flash_policy::{DomainPattern, Secure};
    ///
    /// let rule = HeaderRule::new(DomainPattern::ANY, HeaderSet::all());
    /// assert_eq!((rule.headers.to_string(), rule.secure), ("*".to_owned(), Secure::AsServed));
    /// ```
    #[must_use]
    pub fn new(domain: impl Into<DomainPattern>, headers: HeaderSet) -> Self {
        Self {
            domain: domain.into(),
            headers,
            secure: Secure::AsServed,
        }
    }

    /// The rule for a domain and headers as written in a policy file.
    ///
    /// ```
    /// use flash_policy::policy::HeaderRule;
    ///
    /// let rule = HeaderRule::parse("*.example.com", "SOAPAction,X-Game-*")?;
    /// assert_eq!(rule.headers.to_string(), "SOAPAction,X-Game-*");
    /// # Ok::<(), flash_policy::policy::HeaderRuleError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the domain or the headers are invalid.
    pub fn parse(domain: &str, headers: &str) -> Result<Self, HeaderRuleError> {
        let domain: DomainPattern = domain.parse().map_err(HeaderRuleError::Domain)?;
        let headers = headers.parse().map_err(HeaderRuleError::Headers)?;
        Ok(Self::new(domain, headers))
    }
}

/// Why there is no header rule for a domain and headers.
#[derive(Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HeaderRuleError {
    /// The domain is invalid.
    Domain(DomainError),
    /// The headers are invalid.
    Headers(HeaderSetError),
}

impl fmt::Display for HeaderRuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Domain(error) => error.fmt(f),
            Self::Headers(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for HeaderRuleError {}

debug_is_display!(HeaderRuleError);
