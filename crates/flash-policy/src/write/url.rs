//! Writes `/crossdomain.xml`.

use alloc::format;
use alloc::string::{String, ToString as _};

use super::{Layout, WriteError, Writer, check_domains, fits};
use crate::{Policy, Secure};

/// Writes a Flash URL policy: the file that a site serves as `/crossdomain.xml`, for movies that load from it over HTTP.
///
/// It has no `to-ports`, because ports mean nothing there. `secure` is left out for [`Secure::AsServed`], and written
/// for the other two. [Parsing](fn@crate::parse) the text as [`Profile::Url`](crate::Profile::Url) finds no faults, and
/// returns the same policy without its ports.
///
/// ```
/// use flash_policy::write::{self, Layout};
/// use flash_policy::{Policy, Profile, SiteControl, parse};
///
/// let policy = Policy::for_urls()
///     .allow_from("*.example.com")?
///     .allow_headers("*.example.com", "SOAPAction")?
///     .with_site_control(SiteControl::MasterOnly);
/// let file = write::url(&policy, Layout::Pretty)?;
/// assert_eq!(
///     file,
///     r#"<?xml version="1.0"?>
/// <cross-domain-policy>
///   <site-control permitted-cross-domain-policies="master-only"/>
///   <allow-access-from domain="*.example.com"/>
///   <allow-http-request-headers-from domain="*.example.com" headers="SOAPAction"/>
/// </cross-domain-policy>"#
/// );
/// assert_eq!(parse(file.as_bytes(), Profile::Url).policy, Some(policy));
///
/// // A rule for sockets says that it is for all movies.
/// let sockets = Policy::new().allow("*.example.com", 9339)?;
/// assert!(write::url(&sockets, Layout::Compact)?.contains(r#"domain="*.example.com" secure="false"/>"#));
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
///
/// # Errors
///
/// If no text means this policy to a player: see [`WriteError`].
pub fn url(policy: &Policy, layout: Layout) -> Result<String, WriteError> {
    check_domains(policy)?;
    let mut out = Writer::new(layout, "<?xml version=\"1.0\"?>");
    out.line(0, "<cross-domain-policy>");
    out.site_control(policy);
    for rule in &policy.rules {
        let (domain, secure) = (&rule.domain, secure(rule.secure));
        out.line(
            1,
            &format!("<allow-access-from domain=\"{domain}\"{secure}/>"),
        );
    }
    for rule in &policy.header_rules {
        let (domain, secure) = (&rule.domain, secure(rule.secure));
        let headers = escaped(&rule.headers.to_string());
        out.line(
            1,
            &format!("<allow-http-request-headers-from domain=\"{domain}\" headers=\"{headers}\"{secure}/>"),
        );
    }
    out.line(0, "</cross-domain-policy>");
    fits(out.text)
}

const fn secure(secure: Secure) -> &'static str {
    match secure {
        Secure::HttpsOnly => " secure=\"true\"",
        Secure::Any => " secure=\"false\"",
        Secure::AsServed => "",
    }
}

/// The names of headers for a value in XML. They contain no quotes and no `<`.
pub(super) fn escaped(headers: &str) -> String {
    headers.replace('&', "&amp;")
}
