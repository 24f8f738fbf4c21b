//! Policies after parsing: rules, header rules and a meta-policy.
//!
//! A [`Policy`] contains only what takes effect. A rule that fails in the player is a fault that
//! [`parse`](fn@crate::parse) reports; it never appears here.

use alloc::vec::Vec;

use crate::domain::DomainError;
use crate::ports::IntoPorts;
use crate::{DomainPattern, PortSet, Scheme};

mod header;
mod header_set;
mod rule;
mod site_control;

pub use header::{HeaderRule, HeaderRuleError};
pub use header_set::{HeaderSet, HeaderSetError, HeaderSetErrorKind};
pub use rule::{Rule, RuleError, Secure};
pub use site_control::{SiteControl, SiteControlError};

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

/// A policy: which movies can connect to which ports of the host that serves it, or load from it over HTTP.
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
/// A URL policy has rules without ports, and may have header rules:
///
/// ```
/// use flash_policy::write::{self, Layout};
/// use flash_policy::Policy;
///
/// let policy = Policy::for_urls()
///     .allow_from("*.example.com")?
///     .allow_headers("*.example.com", "SOAPAction,X-Game-*")?;
/// let file = write::url(&policy, Layout::Pretty)?; // `/crossdomain.xml`
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
///
/// Not every policy can be written: see [`write::flash`](crate::write::flash). That is why a policy has no `Display`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Policy {
    /// The meta-policy. It counts only in the master policy: the one on port 843, or `/crossdomain.xml`.
    pub site_control: Option<SiteControl>,
    /// Each rule grants connections, or access over HTTP. No rule denies any, and their order has no effect.
    pub rules: Vec<Rule>,
    /// Each allows movies to send request headers. They have a meaning only over HTTP.
    pub header_rules: Vec<HeaderRule>,
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
            header_rules: Vec::new(),
            profile: Profile::Socket,
        }
    }

    /// A URL policy without rules, which allows nothing. Its rules have no ports, so it can't be written for sockets.
    ///
    /// ```
    /// use flash_policy::{Policy, Profile, parse};
    ///
    /// let file = b"<cross-domain-policy><allow-access-from domain='*.example.com'/></cross-domain-policy>";
    /// let policy = Policy::for_urls().allow_from("*.example.com")?;
    /// assert_eq!(parse(file, Profile::Url).policy, Some(policy));
    /// # Ok::<(), flash_policy::domain::DomainError>(())
    /// ```
    #[must_use]
    pub const fn for_urls() -> Self {
        let mut policy = Self::new();
        policy.profile = Profile::Url;
        policy
    }

    /// Adds a rule: movies from this domain can connect to these ports.
    ///
    /// The domain is `*`, a host name, an address, or `*.` and a name, as in a policy file. The ports are a number, a
    /// range of numbers, a list as in a policy file, or a value such as a [`PortSet`].
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

    /// Adds a rule of a URL policy: movies from this domain can load from the site, if they were loaded as securely as
    /// the policy. That is the meaning of a rule without `secure`: see [`Secure::AsServed`].
    ///
    /// For the other values of `secure`, set [`Rule::secure`].
    ///
    /// ```
    /// use flash_policy::{DomainPattern, Policy, PortSet, Rule, Secure};
    ///
    /// let policy = Policy::for_urls().allow_from("*.example.com")?;
    /// assert_eq!(policy.rules[0].secure, Secure::AsServed);
    ///
    /// let https_only = Rule::new(DomainPattern::ANY, PortSet::All).https_only();
    /// assert_eq!(policy.with_rule(https_only).rules.len(), 2);
    /// # Ok::<(), flash_policy::domain::DomainError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the domain is invalid.
    pub fn allow_from(self, domain: &str) -> Result<Self, DomainError> {
        let mut rule = Rule::new(domain.parse::<DomainPattern>()?, PortSet::All);
        rule.secure = Secure::AsServed;
        Ok(self.with_rule(rule))
    }

    /// Adds a header rule: movies from this domain can send these request headers, as in `SOAPAction,X-Game-*`.
    ///
    /// Like a rule of [`allow_from`](Self::allow_from), it says nothing about `secure`.
    ///
    /// ```
    /// use flash_policy::Policy;
    ///
    /// let policy = Policy::for_urls().allow_headers("*.example.com", "SOAPAction,X-Game-*")?;
    /// assert!(policy.header_rules[0].headers.contains("soapaction"));
    ///
    /// let error = Policy::for_urls().allow_headers("*", "X Token").unwrap_err();
    /// assert_eq!(error.to_string(), "expected the name of a header, found ` ` in it");
    /// # Ok::<(), flash_policy::policy::HeaderRuleError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the domain or the headers are invalid.
    pub fn allow_headers(self, domain: &str, headers: &str) -> Result<Self, HeaderRuleError> {
        HeaderRule::parse(domain, headers).map(|rule| self.with_header_rule(rule))
    }

    /// Adds a header rule.
    ///
    /// ```
    /// use flash_policy::policy::{HeaderRule, HeaderSet};
    /// use flash_policy::{DomainPattern, Policy};
    ///
    /// let rule = HeaderRule::new(DomainPattern::ANY, HeaderSet::all());
    /// let policy = Policy::for_urls().with_header_rule(rule);
    /// assert_eq!(policy.header_rules.len(), 1);
    /// ```
    #[must_use]
    pub fn with_header_rule(mut self, rule: HeaderRule) -> Self {
        self.header_rules.push(rule);
        self
    }

    /// What the rules of this URL policy mean if it is served over this scheme: none is [`Secure::AsServed`] any more.
    ///
    /// Over HTTPS, a rule without `secure` is for movies loaded over HTTPS. Over plain HTTP `secure` has no effect, so
    /// each rule is for all movies (Adobe, *Developer's Guide*, "Website controls (policy files)").
    ///
    /// ```
    /// use flash_policy::{Policy, Scheme, Secure};
    ///
    /// let policy = Policy::for_urls().allow_from("*.example.com")?;
    /// assert_eq!(policy.served_over(Scheme::Https).rules[0].secure, Secure::HttpsOnly);
    /// assert_eq!(policy.served_over(Scheme::Http).rules[0].secure, Secure::Any);
    /// # Ok::<(), flash_policy::domain::DomainError>(())
    /// ```
    #[must_use]
    pub fn served_over(&self, scheme: Scheme) -> Self {
        let mut policy = self.clone();
        for rule in &mut policy.rules {
            rule.secure = rule.secure.served_over(scheme);
        }
        for rule in &mut policy.header_rules {
            rule.secure = rule.secure.served_over(scheme);
        }
        policy
    }

    /// The socket policy that lets the movies that can load from a site connect to these ports of its host.
    ///
    /// A URL policy says nothing about ports, so they must be given. `served` is the scheme that the policy is served
    /// over: see [`served_over`](Self::served_over). Header rules are left out. [`write::url`](crate::write::url) is the
    /// reverse.
    ///
    /// ```
    /// use flash_policy::{Policy, PortSet, Scheme};
    ///
    /// let policy = Policy::for_urls().allow_from("*.example.com")?;
    /// let ports: PortSet = "9339".parse()?;
    /// let sockets = policy.for_ports(&ports, Scheme::Http);
    /// assert_eq!(sockets, Policy::new().allow("*.example.com", 9339)?);
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    #[must_use]
    pub fn for_ports(&self, ports: &PortSet, served: Scheme) -> Self {
        let mut policy = self.served_over(served);
        policy.profile = Profile::Socket;
        policy.header_rules.clear();
        for rule in &mut policy.rules {
            rule.ports.clone_from(ports);
        }
        policy
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

    /// Sets the meta-policy, which counts only on port 843 and in `/crossdomain.xml`.
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

    /// The kind of policy file that it was parsed from or built for. A policy that was collected from rules is a socket
    /// policy.
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
