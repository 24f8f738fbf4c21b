//! What a decision is based on: the rule or the reason.

use core::fmt;

use super::{NearestMiss, Place};

/// Why a movie may connect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Allowed {
    /// A rule grants it.
    Rule {
        /// The policy's place.
        place: Place,
        /// The rule's index in that policy.
        rule: usize,
    },
    /// The movie's own host, a port from 1024 up, and a player before 9.0.124: no policy is needed.
    OwnHost,
    /// A locally trusted movie: reported to need no policy.
    LocalTrusted,
    /// AIR's application sandbox: no policy is needed.
    Application,
}

/// Why a movie may not connect.
///
/// It is an error, so `decide_alone(…)?` works. Its text counts rules and loaded locations from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Denied {
    /// The nearest reason.
    pub reason: RefusalReason,
    /// The place whose policy gave the reason.
    pub place: Option<Place>,
    /// The rule that came nearest, by its index in that policy.
    pub rule: Option<usize>,
}

/// The reason and, if a policy gave it, where that policy is.
impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.reason)?;
        match self.place {
            None => return Ok(()),
            Some(Place::Master) => f.write_str(" (policy of port 843")?,
            Some(Place::Loaded(index)) => write!(f, " (policy of loaded location {}", index + 1)?,
            Some(Place::Destination) => f.write_str(" (policy of the destination port")?,
            Some(Place::SiteRoot) => f.write_str(" (/crossdomain.xml")?,
        }
        if let Some(rule) = self.rule {
            write!(f, ", rule {}", rule + 1)?;
        }
        f.write_str(")")
    }
}

impl core::error::Error for Denied {}

/// A reason to refuse. The order is how near the policies came to a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum RefusalReason {
    /// No place that counts has a policy.
    NoPolicy,
    /// No rule matches the movie's host and the port.
    NoRuleMatches,
    /// The master policy has `master-only` and does not grant the connection itself.
    MetaPolicyMasterOnly,
    /// A rule matches, but the policy was served from a port without authority over ports below 1024.
    PortAuthority,
    /// A rule matches, but it allows only movies loaded over HTTPS.
    SecureOnly,
    /// The master policy has `none`.
    MetaPolicyNone,
    /// The movie's sandbox allows no sockets.
    Sandbox,
}

impl fmt::Display for RefusalReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::NoPolicy => "no place that counts has a policy",
            Self::NoRuleMatches => "no rule matches the movie's host and the port",
            Self::MetaPolicyMasterOnly => {
                "the master policy has `master-only`, and none of its rules allows the connection"
            }
            Self::PortAuthority => {
                "a rule matches, but only a policy from a port below 1024 can open such a port"
            }
            Self::SecureOnly => "a rule matches, but it allows only movies loaded over HTTPS",
            Self::MetaPolicyNone => "the master policy has `none`, so no rule counts",
            Self::Sandbox => "the movie's sandbox allows no sockets",
        })
    }
}

impl RefusalReason {
    /// The reason's code. Its meaning never changes.
    ///
    /// ```
    /// use flash_policy::decide::RefusalReason;
    ///
    /// assert_eq!(RefusalReason::SecureOnly.code(), "secure-only");
    /// ```
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoPolicy => "no-policy",
            Self::NoRuleMatches => "no-rule-matches",
            Self::MetaPolicyMasterOnly => "meta-policy-master-only",
            Self::PortAuthority => "port-authority",
            Self::SecureOnly => "secure-only",
            Self::MetaPolicyNone => "meta-policy-none",
            Self::Sandbox => "sandbox",
        }
    }
}

impl Denied {
    pub(super) const fn without_policy(reason: RefusalReason) -> Self {
        Self {
            reason,
            place: None,
            rule: None,
        }
    }

    pub(super) const fn by_meta_policy(reason: RefusalReason) -> Self {
        Self {
            reason,
            place: Some(Place::Master),
            rule: None,
        }
    }

    pub(super) const fn by_policy(place: Place, refusal: NearestMiss) -> Self {
        let (reason, rule) = match refusal {
            NearestMiss::NoRuleMatches => (RefusalReason::NoRuleMatches, None),
            NearestMiss::PortAuthority { rule } => (RefusalReason::PortAuthority, Some(rule)),
            NearestMiss::SecureOnly { rule } => (RefusalReason::SecureOnly, Some(rule)),
        };
        Self {
            reason,
            place: Some(place),
            rule,
        }
    }

    /// Returns the denial that came nearer to a grant, or the earlier one if they are equal.
    pub(super) fn nearer(self, other: Self) -> Self {
        if other.reason > self.reason {
            other
        } else {
            self
        }
    }
}
