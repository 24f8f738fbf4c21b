//! Writes Silverlight's format.

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::cmp::Ordering;
use core::fmt;

use super::url::escaped;
use super::{Layout, SILVERLIGHT_PORTS, WriteError, Writer, check, check_domains, fits};
use crate::policy::HeaderSet;
use crate::{DomainPattern, Policy, PortSet, Rule, Scheme, Secure, SiteControl};

/// Writes a Silverlight client access policy for port 943, which is sent without a NUL.
///
/// Ports outside [`SILVERLIGHT_PORTS`] are left out. Silverlight has no meta-policy: if it is
/// `none`, the text allows nothing. Header rules mean nothing for sockets.
/// [Parsing](fn@crate::silverlight::parse) the text finds no faults.
///
/// ```
/// use flash_policy::Policy;
/// use flash_policy::write::{self, Layout};
///
/// let policy = Policy::new().allow("https://www.example.com", "4530,9339")?;
/// let text = write::silverlight(&policy, Layout::Compact)?;
/// assert!(text.contains(r#"<domain uri="https://www.example.com"/>"#));
/// assert!(text.contains(r#"<socket-resource port="4530" protocol="tcp"/>"#));
/// assert!(!text.contains("9339"));
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
///
/// # Errors
///
/// If no text means this policy to a player, or a rule would allow nothing in Silverlight: see [`SilverlightError`].
pub fn silverlight(policy: &Policy, layout: Layout) -> Result<String, SilverlightError> {
    check(policy)?;
    let mut out = Writer::open_access_policy(layout);
    for (index, rule) in effective(policy).iter().enumerate() {
        let callers = callers(&rule.domain, rule.secure);
        if callers.is_empty() {
            return Err(SilverlightError::NoMovies { rule: index });
        }
        let resources = socket_resources(&rule.ports);
        if resources.is_empty() {
            return Err(SilverlightError::NoPorts { rule: index });
        }
        out.access(&callers, "", &resources);
    }
    Ok(out.close_access_policy()?)
}

/// Writes a Silverlight client access policy for HTTP: the file that a site serves as `/clientaccesspolicy.xml`.
///
/// The rules and header rules of `urls` say which applications can load from the whole site, and what headers they can
/// send. The rules of `sockets` are for applications that fetch this file instead of asking port 943, such as those
/// that use `net.tcp`. [`Policy::new`] has none. Rules that allow nothing in Silverlight are left out.
///
/// `served` is the scheme that the file is served over, because rules without `secure` depend on it:
/// see [`Policy::served_over`]. [Parsing](fn@crate::silverlight::parse) the text finds no faults.
///
/// In Silverlight a header is part of a grant. So a header rule counts for the rules that it covers completely, or for
/// its own applications if it lies within a rule. Otherwise, it is left out.
///
/// ```
/// use flash_policy::write::{self, Layout};
/// use flash_policy::{Policy, Scheme};
///
/// let urls = Policy::for_urls().allow_from("www.example.com")?.allow_headers("*", "SOAPAction")?;
/// let sockets = Policy::new().allow("*", 4502)?;
/// let file = write::silverlight_url(&urls, &sockets, Scheme::Https, Layout::Pretty)?;
/// assert_eq!(
///     file,
///     r#"<?xml version="1.0" encoding="utf-8"?>
/// <access-policy>
///   <cross-domain-access>
///     <policy>
///       <allow-from http-request-headers="SOAPAction">
///         <domain uri="https://www.example.com"/>
///       </allow-from>
///       <grant-to>
///         <resource path="/" include-subpaths="true"/>
///       </grant-to>
///     </policy>
///     <policy>
///       <allow-from>
///         <domain uri="*"/>
///       </allow-from>
///       <grant-to>
///         <socket-resource port="4502" protocol="tcp"/>
///       </grant-to>
///     </policy>
///   </cross-domain-access>
/// </access-policy>"#
/// );
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
///
/// # Errors
///
/// If a domain reads like a placeholder, if `sockets` cannot be written for sockets, or if the text would be too large.
pub fn silverlight_url(
    urls: &Policy,
    sockets: &Policy,
    served: Scheme,
    layout: Layout,
) -> Result<String, WriteError> {
    check_domains(urls)?;
    check(sockets)?;
    let mut out = Writer::open_access_policy(layout);
    let site = [String::from(
        "<resource path=\"/\" include-subpaths=\"true\"/>",
    )];
    for (domain, secure, headers) in url_grants(&urls.served_over(served)) {
        let mut callers = callers(domain, secure);
        // `*` is not known to include applications that were loaded over plain HTTP, so Microsoft's samples name them.
        if served == Scheme::Https && callers == ["*"] {
            callers.push(String::from("http://*"));
        }
        if !callers.is_empty() {
            let value = headers.map(|headers| escaped(&headers.to_string()));
            let value = value.map(|value| format!(" http-request-headers=\"{value}\""));
            out.access(&callers, &value.unwrap_or_default(), &site);
        }
    }
    for rule in effective(sockets) {
        let callers = callers(&rule.domain, rule.secure);
        let resources = socket_resources(&rule.ports);
        if !callers.is_empty() && !resources.is_empty() {
            out.access(&callers, "", &resources);
        }
    }
    out.close_access_policy()
}

