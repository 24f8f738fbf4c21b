//! What a decision is based on: the rule or the reason.

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

impl RefusalReason {
    /// The reason's code. Its meaning never changes.
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
