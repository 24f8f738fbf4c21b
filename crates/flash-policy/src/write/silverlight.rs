//! Writes Silverlight's format.

use alloc::format;
use alloc::string::String;
use core::fmt;

use super::{Layout, SILVERLIGHT_PORTS, Writer};
use crate::{Policy, Port, PortRange, PortSet, Rule, Scheme, Secure};

/// Writes a Silverlight client access policy, which is sent without a NUL.
///
/// Ports outside [`SILVERLIGHT_PORTS`] are left out. Silverlight has no equivalent of the meta-policy.
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
/// If a rule has no port that Silverlight can connect to.
pub fn silverlight(policy: &Policy, layout: Layout) -> Result<String, SilverlightError> {
    let mut out = Writer::new(layout, "<?xml version=\"1.0\" encoding=\"utf-8\"?>");
    out.line(0, "<access-policy>");
    out.line(1, "<cross-domain-access>");
    for (index, rule) in policy.rules.iter().enumerate() {
        out.line(2, "<policy>");
        silverlight_callers(rule, &mut out);
        silverlight_ports(rule, index, &mut out)?;
        out.line(2, "</policy>");
    }
    out.line(1, "</cross-domain-access>");
    out.line(0, "</access-policy>");
    Ok(out.text)
}

fn silverlight_callers(rule: &Rule, out: &mut Writer) {
    out.line(3, "<allow-from>");
    let any_scheme = rule.domain.scheme().is_none();
    if rule.domain.is_any() && rule.secure != Secure::HttpsOnly {
        out.line(4, "<domain uri=\"*\"/>");
    } else {
        let wanted = |scheme| rule.domain.scheme() == Some(scheme) || any_scheme;
        let hosts = format!("{}", rule.domain.hosts());
        for scheme in [Scheme::Http, Scheme::Https]
            .into_iter()
            .filter(|scheme| wanted(*scheme))
        {
            if scheme == Scheme::Http && rule.secure == Secure::HttpsOnly {
                continue;
            }
            // In Flash, `*.example.com` includes example.com. To be safe, it is listed separately here.
            if let Some(bare) = hosts.strip_prefix("*.") {
                out.line(
                    4,
                    &format!("<domain uri=\"{}://{bare}\"/>", scheme.as_str()),
                );
            }
            out.line(
                4,
                &format!("<domain uri=\"{}://{hosts}\"/>", scheme.as_str()),
            );
        }
    }
    out.line(3, "</allow-from>");
}

/// Writes one element per range, because not every version may support a list in one element.
fn silverlight_ports(rule: &Rule, index: usize, out: &mut Writer) -> Result<(), SilverlightError> {
    let (low, high) = SILVERLIGHT_PORTS;
    let mut any = false;
    out.line(3, "<grant-to>");
    let mut grant = |range: PortRange| {
        let (from, to) = (range.low().get().max(low), range.high().get().min(high));
        if from <= to {
            any = true;
            let ports = if from == to {
                format!("{from}")
            } else {
                format!("{from}-{to}")
            };
            out.line(
                4,
                &format!("<socket-resource port=\"{ports}\" protocol=\"tcp\"/>"),
            );
        }
    };
    match &rule.ports {
        PortSet::All => all_ports().into_iter().for_each(&mut grant),
        PortSet::List(ranges) => ranges.iter().copied().for_each(&mut grant),
    }
    out.line(3, "</grant-to>");
    if any {
        Ok(())
    } else {
        Err(SilverlightError { rule: index })
    }
}

fn all_ports() -> Option<PortRange> {
    PortRange::new(Port::new(1).ok()?, Port::new(65_535).ok()?)
}

/// A rule that opens no port for Silverlight, because none of its ports is from 4502 to 4534.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct SilverlightError {
    /// The rule's index in [`Policy::rules`].
    pub rule: usize,
}

impl fmt::Display for SilverlightError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (low, high) = SILVERLIGHT_PORTS;
        write!(
            f,
            "rule {} has no port from {low} to {high}; Silverlight cannot connect to other ports",
            self.rule + 1
        )
    }
}

impl core::error::Error for SilverlightError {}
