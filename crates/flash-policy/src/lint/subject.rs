//! What a rule checks: the file, its elements, the policy in it, and the options.

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use super::{Options, PolicyKind};
use crate::diagnostic::quoted;
use crate::document::{Document, Element};
use crate::parse::{PolicyPlaces, RulePlaces};
use crate::{Diagnostic, Policy, PortRange, PortSet, Rule, Span};

/// A file, as far as it could be read.
pub(crate) struct Subject<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) options: &'a Options,
    /// The elements. `None` if the XML is not well-formed.
    pub(crate) document: Option<&'a Document>,
    /// The policy. `None` if the root element is wrong, or for a Silverlight policy.
    pub(crate) policy: Option<&'a Policy>,
    pub(crate) places: &'a PolicyPlaces,
    /// The findings for the mistakes that the parser reported.
    pub(crate) found: &'a [Diagnostic],
}

impl<'a> Subject<'a> {
    /// Whether the file is checked as this kind.
    pub(crate) fn is(&self, kind: PolicyKind) -> bool {
        self.options.kind == kind
    }

    pub(crate) fn elements(&self) -> &'a [Element] {
        self.document.map_or(&[], Document::elements)
    }

    pub(crate) fn root(&self) -> Option<&'a Element> {
        self.elements().first()
    }

    /// The elements with this name directly in the root of a Flash policy.
    pub(crate) fn top(&self, name: &'static str) -> impl Iterator<Item = &'a Element> + use<'a> {
        let elements = self.policy.map_or(&[][..], |_| self.elements());
        elements
            .iter()
            .filter(move |element| element.depth == 1 && element.name == name)
    }

    /// Like `top`, but only in a URL policy.
    pub(crate) fn url_elements(
        &self,
        name: &'static str,
    ) -> impl Iterator<Item = &'a Element> + use<'a> {
        let url = self.is(PolicyKind::Url);
        self.top(name).filter(move |_| url)
    }

    /// The elements with this name anywhere in a Silverlight policy.
    pub(crate) fn silverlight_elements(
        &self,
        name: &'static str,
    ) -> impl Iterator<Item = &'a Element> + use<'a> {
        let ours = self.is(PolicyKind::Silverlight)
            && self.root().is_some_and(|root| root.name == "access-policy");
        self.elements()
            .iter()
            .filter(move |element| ours && element.name == name)
    }

    /// The rules that have an effect, with their places.
    pub(crate) fn rules(
        &self,
    ) -> impl Iterator<Item = (&'a Rule, &'a RulePlaces)> + Clone + use<'a> {
        let rules = self.policy.map_or(&[][..], |policy| &policy.rules);
        rules.iter().zip(&self.places.rules)
    }

    /// The ports and ranges of all rules, with their places, without `*`.
    pub(crate) fn port_ranges(
        &self,
    ) -> impl Iterator<Item = (PortRange, Span)> + Clone + use<'_, 'a> {
        self.rules()
            .flat_map(|(rule, places)| self.port_ranges_of(rule, places))
    }

    /// The ports and ranges of one rule, with their places, without `*`.
    pub(crate) fn port_ranges_of(
        &self,
        rule: &'a Rule,
        places: &RulePlaces,
    ) -> impl Iterator<Item = (PortRange, Span)> + Clone + use<'a> {
        let ranges = match &rule.ports {
            PortSet::All => &[][..],
            PortSet::List(ranges) => ranges,
        };
        let items = self.port_items(places, ranges.len());
        ranges.iter().copied().zip(items)
    }

    /// The places of the items in a list of ports. If they can't be separated, each is the whole list.
    pub(crate) fn port_items(&self, places: &RulePlaces, count: usize) -> Vec<Span> {
        let Some(whole) = places.to_ports else {
            return Vec::new();
        };
        let bytes = self.bytes.get(whole.start..whole.end).unwrap_or_default();
        let mut start = whole.start;
        let items: Vec<Span> = bytes
            .split(|byte| *byte == b',')
            .map(|item| {
                let lead = item.len() - item.trim_ascii_start().len();
                let begin = start + lead;
                start += item.len() + 1;
                (begin..begin + item.trim_ascii().len()).into()
            })
            .collect();
        if items.len() == count && !bytes.contains(&b'&') {
            items
        } else {
            (0..count).map(|_| whole).collect()
        }
    }

    /// The place, or its whole line if nothing else is on it.
    pub(crate) fn with_line(&self, span: Span) -> Span {
        let before = self.bytes.get(..span.start).unwrap_or_default();
        let is_space = |byte: &&u8| matches!(**byte, b' ' | b'\t');
        let lead = before.iter().rev().take_while(is_space).count();
        let start = span.start - lead;
        let after = self.bytes.get(span.end..).unwrap_or_default();
        let rest = after.trim_ascii_start();
        let gap = after.get(..after.len() - rest.len()).unwrap_or_default();
        let line_end = gap.iter().position(|byte| *byte == b'\n');
        let at_line_start = start == 0 || self.bytes.get(start - 1) == Some(&b'\n');
        match line_end {
            Some(end) if at_line_start => (start..span.end + end + 1).into(),
            _ => span,
        }
    }

    /// Whether a rule contains no comment that would be removed with it.
    pub(crate) fn is_without_comments(&self, rule: &RulePlaces) -> bool {
        let content = self.bytes.get(rule.tag.end..rule.element.end);
        !content
            .unwrap_or_default()
            .windows(4)
            .any(|window| window == b"<!--")
    }

    /// The place with the whitespace before it.
    pub(crate) fn with_blanks_before(&self, span: Span) -> Span {
        let before = self.bytes.get(..span.start).unwrap_or_default();
        (before.trim_ascii_end().len()..span.end).into()
    }
}

impl Element {
    /// The element's tag, quoted for a message.
    pub(crate) fn quoted_tag(&self) -> String {
        quoted(&format!("<{}>", self.name)).to_string()
    }
}
