//! One rule of a policy.

use core::fmt;

use crate::domain::DomainError;
use crate::ports::{IntoPorts, PortSetError};
use crate::{DomainPattern, PortSet, Scheme};

/// One `<allow-access-from>`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Rule {
    /// The movies that the rule matches, by the host they were loaded from.
    pub domain: DomainPattern,
    /// The ports that these movies can connect to.
    pub ports: PortSet,
    /// Whether the rule matches only movies loaded over HTTPS.
    pub secure: Secure,
}

impl Rule {
    /// Movies from this domain can connect to these ports, however they were loaded.
    ///
    /// ```
    /// use flash_policy::{DomainPattern, Port, Rule, Secure};
    ///
    /// let rule = Rule::new(DomainPattern::ANY, Port::MASTER);
    /// assert_eq!((rule.ports.to_string(), rule.secure), ("843".to_owned(), Secure::Any));
    /// ```
    #[must_use]
    pub fn new(domain: impl Into<DomainPattern>, ports: impl Into<PortSet>) -> Self {
        Self {
            domain: domain.into(),
            ports: ports.into(),
            secure: Secure::Any,
        }
    }

    /// The rule for a domain and ports as written in a policy file, or as numbers: see [`Policy::allow`](crate::Policy::allow).
    ///
    /// ```
    /// use flash_policy::Rule;
    ///
    /// let rule = Rule::parse("*.example.com", 9400..=9410)?;
    /// assert_eq!(rule, Rule::parse("*.Example.com", "9400-9410")?);
    /// # Ok::<(), flash_policy::policy::RuleError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the domain or the ports are invalid, or if there are no ports.
    pub fn parse(domain: &str, ports: impl IntoPorts) -> Result<Self, RuleError> {
        let domain: DomainPattern = domain.parse().map_err(RuleError::Domain)?;
        let ports = ports.into_ports().map_err(RuleError::Ports)?;
        Ok(Self::new(domain, ports))
    }

    /// Restricts the rule to movies loaded over HTTPS.
    ///
    /// ```
    /// use flash_policy::{Rule, Secure};
    ///
    /// let rule = Rule::parse("www.example.com", 9339)?.https_only();
    /// assert_eq!(rule.secure, Secure::HttpsOnly);
    /// # Ok::<(), flash_policy::policy::RuleError>(())
    /// ```
    #[must_use]
    pub fn https_only(mut self) -> Self {
        self.secure = Secure::HttpsOnly;
        self
    }
}

/// Why there is no rule for a domain and ports.
#[derive(Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RuleError {
    /// The domain is invalid.
    Domain(DomainError),
    /// The ports are invalid, or the list is empty.
    Ports(PortSetError),
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Domain(error) => error.fmt(f),
            Self::Ports(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for RuleError {}

debug_is_display!(RuleError);

/// The `secure` attribute of a rule.
///
/// In socket policies, the default is `false`, even though the DTD says `true` (Adobe, *Cross Domain Policy File
/// Specification*). A parser that applied the DTD's default would refuse all movies loaded over plain HTTP.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the attribute has two values, or is missing"
)]
pub enum Secure {
    /// `secure="true"`: only movies loaded over HTTPS.
    HttpsOnly,
    /// `secure="false"`, or no attribute in a socket policy: movies loaded in any way.
    #[default]
    Any,
    /// No attribute in a URL policy. If the policy was served over HTTPS, only movies loaded over HTTPS, as with
    /// `true`. Otherwise, movies loaded in any way (Adobe, *Developer's Guide*, "Website controls (policy files)").
    AsServed,
}

impl Secure {
    /// What it means in a URL policy that is served over this scheme. Over plain HTTP it has no effect.
    pub(crate) const fn served_over(self, scheme: Scheme) -> Self {
        match (self, scheme) {
            (_, Scheme::Http) | (Self::Any, Scheme::Https) => Self::Any,
            (Self::HttpsOnly | Self::AsServed, Scheme::Https) => Self::HttpsOnly,
        }
    }
}
