//! Evaluates one policy for one movie and one port.

use crate::Scheme;
use crate::decide::Movie;
use crate::{DomainPattern, Policy, Port, Rule, Secure};

/// Whether a policy grants a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "granted, or not")]
pub enum Grant {
    /// The rule with this index grants it; later rules may too.
    Allowed {
        /// The index in [`Policy::rules`].
        rule: usize,
    },
    /// No rule grants it.
    Refused(NearestMiss),
}

/// Why no rule grants the connection: the reason of the rule that came nearest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum NearestMiss {
    /// No rule matches the movie's host and the port.
    NoRuleMatches,
    /// This rule matches, but the port is below 1024 and the policy was not served from a port below 1024.
    PortAuthority {
        /// The index in [`Policy::rules`].
        rule: usize,
    },
    /// This rule matches, but it allows only movies loaded over HTTPS.
    SecureOnly {
        /// The index in [`Policy::rules`].
        rule: usize,
    },
}

/// Evaluates one socket policy, served from the port `served_from`, for a movie that wants to connect to `port`.
///
/// A rule grants the connection if its domain matches, its ports include the port, it has authority over the port (a
/// policy served from port 1024 or above grants nothing below 1024; Adobe, *Developer's Guide*), and the movie was
/// loaded over HTTPS if the rule requires that. This function ignores the meta-policy;
/// [`decide_alone`](super::decide_alone) applies it.
///
/// ```
/// use flash_policy::decide::{Grant, NearestMiss};
/// use flash_policy::{Movie, Port, Profile, grants, parse};
///
/// let file = b"<cross-domain-policy><allow-access-from domain='*' to-ports='22,9339'/></cross-domain-policy>";
/// let policy = parse(file, Profile::Socket).policy.ok_or("not a policy")?;
/// let movie = Movie::Remote("http://www.example.com/game.swf".parse()?);
/// let game = Port::new(9339)?;
/// assert_eq!(grants(&policy, game, &movie, game), Grant::Allowed { rule: 0 });
///
/// // A policy from port 1024 or above cannot open a port below 1024.
/// let refused = Grant::Refused(NearestMiss::PortAuthority { rule: 0 });
/// assert_eq!(grants(&policy, game, &movie, Port::new(22)?), refused);
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[must_use]
pub fn grants(policy: &Policy, served_from: Port, movie: &Movie, port: Port) -> Grant {
    judge(policy, ServedFrom::Port(served_from), movie, port)
}

/// How a policy reached the player. This limits what the policy can grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ServedFrom {
    Port(Port),
    /// It grants no ports below 1024, and `secure` has no effect over plain HTTP.
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
    if !admits(&rule.domain, movie) || !rule.ports.contains(port) {
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
    /// Whether any rule's domain matches the movie, whatever the rule's ports and its `secure`.
    ///
    /// ```
    /// use flash_policy::{Movie, Policy};
    ///
    /// let policy = Policy::new().allow("*.example.com", 9339)?;
    /// assert!(policy.names(&Movie::Remote("https://www.example.com/a.swf".parse()?)));
    /// assert!(!policy.names(&Movie::Hostless)); // only a rule for `*` does
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    #[must_use]
    pub fn names(&self, movie: &Movie) -> bool {
        self.rules.iter().any(|rule| admits(&rule.domain, movie))
    }
}

pub(super) fn admits(domain: &DomainPattern, movie: &Movie) -> bool {
    match movie {
        Movie::Remote(origin) => domain.matches(origin),
        Movie::Hostless => domain.is_any(),
    }
}

pub(super) fn loaded_over_https(movie: &Movie) -> bool {
    matches!(movie, Movie::Remote(origin) if origin.scheme == Scheme::Https)
}

/// How near a rule came to a grant. Among equals, the first rule counts.
fn rank(refusal: NearestMiss) -> u8 {
    match refusal {
        NearestMiss::NoRuleMatches => 0,
        NearestMiss::PortAuthority { .. } => 1,
        NearestMiss::SecureOnly { .. } => 2,
    }
}
