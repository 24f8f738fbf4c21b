//! Decides what a movie may do over HTTP under a site's `/crossdomain.xml`.
//!
//! A movie needs no policy for the site that it was loaded from: the same scheme, host and port. A policy in another
//! folder counts only if [`Policy::site_meta_policy`] is [`SiteControl::All`], and only for that folder and those below.
//! Adobe's names for such values as `by-content-type` are read as [`SiteControl::MasterOnly`].
//!
//! Sources: Adobe, *Cross Domain Policy File Specification*; *Developer's Guide*, "Website controls (policy files)";
//! its knowledge base, `arbitrary-headers-sent-flash-player`.

use core::fmt;

use super::grants::{admits, loaded_over_https};
use crate::decide::Movie;
use crate::{DomainPattern, Policy, Scheme, Secure, SiteControl};

/// Whether a movie can load from a site, by the site's `/crossdomain.xml`. Returns the index of the rule that allows it.
///
/// `served` is the scheme of the site's own address. Over HTTPS, a rule without `secure` is only for movies loaded over
/// HTTPS. Over plain HTTP, `secure` has no effect. The ports of the rules mean nothing.
///
/// ```
/// use flash_policy::decide::{UrlDenied, may_load};
/// use flash_policy::{Movie, Policy, Scheme};
///
/// let policy = Policy::for_urls().allow_from("*.example.com")?;
/// let movie: Movie = "http://www.example.com/game.swf".parse()?;
/// assert_eq!(may_load(&policy, Scheme::Http, &movie), Ok(0));
/// let denied = may_load(&policy, Scheme::Https, &movie);
/// assert_eq!(denied, Err(UrlDenied::SecureOnly { rule: 0 }));
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
///
/// # Errors
///
/// The player refuses, for the nearest of the reasons.
pub fn may_load(policy: &Policy, served: Scheme, movie: &Movie) -> Result<usize, UrlDenied> {
    let rules = policy.rules.iter();
    let rules = rules.map(|rule| OfferedByRule {
        domain: &rule.domain,
        secure: rule.secure,
        sends: true,
    });
    first(policy, rules, served, movie)
}

/// Whether a movie can send a request header to a site, by the site's `/crossdomain.xml`. Returns the index of the
/// header rule that allows it, in [`Policy::header_rules`].
///
/// The player sends no header without such a rule, even if the movie can load from the site. The reverse is no
/// condition: a movie that cannot read the response can send the header. Some headers cannot be set by any movie,
/// such as `Host` and `Referer`; this function does not know which.
///
/// ```
/// use flash_policy::decide::{UrlDenied, may_send};
/// use flash_policy::{Movie, Policy, Scheme};
///
/// let policy = Policy::for_urls().allow_headers("*.example.com", "SOAPAction,X-Game-*")?;
/// let movie: Movie = "http://www.example.com/game.swf".parse()?;
/// assert_eq!(may_send(&policy, Scheme::Http, &movie, "X-Game-Token"), Ok(0));
/// let denied = may_send(&policy, Scheme::Http, &movie, "X-Token");
/// assert_eq!(denied, Err(UrlDenied::OtherHeaders { rule: 0 }));
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
///
/// # Errors
///
/// The player refuses, for the nearest of the reasons.
pub fn may_send(
    policy: &Policy,
    served: Scheme,
    movie: &Movie,
    header: &str,
) -> Result<usize, UrlDenied> {
    let rules = policy.header_rules.iter().map(|rule| OfferedByRule {
        domain: &rule.domain,
        secure: rule.secure,
        sends: rule.headers.contains(header),
    });
    first(policy, rules, served, movie)
}

/// What a rule offers: to which movies, and whether it is what the movie asks for.
struct OfferedByRule<'a> {
    domain: &'a DomainPattern,
    secure: Secure,
    sends: bool,
}

