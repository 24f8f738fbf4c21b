//! The rule that decided, as written in the policy.

use std::fmt;

use flash_policy::player::{DecidedBy, Purpose};
use flash_policy::{Profile, Span, parse};
use flashgate_report::render::{Position, Source, printable};

use crate::Seen;

/// A rule, with its attributes as written.
#[derive(Debug)]
pub(super) struct Written {
    /// Its index among the rules that have an effect in this client.
    pub(super) index: usize,
    pub(super) domain: String,
    /// Every port if none are listed, as in policies over HTTP.
    pub(super) to_ports: String,
    pub(super) secure: bool,
    /// Its place in the policy.
    place: Position,
}

/// The rule that decided, if a single one did.
pub(super) fn decided(by: DecidedBy, seen: &[Seen]) -> Option<Written> {
    let rule = by.rule?;
    let mut seen = seen.iter();
    let seen = seen.find(|seen| seen.step.fetch.purpose == Purpose::Policy(by.place))?;
    let bytes = seen.step.document.as_slice();
    let tag = bytes.get(rule.tag.start..rule.tag.end)?;
    // The tag alone is well-formed, even if the rest of the document is cut off.
    let end: &[u8] = if tag.ends_with(b"/>") {
        b""
    } else {
        b"</allow-access-from>"
    };
    let alone = [
        b"<cross-domain-policy>",
        tag,
        end,
        b"</cross-domain-policy>",
    ]
    .concat();
    let parsed = parse(&alone, Profile::Url).places;
    let places = parsed.rules.iter().chain(&parsed.ignored).next()?;
    let written = |span: Span| {
        let value = alone.get(span.start..span.end)?;
        Some(String::from_utf8_lossy(value).into_owned())
    };
    Some(Written {
        index: rule.index,
        domain: written(places.domain)?,
        to_ports: places
            .to_ports
            .and_then(written)
            .unwrap_or_else(|| "*".to_owned()),
        secure: places.secure.and_then(written).as_deref() == Some("true"),
        place: Source::new("", bytes).position(rule.tag.start),
    })
}

/// A longer value adds nothing.
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
