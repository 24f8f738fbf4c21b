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

/// Says what allows it. Counts rules and loaded locations from 1.
///
/// ```
/// use flash_policy::decide::{Allowed, Place};
///
/// let allowed = Allowed::Rule { place: Place::Master, rule: 0 };
/// assert_eq!(allowed.to_string(), "a rule allows the connection (policy of port 843, rule 1)");
/// ```
impl fmt::Display for Allowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rule { place, rule } => {
                write!(f, "a rule allows the connection ({place}, rule {})", rule + 1)
            }
            Self::OwnHost => f.write_str(
                "a player before 9.0.124 needs no policy for the movie's own host, on ports from 1024 up",
            ),
            Self::LocalTrusted => f.write_str("a locally trusted movie needs no policy"),
            Self::Application => f.write_str("a movie in AIR's application sandbox needs no policy"),
        }
    }
}

impl Allowed {
    /// The code of what allows it. Its meaning never changes.
    ///
    /// ```
    /// use flash_policy::decide::Allowed;
    ///
    /// assert_eq!(Allowed::OwnHost.code(), "own-host");
    /// ```
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Rule { .. } => "granted",
            Self::OwnHost => "own-host",
            Self::LocalTrusted => "local-trusted",
            Self::Application => "application",
        }
    }
}

/// Why a movie may not connect.
///
/// It is an error, so `decide_alone(…)?` works. Its text counts rules and loaded locations from 1.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
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
        let Some(place) = self.place else {
            return Ok(());
        };
        write!(f, " ({place}")?;
        if let Some(rule) = self.rule {
            write!(f, ", rule {}", rule + 1)?;
        }
        f.write_str(")")
    }
}

impl core::error::Error for Denied {}

debug_is_display!(Denied);

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
    /// No policy from the places that count can open the port. Flash Player opens ports below 1024 only for a policy from
    /// a port below 1024. Silverlight connects only to ports 4502 to 4534, and fetches no policy for others.
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
            Self::PortAuthority => "no policy from the places that count can open this port",
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