/// The first rule that allows what the movie asks for, or the nearest reason why none does.
fn first<'a>(
    policy: &Policy,
    rules: impl Iterator<Item = OfferedByRule<'a>>,
    served: Scheme,
    movie: &Movie,
) -> Result<usize, UrlDenied> {
    if policy.site_control == Some(SiteControl::None) {
        return Err(UrlDenied::MetaPolicyNone);
    }
    let mut nearest = UrlDenied::NoRuleMatches;
    for (rule, offer) in rules.enumerate() {
        if !admits(offer.domain, movie) {
            continue;
        }
        let needs_https = offer.secure.served_over(served) == Secure::HttpsOnly;
        let denied = if !offer.sends {
            UrlDenied::OtherHeaders { rule }
        } else if needs_https && !loaded_over_https(movie) {
            UrlDenied::SecureOnly { rule }
        } else {
            return Ok(rule);
        };
        if denied.rank() > nearest.rank() {
            nearest = denied;
        }
    }
    Err(nearest)
}

impl Policy {
    /// What this `/crossdomain.xml` says about other policy files of its site.
    ///
    /// Without a `<site-control>` it is [`SiteControl::MasterOnly`], as in players from version 10 on. Before, it was
    /// [`SiteControl::All`] (Adobe, *Developer's Guide*, "Website controls (policy files)").
    ///
    /// ```
    /// use flash_policy::{Policy, SiteControl};
    ///
    /// let policy = Policy::for_urls();
    /// assert_eq!(policy.site_meta_policy(), SiteControl::MasterOnly);
    /// let policy = policy.with_site_control(SiteControl::All);
    /// assert_eq!(policy.site_meta_policy(), SiteControl::All);
    /// ```
    #[must_use]
    pub fn site_meta_policy(&self) -> SiteControl {
        self.site_control.unwrap_or(SiteControl::MasterOnly)
    }
}

/// Why a movie may not load from a site, or send a header to it. It is an error, so `may_load(…)?` works.
///
/// ```
/// use flash_policy::decide::UrlDenied;
///
/// let denied = UrlDenied::SecureOnly { rule: 0 };
/// assert_eq!(denied.to_string(), "rule 1 matches, but it allows only movies loaded over HTTPS");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UrlDenied {
    /// No rule matches the movie's host.
    NoRuleMatches,
    /// This header rule matches the movie, but has other headers.
    OtherHeaders {
        /// The index in [`Policy::header_rules`].
        rule: usize,
    },
    /// This rule matches, but it allows only movies loaded over HTTPS.
    SecureOnly {
        /// The index in [`Policy::rules`] or [`Policy::header_rules`].
        rule: usize,
    },
    /// The policy has `none`.
    MetaPolicyNone,
}

impl UrlDenied {
    /// The reason's code. Its meaning never changes.
    ///
    /// ```
    /// use flash_policy::decide::UrlDenied;
    ///
    /// assert_eq!(UrlDenied::MetaPolicyNone.code(), "meta-policy-none");
    /// ```
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoRuleMatches => "no-rule-matches",
            Self::OtherHeaders { .. } => "other-headers",
            Self::SecureOnly { .. } => "secure-only",
            Self::MetaPolicyNone => "meta-policy-none",
        }
    }

    /// How near it came to a grant.
    const fn rank(self) -> u8 {
        match self {
            Self::NoRuleMatches => 0,
            Self::OtherHeaders { .. } => 1,
            Self::SecureOnly { .. } => 2,
            Self::MetaPolicyNone => 3,
        }
    }
}

impl fmt::Display for UrlDenied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRuleMatches => f.write_str("no rule matches the movie's host"),
            Self::OtherHeaders { rule } => {
                write!(
                    f,
                    "header rule {} matches, but it has other headers",
                    rule + 1
                )
            }
            Self::SecureOnly { rule } => write!(
                f,
                "rule {} matches, but it allows only movies loaded over HTTPS",
                rule + 1
            ),
            Self::MetaPolicyNone => f.write_str("the policy has `none`, so no rule counts"),
        }
    }
}

impl core::error::Error for UrlDenied {}

debug_is_display!(UrlDenied);