/// The rules that count in spite of the meta-policy. Silverlight has none, so `none` has no `<policy>` at all.
fn effective(policy: &Policy) -> &[Rule] {
    if policy.site_control == Some(SiteControl::None) {
        return &[];
    }
    &policy.rules
}

/// Applications, and the headers that they can send.
type UrlGrant<'a> = (&'a DomainPattern, Secure, Option<HeaderSet>);

/// What a URL policy grants. A narrower grant with headers comes first, because Moonlight stops at the first `<policy>`
/// whose headers don't suffice (`ClientAccessPolicy.cs`).
fn url_grants(urls: &Policy) -> Vec<UrlGrant<'_>> {
    let rules = || {
        effective(urls)
            .iter()
            .map(|rule| (&rule.domain, rule.secure))
    };
    let headers = || {
        urls.header_rules
            .iter()
            .map(|rule| (&rule.domain, rule.secure))
    };
    let mut movies: Vec<(&DomainPattern, Secure)> = Vec::new();
    let within = headers().filter(|header| rules().any(|rule| covers(rule, *header)));
    for each in within.chain(rules()) {
        if !movies.contains(&each) {
            movies.push(each);
        }
    }
    let grants = movies.into_iter().map(|movies| {
        let mut sent: Option<HeaderSet> = None;
        for rule in &urls.header_rules {
            if covers((&rule.domain, rule.secure), movies) {
                match &mut sent {
                    Some(sent) => sent.join(&rule.headers),
                    None => sent = Some(rule.headers.clone()),
                }
            }
        }
        (movies.0, movies.1, sent)
    });
    grants.collect()
}

/// Whether the first rule matches every movie that the second matches.
fn covers(wide: (&DomainPattern, Secure), narrow: (&DomainPattern, Secure)) -> bool {
    let is_https = narrow.1 == Secure::HttpsOnly || narrow.0.scheme() == Some(Scheme::Https);
    wide.0.covers(narrow.0) && (wide.1 != Secure::HttpsOnly || is_https)
}

