//! The rule that decided, as it stands in the policy that came.

use std::fmt;

use flash_policy::document;
use flash_policy::player::{DecidedBy, Purpose};
use flashgate_report::render::{Position, Source, printable};

use crate::Seen;

/// A rule, with its attributes as they are written.
#[derive(Debug)]
pub(super) struct Written {
    /// Among the rules that take effect in this client.
    pub(super) index: usize,
    pub(super) domain: String,
    /// Every port, where none are named: so it is in policies over HTTP.
    pub(super) to_ports: String,
    pub(super) secure: bool,
    /// In the policy.
    place: Position,
}

/// The rule, if it was a single one that decided.
pub(super) fn decided(by: DecidedBy, seen: &[Seen]) -> Option<Written> {
    let rule = by.rule?;
    let mut seen = seen.iter();
    let seen = seen.find(|seen| seen.step.fetch.purpose == Purpose::Policy(by.place))?;
    let bytes = seen.step.document.as_slice();
    let tag = bytes.get(rule.tag.start..rule.tag.end)?;
    // Alone it is well-formed, also where the rest is cut off and the client does without.
    let end: &[u8] = if tag.ends_with(b"/>") {
        b""
    } else {
        b"</allow-access-from>"
    };
    let element = document::read(&[tag, end].concat()).0?;
    let value = |name| {
        let attribute = element.root()?.attribute(name)?;
        Some(attribute.value.clone())
    };
    Some(Written {
        index: rule.index,
        domain: value("domain")?,
        to_ports: value("to-ports").unwrap_or_else(|| "*".to_owned()),
        secure: value("secure").as_deref() == Some("true"),
        place: Source::new("", bytes).position(rule.tag.start),
    })
}

/// More of a value says no more.
const SHOWN: usize = 64;

fn shown(value: &str) -> String {
    let end = value.char_indices().nth(SHOWN);
    end.map_or_else(
        || printable(value),
        |(end, _)| printable(value.split_at(end).0) + "…",
    )
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Position { line, column } = self.place;
        let (domain, ports) = (shown(&self.domain), shown(&self.to_ports));
        let secure = if self.secure { ", over HTTPS" } else { "" };
        write!(
            f,
            "the rule for `{domain}` to ports `{ports}`{secure} ({line}:{column})"
        )
    }
}
