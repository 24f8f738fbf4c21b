//! Policies after parsing: rules and a meta-policy.
//!
//! A [`Policy`] contains only what takes effect. A rule that fails in the player is a fault that
//! [`parse`](fn@crate::parse) reports; it never appears here.

use alloc::vec::Vec;

use core::fmt;
use core::str::FromStr;

use crate::ports::IntoPorts;

mod rule;

pub use rule::{Rule, RuleError, Secure};

/// The kind of policy file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the format has only these two kinds"
)]
pub enum Profile {
    /// Served over the socket protocol; `to-ports` is required.
    #[default]
    Socket,
    /// Served as `/crossdomain.xml` over HTTP, where `to-ports` is ignored.
    ///
    /// Players before 9.0.124 also use such a file for sockets, for all ports from 1024 up.
    Url,
}

/// A policy: which movies can connect to which ports of the host that serves it.
///
/// ```
/// use flash_policy::{Policy, PortRange, SiteControl, Port};
///
/// let policy = Policy::new()
///     .allow("*.example.com", 9339)?
///     .allow("www.example.org", "9400-9410,9500")?
///     .with_site_control(SiteControl::MasterOnly);
/// assert_eq!(policy.rules.len(), 2);
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
///
/// Not every policy can be written: see [`write::flash`](crate::write::flash). That is why a policy has no `Display`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Policy {
    /// The meta-policy. It counts only in the master policy, which is the one on port 843.
    pub site_control: Option<SiteControl>,
    /// Each rule grants connections. No rule denies any, and their order has no effect.
    pub rules: Vec<Rule>,
    /// The kind of file that it was parsed from.
    pub(crate) profile: Profile,
}

impl Policy {
    /// A socket policy without rules, which allows nothing.
    ///
    /// ```
    /// use flash_policy::{Policy, Reply};
    ///
    /// let reply = Reply::new(&Policy::new())?;
    /// assert_eq!(reply.as_bytes(), b"<?xml version=\"1.0\"?><cross-domain-policy></cross-domain-policy>\0");
    /// # Ok::<(), flash_policy::reply::ReplyError>(())
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self {
            site_control: None,
            rules: Vec::new(),
            profile: Profile::Socket,
        }
    }

    /// Adds a rule: movies from this domain can connect to these ports.
    ///
    /// The domain is `*`, a host name, an address, or `*.` and a name, as in a policy file. The ports are a number, a
    /// range of numbers, a list as in a policy file, or a value such as a [`PortSet`](crate::PortSet).
    ///
    /// ```
    /// use flash_policy::{Policy, Port};
    ///
    /// let policy = Policy::new()
    ///     .allow("*.example.com", 9339)?
    ///     .allow("192.0.2.7", 9400..=9410)?
    ///     .allow("https://www.example.org", "843,9339")?
    ///     .allow("*", Port::MASTER)?;
    /// assert_eq!(policy.rules.len(), 4);
    ///
    /// let error = Policy::new().allow("*.example.com", "9339-").unwrap_err();
    /// assert_eq!(error.to_string(), "expected a range like `9000-9010`, found only one end");
    /// # Ok::<(), flash_policy::policy::RuleError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the domain or the ports are invalid, or if there are no ports.
    pub fn allow(self, domain: &str, ports: impl IntoPorts) -> Result<Self, RuleError> {
        Rule::parse(domain, ports).map(|rule| self.with_rule(rule))
    }

    /// Adds a rule.
    ///
    /// ```
    /// use flash_policy::{DomainPattern, Policy, Port, Rule};
    ///
    /// let policy = Policy::new().with_rule(Rule::new(DomainPattern::ANY, Port::MASTER).https_only());
    /// assert_eq!(policy.rules.len(), 1);
    /// ```
    #[must_use]
    pub fn with_rule(mut self, rule: Rule) -> Self {
        self.rules.push(rule);
        self
    }

    /// Sets the meta-policy, which counts only on port 843.
    ///
    /// ```
    /// use flash_policy::{Policy, SiteControl};
    ///
    /// let policy = Policy::new().with_site_control(SiteControl::None);
    /// assert_eq!(policy.site_control, Some(SiteControl::None));
    /// ```
    #[must_use]
    pub const fn with_site_control(mut self, site_control: SiteControl) -> Self {
        self.site_control = Some(site_control);
        self
    }

    /// The kind of policy file that it was parsed from. A policy that was built from rules is a socket policy.
    ///
    /// ```
    /// use flash_policy::{Policy, Profile, Rule, parse};
    ///
    /// let file = br#"<cross-domain-policy><allow-access-from domain="www.example.com"/></cross-domain-policy>"#;
    /// let policy = parse(file, Profile::Url).policy.expect("a policy");
    /// assert_eq!(policy.profile(), Profile::Url);
    /// assert_eq!(Policy::new().profile(), Profile::Socket);
    /// ```
    #[must_use]
    pub const fn profile(&self) -> Profile {
        self.profile
    }
}