/// The applications that a rule allows, by their `uri`. Empty if the rule allows none.
fn callers(domain: &DomainPattern, secure: Secure) -> Vec<String> {
    if domain.is_any() && secure != Secure::HttpsOnly {
        return Vec::from([String::from("*")]);
    }
    let wanted = |scheme: &Scheme| {
        domain.scheme().is_none_or(|only| only == *scheme)
            && (*scheme == Scheme::Https || secure != Secure::HttpsOnly)
    };
    let mut hosts = format!("{}", domain.hosts());
    if hosts.contains(':') {
        hosts = format!("[{hosts}]"); // an IPv6 address in a URI
    }
    let mut uris = Vec::new();
    for scheme in [Scheme::Http, Scheme::Https]
        .iter()
        .filter(|scheme| wanted(scheme))
    {
        let scheme = scheme.as_str();
        // In Flash, `*.example.com` includes example.com. To be safe, it is listed separately here.
        if let Some(bare) = hosts.strip_prefix("*.") {
            uris.push(format!("{scheme}://{bare}"));
        }
        uris.push(format!("{scheme}://{hosts}"));
    }
    uris
}

/// The elements for the ports that Silverlight can connect to.
///
/// There is one per range, because not every version may support a list in one element.
fn socket_resources(ports: &PortSet) -> Vec<String> {
    let (low, high) = SILVERLIGHT_PORTS;
    let within = |(from, to): (u16, u16)| {
        let (from, to) = (from.max(low), to.min(high));
        let ports = match from.cmp(&to) {
            Ordering::Less => format!("{from}-{to}"),
            Ordering::Equal => format!("{from}"),
            Ordering::Greater => return None,
        };
        Some(format!(
            "<socket-resource port=\"{ports}\" protocol=\"tcp\"/>"
        ))
    };
    match ports {
        PortSet::All => within(SILVERLIGHT_PORTS).into_iter().collect(),
        PortSet::List(ranges) => {
            let ranges = ranges
                .iter()
                .map(|range| (range.low().get(), range.high().get()));
            ranges.filter_map(within).collect()
        }
    }
}

impl Writer {
    fn open_access_policy(layout: Layout) -> Self {
        let mut out = Self::new(layout, "<?xml version=\"1.0\" encoding=\"utf-8\"?>");
        out.line(0, "<access-policy>");
        out.line(1, "<cross-domain-access>");
        out
    }

    fn close_access_policy(mut self) -> Result<String, WriteError> {
        self.line(1, "</cross-domain-access>");
        self.line(0, "</access-policy>");
        fits(self.text)
    }

    /// Writes a `<policy>`: these applications, with these attributes, are granted these resources.
    fn access(&mut self, callers: &[String], attributes: &str, resources: &[String]) {
        self.line(2, "<policy>");
        self.line(3, &format!("<allow-from{attributes}>"));
        for uri in callers {
            self.line(4, &format!("<domain uri=\"{uri}\"/>"));
        }
        self.line(3, "</allow-from>");
        self.line(3, "<grant-to>");
        for resource in resources {
            self.line(4, resource);
        }
        self.line(3, "</grant-to>");
        self.line(2, "</policy>");
    }
}

/// Why a policy cannot be written for Silverlight.
///
/// Rules are named by their index in [`Policy::rules`].
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SilverlightError {
    /// The policy cannot be written for Flash Player either, or the text would be too large.
    Write(WriteError),
    /// None of a rule's ports is from 4502 to 4534.
    NoPorts {
        /// The rule.
        rule: usize,
    },
    /// A rule's domain starts with `http://`, but it allows only movies loaded over HTTPS.
    NoMovies {
        /// The rule.
        rule: usize,
    },
}

impl From<WriteError> for SilverlightError {
    fn from(error: WriteError) -> Self {
        Self::Write(error)
    }
}

impl fmt::Display for SilverlightError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (low, high) = SILVERLIGHT_PORTS;
        match self {
            Self::Write(error) => error.fmt(f),
            Self::NoPorts { rule } => write!(
                f,
                "expected a port from {low} to {high} in rule {}, found only others, which Silverlight cannot connect to",
                rule + 1
            ),
            Self::NoMovies { rule } => write!(
                f,
                "expected rule {} to allow some movies, found `http://` in a rule that requires HTTPS",
                rule + 1
            ),
        }
    }
}

impl core::error::Error for SilverlightError {}

debug_is_display!(SilverlightError);
