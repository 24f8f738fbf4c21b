//! Writes a [`Policy`] as a file, in Flash's or Silverlight's format.
//!
//! | file | from | writer |
//! |---|---|---|
//! | the reply on port 843, or on the destination port | a socket policy | [`flash`] |
//! | `/crossdomain.xml` | any policy | [`url`](fn@url) |
//! | the reply on port 943, for Silverlight | a socket policy | `silverlight` |
//! | `/clientaccesspolicy.xml`, for Silverlight | a URL policy and a socket policy | `silverlight_url` |
//!
//! What means nothing in a format is left out: ports in a file for HTTP, header rules in a file for sockets. If the text
//! would allow something else than the policy, it is not written.

use alloc::format;
use alloc::string::String;

use crate::document::LARGEST;
use crate::{DomainPattern, Policy, Profile, Secure};

mod error;
#[cfg(feature = "silverlight")]
mod silverlight;
mod url;

pub use error::WriteError;
#[cfg(feature = "silverlight")]
pub use silverlight::{SilverlightError, silverlight, silverlight_url};
pub use url::url;

/// The layout of the text. It does not change the meaning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Layout {
    /// Without extra whitespace, for sending.
    #[default]
    Compact,
    /// One element per line, for people.
    Pretty,
}

/// Writes a Flash socket policy, without the NUL that terminates it on the wire.
///
/// Header rules are left out, because they mean nothing for sockets. [Parsing](fn@crate::parse) the text returns the
/// same policy without them, and without faults.
///
/// ```
/// use flash_policy::write::{self, Layout};
/// use flash_policy::{Policy, Profile, parse};
///
/// let policy = Policy::new().allow("*.example.com", 9339)?;
/// let text = write::flash(&policy, Layout::Pretty)?;
/// assert_eq!(
///     text,
///     r#"<?xml version="1.0"?>
/// <cross-domain-policy>
///   <allow-access-from domain="*.example.com" to-ports="9339"/>
/// </cross-domain-policy>"#
/// );
/// assert_eq!(parse(text.as_bytes(), Profile::Socket).policy, Some(policy));
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
///
/// # Errors
///
/// If no text means this policy to a player: see [`WriteError`].
pub fn flash(policy: &Policy, layout: Layout) -> Result<String, WriteError> {
    check(policy)?;
    fits(flash_unchecked(policy, layout))
}

/// Writes a Flash socket policy even if players would read another policy, or none.
///
/// This is for showing a policy, and for checking the text with [`lint`](fn@crate::lint). To send a policy, use
/// [`Reply::new`](crate::Reply::new) or [`flash`].
///
/// ```
/// use flash_policy::write::{self, Layout};
/// use flash_policy::{DomainPattern, Policy, PortSet, Rule};
///
/// let policy = Policy::new().with_rule(Rule::new(DomainPattern::ANY, PortSet::List(Vec::new())));
/// assert!(write::flash(&policy, Layout::Compact).is_err());
/// assert!(write::flash_unchecked(&policy, Layout::Compact).contains("to-ports=\"\""));
/// ```
#[must_use]
pub fn flash_unchecked(policy: &Policy, layout: Layout) -> String {
    let mut out = Writer::new(layout, "<?xml version=\"1.0\"?>");
    out.line(0, "<cross-domain-policy>");
    out.site_control(policy);
    for rule in &policy.rules {
        let (domain, ports) = (&rule.domain, &rule.ports);
        let secure = if rule.secure == Secure::HttpsOnly {
            " secure=\"true\""
        } else {
            ""
        };
        out.line(
            1,
            &format!("<allow-access-from domain=\"{domain}\" to-ports=\"{ports}\"{secure}/>"),
        );
    }
    out.line(0, "</cross-domain-policy>");
    out.text
}

/// The ports that Silverlight can connect to, whatever a policy says: 4502 to 4534.
///
/// Source: Microsoft, *Network Security Access Restrictions in Silverlight*.
pub const SILVERLIGHT_PORTS: (u16, u16) = (4502, 4534);

/// Whether each part of the policy can be written.
fn check(policy: &Policy) -> Result<(), WriteError> {
    if policy.profile() == Profile::Url {
        return Err(WriteError::UrlPolicy);
    }
    for (rule, written) in policy.rules.iter().enumerate() {
        if written.ports.is_empty() {
            return Err(WriteError::NoPorts { rule });
        }
        if written.secure == Secure::AsServed {
            return Err(WriteError::AsServed { rule });
        }
    }
    check_domains(policy)
}

/// Whether each domain can be written.
fn check_domains(policy: &Policy) -> Result<(), WriteError> {
    let is_placeholder =
        |domain: &DomainPattern| format!("{domain}").parse().as_ref() != Ok(domain);
    let rule = policy
        .rules
        .iter()
        .position(|rule| is_placeholder(&rule.domain));
    if let Some(rule) = rule {
        return Err(WriteError::Placeholder { rule });
    }
    let rule = policy
        .header_rules
        .iter()
        .position(|rule| is_placeholder(&rule.domain));
    match rule {
        Some(rule) => Err(WriteError::HeaderPlaceholder { rule }),
        None => Ok(()),
    }
}

/// The text, if it is not too large to be parsed.
fn fits(text: String) -> Result<String, WriteError> {
    if text.len() > LARGEST {
        return Err(WriteError::TooLarge { bytes: text.len() });
    }
    Ok(text)
}

struct Writer {
    layout: Layout,
    text: String,
}

impl Writer {
    fn new(layout: Layout, declaration: &str) -> Self {
        let mut writer = Self {
            layout,
            text: String::new(),
        };
        writer.text.push_str(declaration);
        writer
    }

    fn line(&mut self, depth: usize, text: &str) {
        if self.layout == Layout::Pretty {
            self.text.push('\n');
            self.text.extend(core::iter::repeat_n("  ", depth));
        }
        self.text.push_str(text);
    }

    fn site_control(&mut self, policy: &Policy) {
        if let Some(value) = policy.site_control {
            let line = format!("<site-control permitted-cross-domain-policies=\"{value}\"/>");
            self.line(1, &line);
        }
    }
}