/// Builds a socket policy from rules.
///
/// ```
/// use flash_policy::{Policy, Port, Rule};
///
/// let hosts = ["www.example.com", "*.example.org"];
/// let policy: Policy = hosts.iter().map(|host| Rule::parse(host, 9339)).collect::<Result<_, _>>()?;
/// assert_eq!(policy.rules.len(), 2);
/// # Ok::<(), flash_policy::policy::RuleError>(())
/// ```
impl FromIterator<Rule> for Policy {
    fn from_iter<T: IntoIterator<Item = Rule>>(rules: T) -> Self {
        Self {
            rules: rules.into_iter().collect(),
            ..Self::new()
        }
    }
}

/// Adds rules.
///
/// ```
/// use flash_policy::{DomainPattern, Policy, PortSet, Rule};
///
/// let mut policy = Policy::new();
/// policy.extend([Rule::new(DomainPattern::ANY, PortSet::All)]);
/// assert_eq!(policy.rules.len(), 1);
/// ```
impl Extend<Rule> for Policy {
    fn extend<T: IntoIterator<Item = Rule>>(&mut self, rules: T) {
        self.rules.extend(rules);
    }
}

/// `<site-control permitted-cross-domain-policies="…">`, the meta-policy of a host.
///
/// Values are ordered from the most to the least permissive.
///
/// ```
/// use flash_policy::SiteControl;
///
/// assert!(SiteControl::None > SiteControl::MasterOnly && SiteControl::MasterOnly > SiteControl::All);
/// assert_eq!(SiteControl::MasterOnly.to_string(), "master-only");
/// ```
///
/// If a file has several, `none` wins, then the strictest. Source: Adobe, *Developer's Guide*, "Website controls
/// (policy files)" and *Cross Domain Policy File Specification*.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the format has no other values for sockets"
)]
pub enum SiteControl {
    /// Every port can serve a policy of its own. This is the default without the element.
    All,
    /// Only the master policy's own rules count.
    MasterOnly,
    /// No policy counts, not even the rules in the same file.
    None,
}

impl SiteControl {
    /// The value as written in a file.
    ///
    /// ```
    /// use flash_policy::SiteControl;
    ///
    /// assert_eq!(SiteControl::MasterOnly.as_str(), "master-only");
    /// ```
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::MasterOnly => "master-only",
            Self::None => "none",
        }
    }
}

impl fmt::Display for SiteControl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Parses one of the three values that sockets use.
///
/// ```
/// use flash_policy::SiteControl;
///
/// assert_eq!("none".parse(), Ok(SiteControl::None));
/// assert!("by-content-type".parse::<SiteControl>().is_err());
/// ```
impl FromStr for SiteControl {
    type Err = SiteControlError;

    fn from_str(text: &str) -> Result<Self, SiteControlError> {
        [Self::All, Self::MasterOnly, Self::None]
            .into_iter()
            .find(|value| value.as_str() == text)
            .ok_or(SiteControlError)
    }
}

/// The text is not a meta-policy for sockets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct SiteControlError;

impl fmt::Display for SiteControlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected `all`, `master-only` or `none`, found another meta-policy")
    }
}

impl core::error::Error for SiteControlError {}
