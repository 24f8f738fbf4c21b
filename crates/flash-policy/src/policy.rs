//! What a policy file means, once read: rules and a meta-policy.
//!
//! A [`Policy`] holds only what takes effect. A rule that fails in the player is a finding of
//! [`parse`](fn@crate::parse), never a rule here.

use alloc::vec::Vec;

use core::fmt;
use core::str::FromStr;

use crate::{DomainPattern, PortSet};

/// A socket policy: who may connect to which ports of the host that serves it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Policy {
    /// The meta-policy; it counts only in the master policy, the one on port 843.
    pub site_control: Option<SiteControl>,
    /// Rules grant; none denies, and their order means nothing.
    pub rules: Vec<Rule>,
}

/// One `<allow-access-from>`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Rule {
    /// The movies it admits, by the host they were loaded from.
    pub domain: DomainPattern,
    /// The ports it admits them to.
    pub ports: PortSet,
    /// Whether it admits only movies loaded over HTTPS.
    pub secure: Secure,
}

/// The `secure` attribute of a rule.
///
/// The default in socket policies is `false`, whatever the DTD says (Adobe, *Cross Domain Policy File
/// Specification*): a parser that applied the DTD's `true` would shut every plain-HTTP movie out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Secure {
    /// `secure="true"`: only movies loaded over HTTPS.
    HttpsOnly,
    /// `secure="false"`, or nothing in a socket policy: movies loaded in any way.
    #[default]
    Any,
    /// Nothing, in a URL policy: where that was served over HTTPS, only movies loaded over HTTPS, as with `true`;
    /// elsewhere movies loaded in any way (Adobe, *Developer's Guide*, "Website controls (policy files)").
    AsServed,
}

/// `<site-control permitted-cross-domain-policies="…">`, the meta-policy of a host.
///
/// Where a file has several, `none` wins, then the strictest. Source: Adobe, *Developer's Guide*, "Website controls
/// (policy files)" and *Cross Domain Policy File Specification*.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SiteControl {
    /// Every port may serve a policy of its own; so it is where the element is absent.
    All,
    /// Only the master policy's own rules count.
    MasterOnly,
    /// Nothing counts, not even the rules beside it.
    None,
}

impl SiteControl {
    /// The value as it stands in a file.
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

/// From one of the three values that mean something for sockets.
impl FromStr for SiteControl {
    type Err = UnknownSiteControl;

    fn from_str(text: &str) -> Result<Self, UnknownSiteControl> {
        [Self::All, Self::MasterOnly, Self::None]
            .into_iter()
            .find(|value| value.as_str() == text)
            .ok_or(UnknownSiteControl)
    }
}

/// A text is no meta-policy of a socket policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownSiteControl;

impl fmt::Display for UnknownSiteControl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected `all`, `master-only` or `none`, found another meta-policy")
    }
}

impl core::error::Error for UnknownSiteControl {}
