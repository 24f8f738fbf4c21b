//! One policy, one movie, one port.

use crate::Scheme;
use crate::decide::Movie;
use crate::{Policy, Port, Rule, Secure};

/// Whether a policy grants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Grant {
    /// The rule with this index does; there may be others.
    Allowed {
        /// The index in [`Policy::rules`].
        rule: usize,
    },
    /// None does.
    Refused(NearestMiss),
}

/// Why no rule grants: the nearest miss.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NearestMiss {
    /// No rule names the movie's host and the port.
    NoRuleMatches,
    /// This rule does, but the port is below 1024 and the policy is not served from below 1024.
    PortAuthority {
        /// The index in [`Policy::rules`].
        rule: usize,
    },
    /// This rule does, but for movies loaded over HTTPS only.
    SecureOnly {
        /// The index in [`Policy::rules`].
        rule: usize,
    },
}

/// Judges one socket policy, served from `served_from`, for a movie that wants to connect to `port`.
///
/// A rule grants when its domain matches, its ports hold the port, it may speak for the port (a policy served from
/// 1024 up grants nothing below; Adobe, *Developer's Guide*), and the movie was loaded over HTTPS if it must have
/// been. The meta-policy plays no part here; [`decide_alone`](super::decide_alone) heeds it.
#[must_use]
pub fn grants(policy: &Policy, served_from: Port, movie: &Movie, port: Port) -> Grant {
    judge(policy, ServedFrom::Port(served_from), movie, port)
}

/// How a policy reached the player: it bounds what the policy may grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ServedFrom {
    Port(Port),
    /// No low ports, and `secure` means nothing over plain HTTP.
    Http,
}

pub(super) fn judge(policy: &Policy, served_from: ServedFrom, movie: &Movie, port: Port) -> Grant {
    let mut refusal = NearestMiss::NoRuleMatches;
    for (index, rule) in policy.rules.iter().enumerate() {
        match judge_rule(rule, index, served_from, movie, port) {
            None => return Grant::Allowed { rule: index },
            Some(miss) if rank(miss) > rank(refusal) => refusal = miss,
            Some(_) => {}
        }
    }
    Grant::Refused(refusal)
}

fn judge_rule(
    rule: &Rule,
    index: usize,
    served_from: ServedFrom,
    movie: &Movie,
    port: Port,
) -> Option<NearestMiss> {
    if !admits(rule, movie) || !rule.ports.contains(port) {
        return Some(NearestMiss::NoRuleMatches);
    }
    let may_grant_low = matches!(served_from, ServedFrom::Port(from) if from.is_low());
    if port.is_low() && !may_grant_low {
        return Some(NearestMiss::PortAuthority { rule: index });
    }
    let needs_https = rule.secure == Secure::HttpsOnly && served_from != ServedFrom::Http;
    if needs_https && !loaded_over_https(movie) {
        return Some(NearestMiss::SecureOnly { rule: index });
    }
    None
}

impl Policy {
    /// Whether a rule is for a movie, whatever its ports, and whether or not it must have come over HTTPS.
    #[must_use]
    pub fn names(&self, movie: &Movie) -> bool {
        self.rules.iter().any(|rule| admits(rule, movie))
    }
}

fn admits(rule: &Rule, movie: &Movie) -> bool {
    match movie {
        Movie::Remote(origin) => rule.domain.matches(origin),
        Movie::Hostless => rule.domain.is_any(),
    }
}

fn loaded_over_https(movie: &Movie) -> bool {
    matches!(movie, Movie::Remote(origin) if origin.scheme == Scheme::Https)
}

/// How near a miss is; among equals the first rule stands.
fn rank(refusal: NearestMiss) -> u8 {
    match refusal {
        NearestMiss::NoRuleMatches => 0,
        NearestMiss::PortAuthority { .. } => 1,
        NearestMiss::SecureOnly { .. } => 2,
    }
}
