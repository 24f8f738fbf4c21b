//! Writes a [`Policy`] as a file, in Flash's or Silverlight's format.

use alloc::format;
use alloc::string::String;
use core::fmt;

use crate::ports::PortRange;
use crate::{Policy, Port, PortSet, Rule, Scheme, Secure};

/// The layout of the text. It does not change the meaning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Layout {
    /// Without extra whitespace, for sending.
    #[default]
    Compact,
    /// One element per line, for people.
    Pretty,
}

/// Writes the policy as it is sent, without the final NUL. `{:#}` writes one element per line.
impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let layout = if f.alternate() {
            Layout::Pretty
        } else {
            Layout::Compact
        };
        f.write_str(&flash(self, layout))
    }
}

/// Writes a Flash socket policy, without the NUL that terminates it on the wire.
///
/// Parsing it returns the same policy.
#[must_use]
pub fn flash(policy: &Policy, layout: Layout) -> String {
    let mut out = Writer::new(layout, "<?xml version=\"1.0\"?>");
    out.line(0, "<cross-domain-policy>");
    if let Some(value) = policy.site_control {
        out.line(
            1,
            &format!(
                "<site-control permitted-cross-domain-policies=\"{}\"/>",
                value.as_str()
            ),
        );
    }
    for Rule {
        domain,
        ports,
        secure,
    } in &policy.rules
    {
        let secure = if *secure == Secure::HttpsOnly {
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

/// A rule that opens no port for Silverlight, because none of its ports is from 4502 to 4534.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutsideSilverlight {
    /// The rule's index in [`Policy::rules`].
    pub rule: usize,
}

impl fmt::Display for OutsideSilverlight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (low, high) = SILVERLIGHT_PORTS;
        write!(
            f,
            "rule {} has no port from {low} to {high}; Silverlight cannot connect to other ports",
            self.rule + 1
        )
    }
}

impl core::error::Error for OutsideSilverlight {}

/// Writes a Silverlight client access policy, which is sent without a NUL.
///
/// Ports outside [`SILVERLIGHT_PORTS`] are left out. A rule without other ports is an error. Silverlight has no
/// equivalent of the meta-policy.
pub fn silverlight(policy: &Policy, layout: Layout) -> Result<String, OutsideSilverlight> {
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
fn silverlight_ports(
    rule: &Rule,
    index: usize,
    out: &mut Writer,
) -> Result<(), OutsideSilverlight> {
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
        Err(OutsideSilverlight { rule: index })
    }
}

fn all_ports() -> Option<PortRange> {
    PortRange::new(Port::new(1).ok()?, Port::new(65_535).ok()?)
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
}
