//! The meta-policy of a host.

use core::fmt;
use core::str::FromStr;

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
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct SiteControlError;

impl fmt::Display for SiteControlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected `all`, `master-only` or `none`, found another meta-policy")
    }
}

impl core::error::Error for SiteControlError {}

debug_is_display!(SiteControlError);
