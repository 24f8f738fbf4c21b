//! Converts a Silverlight policy to a Flash policy. It never allows more than the Silverlight policy, except that Flash
//! ignores the port that content is loaded from.

use alloc::vec::Vec;
use core::fmt;

use super::access::{Access, AccessPolicy};
use super::uri::Uri;
use crate::{DomainPattern, Policy, PortSet, Rule, Scheme};

impl AccessPolicy {
    /// The Flash socket policy that allows the same connections as this policy.
    ///
    /// What it says about HTTP is left out. [`write::silverlight`](crate::write::silverlight) is the reverse.
    ///
    /// ```
    /// use flash_policy::{Policy, silverlight};
    ///
    /// let file = br#"<access-policy><cross-domain-access><policy>
    ///   <allow-from>
    ///     <domain uri="http://*.example.com"/><domain uri="https://*.example.com"/>
    ///   </allow-from>
    ///   <grant-to><socket-resource port="4502-4510" protocol="tcp"/></grant-to>
    /// </policy></cross-domain-access></access-policy>"#;
    /// let access = silverlight::parse(file).policy.ok_or("not a policy")?;
    /// assert_eq!(access.to_flash()?, Policy::new().allow("*.example.com", "4502-4510")?);
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If a `<policy>` allows applications that no Flash rule can name: see [`ToFlashError`].
    pub fn to_flash(&self) -> Result<Policy, ToFlashError> {
        let mut policy = Policy::new();
        for (index, access) in self.policies.iter().enumerate() {
            if access.ports.is_empty() {
                continue;
            }
            let ports: PortSet = access.ports.iter().copied().collect();
            let rules = callers(access, index)?;
            policy.extend(rules.into_iter().map(|caller| caller.rule(ports.clone())));
        }
        Ok(policy)
    }
}

/// The movies of a Flash rule.
enum FlashCaller {
    Any,
    AnyOverHttps,
    Hosts(DomainPattern),
}

impl FlashCaller {
    fn rule(self, ports: PortSet) -> Rule {
        match self {
            Self::Any => Rule::new(DomainPattern::ANY, ports),
            Self::AnyOverHttps => Rule::new(DomainPattern::ANY, ports).https_only(),
            Self::Hosts(pattern) => Rule::new(pattern, ports),
        }
    }
}

/// The applications of a `<policy>`, without those that others include.
fn callers(access: &Access, policy: usize) -> Result<Vec<FlashCaller>, ToFlashError> {
    if access.from.contains(&Uri::Any) {
        return Ok(Vec::from([FlashCaller::Any]));
    }
    let mut hosts: Vec<DomainPattern> = Vec::new();
    let mut is_any_https = false;
    for uri in &access.from {
        match uri {
            Uri::Any => {}
            Uri::File => return Err(ToFlashError::File { policy }),
            Uri::AnyOver(Scheme::Http) => return Err(ToFlashError::AnyOverHttp { policy }),
            Uri::AnyOver(Scheme::Https) => is_any_https = true,
            Uri::Hosts { port: Some(_), .. } => return Err(ToFlashError::Port { policy }),
            Uri::Hosts { hosts: of, .. } if hosts.contains(of) => {}
            Uri::Hosts { hosts: of, .. } => hosts.push(of.clone()),
        }
    }
    let hosts = without_covered(&over_both_schemes(hosts), is_any_https);
    let any = is_any_https.then_some(FlashCaller::AnyOverHttps);
    Ok(any
        .into_iter()
        .chain(hosts.into_iter().map(FlashCaller::Hosts))
        .collect())
}

/// The patterns, with one pattern for each pair that differs only in the scheme.
fn over_both_schemes(patterns: Vec<DomainPattern>) -> Vec<DomainPattern> {
    let mut merged: Vec<DomainPattern> = Vec::new();
    for pattern in patterns {
        let both = pattern.over_any_scheme();
        match merged
            .iter_mut()
            .find(|other| other.over_any_scheme() == both)
        {
            Some(other) => *other = both,
            None => merged.push(pattern),
        }
    }
    merged
}

fn without_covered(patterns: &[DomainPattern], is_any_https: bool) -> Vec<DomainPattern> {
    let is_covered = |pattern: &DomainPattern| {
        let https = is_any_https && pattern.scheme() == Some(Scheme::Https);
        https
            || patterns
                .iter()
                .any(|other| other != pattern && other.covers(pattern))
    };
    let mut kept = Vec::from(patterns);
    kept.retain(|pattern| !is_covered(pattern));
    kept
}

/// Why no Flash policy allows the same as a Silverlight policy.
///
/// ```
/// use flash_policy::silverlight::{self, ToFlashError};
///
/// let file = br#"<access-policy><cross-domain-access><policy>
///   <allow-from><domain uri="file:///"/></allow-from>
///   <grant-to><socket-resource port="4502" protocol="tcp"/></grant-to>
/// </policy></cross-domain-access></access-policy>"#;
/// let access = silverlight::parse(file).policy.expect("a policy");
/// assert_eq!(access.to_flash(), Err(ToFlashError::File { policy: 0 }));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ToFlashError {
    /// A `<policy>` has `file:///`. In Flash, only a rule for `*` allows movies from files, and it allows all others too.
    File {
        /// Its index in [`AccessPolicy::policies`].
        policy: usize,
    },
    /// A `<policy>` has `http://*`. In Flash, a rule for all hosts can require HTTPS, but not plain HTTP.
    AnyOverHttp {
        /// Its index in [`AccessPolicy::policies`].
        policy: usize,
    },
    /// A `<policy>` has a `uri` with a port. Flash ignores the port that a movie is loaded from.
    Port {
        /// Its index in [`AccessPolicy::policies`].
        policy: usize,
    },
}

impl fmt::Display for ToFlashError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (policy, uri) = match self {
            Self::File { policy } => (policy, "`file:///`"),
            Self::AnyOverHttp { policy } => (policy, "`http://*`"),
            Self::Port { policy } => (policy, "a `uri` with a port"),
        };
        write!(
            f,
            "expected hosts or `*` in `<policy>` {}, found {uri}, which no Flash rule can say",
            policy + 1
        )
    }
}

impl core::error::Error for ToFlashError {}

debug_is_display!(ToFlashError);
