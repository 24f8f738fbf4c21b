//! Policies after parsing: rules and a meta-policy.
//!
//! A [`Policy`] contains only what takes effect. A rule that fails in the player is a fault that
//! [`parse`](fn@crate::parse) reports; it never appears here.

use alloc::vec::Vec;

use core::fmt;
use core::str::FromStr;

use crate::{DomainPattern, PortSet};

/// A socket policy: which movies can connect to which ports of the host that serves it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Policy {
    /// The meta-policy. It counts only in the master policy, which is the one on port 843.
    pub site_control: Option<SiteControl>,
    /// Each rule grants connections. No rule denies any, and their order has no effect.
    pub rules: Vec<Rule>,
}

/// One `<allow-access-from>`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Rule {
    /// The movies that the rule matches, by the host they were loaded from.
    pub domain: DomainPattern,
    /// The ports that these movies can connect to.
    pub ports: PortSet,
    /// Whether the rule matches only movies loaded over HTTPS.
    pub secure: Secure,
}

/// The `secure` attribute of a rule.
///
/// In socket policies, the default is `false`, even though the DTD says `true` (Adobe, *Cross Domain Policy File
/// Specification*). A parser that applied the DTD's default would refuse all movies loaded over plain HTTP.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
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

/// `<site-control permitted-cross-domain-policies="…">`, the meta-policy of a host.
///
/// If a file has several, `none` wins, then the strictest. Source: Adobe, *Developer's Guide*, "Website controls
/// (policy files)" and *Cross Domain Policy File Specification*.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
impl FromStr for SiteControl {
    type Err = UnknownSiteControl;

    fn from_str(text: &str) -> Result<Self, UnknownSiteControl> {
        [Self::All, Self::MasterOnly, Self::None]
            .into_iter()
            .find(|value| value.as_str() == text)
            .ok_or(UnknownSiteControl)
    }
}

/// The text is not a meta-policy for sockets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownSiteControl;

impl fmt::Display for UnknownSiteControl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected `all`, `master-only` or `none`, found another meta-policy")
    }
}

impl core::error::Error for UnknownSiteControl {}
