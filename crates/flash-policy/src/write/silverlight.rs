//! Writes Silverlight's format.

use alloc::format;
use alloc::string::String;
use core::fmt;

use super::{Layout, SILVERLIGHT_PORTS, WriteError, Writer, check, fits};
use crate::{Policy, Port, PortRange, PortSet, Rule, Scheme, Secure};

/// Writes a Silverlight client access policy, which is sent without a NUL.
///
/// Ports outside [`SILVERLIGHT_PORTS`] are left out. Silverlight has no equivalent of the meta-policy.
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
    let mut out = Writer::new(layout, "<?xml version=\"1.0\" encoding=\"utf-8\"?>");
    out.line(0, "<access-policy>");
    out.line(1, "<cross-domain-access>");
    for (index, rule) in policy.rules.iter().enumerate() {
        if rule.domain.scheme() == Some(Scheme::Http) && rule.secure == Secure::HttpsOnly {
            return Err(SilverlightError::NoMovies { rule: index });
        }
        out.line(2, "<policy>");
        silverlight_callers(rule, &mut out);
        silverlight_ports(rule, index, &mut out)?;
        out.line(2, "</policy>");
    }
    out.line(1, "</cross-domain-access>");
    out.line(0, "</access-policy>");
    Ok(fits(out.text)?)
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
        Err(SilverlightError::NoPorts { rule: index })
    }
}

fn all_ports() -> Option<PortRange> {
    PortRange::new(Port::new(1).ok()?, Port::new(65_535).ok()?)
}

/// Why a policy cannot be written for Silverlight.
///
/// Rules are named by their index in [`Policy::rules`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
