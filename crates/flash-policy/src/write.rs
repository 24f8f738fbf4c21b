//! Writes a [`Policy`] as a file, in Flash's or Silverlight's format.

use alloc::format;
use alloc::string::String;
use core::fmt;

use crate::{Policy, Rule, Secure};

#[cfg(feature = "silverlight")]
mod silverlight;

#[cfg(feature = "silverlight")]
pub use silverlight::{OutsideSilverlight, silverlight};

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
