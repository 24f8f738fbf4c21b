//! Start tags: what is wrong in one, and where to continue.

use core::ops::Range;
use core::slice::from_ref;

use super::characters::{is_like_space, is_qualified_name, is_typographic, is_whitespace};
use super::fault::{
    AttributeFault, NameFault, OutsideFault, SyntaxFaultKind as Kind, TagEndFault, ValueFault,
};
use super::outside::is_placeholder;
use super::reader::{ReferenceContext, XmlReader};
use super::{Attribute, MOST_ATTRIBUTES};
use crate::domain::pasted::is_unseen;
use alloc::string::String;
use alloc::vec::Vec;

/// How a start tag ends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum TagEnd {
    /// `>`.
    Open,
    /// `/>`.
    Empty,
    /// The next tag, or the end of the file.
    Cut,
}

/// A start tag that is being read.
pub(super) struct StartTag<'a> {
    pub(super) start: usize,
    pub(super) name: &'a str,
    pub(super) name_at: usize,
    pub(super) attributes: Vec<Attribute>,
    /// The number of attributes. Not all of them are kept.
    count: usize,
    commas: usize,
    /// The quoted value directly before this position, with its quotes.
    pub(super) value: Option<Range<usize>>,
    /// The quotes are mismatched. Faults that follow from that are not reported.
    pub(super) astray: bool,
}

impl<'a> XmlReader<'a> {
    /// Reads a start tag, or a `<` without a name.
    pub(super) fn start_tag(&mut self) {
        let start = self.at;
        let before = self.faults.len();
        let Some(name) = self.element_name(start) else {
            return;
        };
        self.names.clear();
        let mut tag = StartTag {
            start,
            name_at: name.start,
            name: self.part(name),
            attributes: Vec::new(),
            count: 0,
            commas: 0,
            value: None,
            astray: false,
        };
        let ending = self.attributes(&mut tag);
        let place = start..self.at;
        if tag.count > MOST_ATTRIBUTES {
            // Whatever else is wrong with the attributes, there are too many.
            self.faults.truncate(before);
            self.fault(place.clone(), Kind::TooManyAttributes(tag.count));
        } else {
            self.count_commas(tag.commas, place.clone());
            self.count(tag.count, place);
        }
        let is_loose = self.faults.len() > before;
        self.element(tag, ending, is_loose);
    }

    /// Reads the name after the `<`. Without one, it returns `None` and skips the `<`.
    fn element_name(&mut self, start: usize) -> Option<Range<usize>> {
        if self.rest().starts_with("<<<<<<< ") {
            let line = self.take_until(|c| c == '\n');
            self.fault(start..start + line.trim_end().len(), Kind::MergeMark);
            return None;
        }
        self.at += 1;
        if self.rest().trim_start().is_empty() {
            self.fault(start..self.at, TagEndFault::UnclosedTag);
            return None;
        }
        let mut name = self.word();
        if name.starts_with('%') {
            self.fault(start..start + 2, Kind::ServerCode);
            return None;
        }
        if name.is_empty() && self.whitespace() {
            name = self.word();
            let end = self.rest().find(['<', '>']);
            let end = end.and_then(|end| self.rest().get(end..));
            if !is_qualified_name(name) || end.is_none_or(|end| end.starts_with('<')) {
                self.at = start + 1;
                self.fault(start..self.at, NameFault::NameMissing);
                return None;
            }
            self.fault(start..start + 2, NameFault::SpaceBeforeName);
        }
        if name.is_empty() {
            self.fault(start..start + 1, NameFault::NameMissing);
            return None;
        }
        let place = self.at - name.len()..self.at;
        if !is_qualified_name(name) {
            self.fault(place.clone(), NameFault::Name);
        } else if self.rest().starts_with('=') {
            self.fault(self.at..self.at + 1, NameFault::JoinedName);
            self.at += 1;
            self.take_until(|c| !is_like_space(c));
            self.skip_value();
        }
        Some(place)
    }

    /// Skips a value that belongs to no attribute.
    fn skip_value(&mut self) {
        let Some(quote) = self.next().filter(|c| matches!(c, '"' | '\'')) else {
            return;
        };
        self.at += 1;
        self.take_until(|c| matches!(c, '<' | '>') || c == quote);
        if self.rest().starts_with(quote) {
            self.at += 1;
        }
    }

    /// Reads up to a character that ends a name.
    pub(super) fn word(&mut self) -> &'a str {
        self.take_until(|c| is_like_space(c) || matches!(c, '=' | '/' | '>' | '"' | '\'' | '<'))
    }

    /// Skips characters that look like spaces. Returns whether there were any. Those that XML does not accept are
    /// reported.
    pub(super) fn spaces(&mut self) -> bool {
        let start = self.at;
        while let Some(c) = self.next().filter(|c| is_like_space(*c)) {
            let place = self.at..self.at + c.len_utf8();
            self.at = place.end;
            // Characters that XML does not allow were reported before.
            if is_unseen(c) && !is_whitespace(c) {
                self.fault(place, AttributeFault::LikeSpace(c));
            }
        }
        self.at > start
    }

    fn attributes(&mut self, tag: &mut StartTag<'a>) -> TagEnd {
        loop {
            let spaced = self.spaces();
            if self.stopped {
                return TagEnd::Cut;
            }
            match self.next() {
                None => {
                    // A fault in the cut-off part is not a separate mistake.
                    let end = self.base + self.text.trim_end().len();
                    self.faults.pop_if(|last| last.span.end >= end);
                    self.fault(tag.start..self.at, TagEndFault::UnclosedTag);
                    return TagEnd::Cut;
                }
                Some('>') => {
                    self.at += 1;
                    return TagEnd::Open;
                }
                Some('/') => {
                    if let Some(ending) = self.slash() {
                        return ending;
                    }
                }
                Some('\\') if self.rest().starts_with("\\/") => {
                    self.fault(self.at..self.at + 2, OutsideFault::Escaped);
                    return TagEnd::Cut;
                }
                Some('\\') if self.rest().starts_with("\\>") => {
                    self.at += 2;
                    self.fault(self.at - 2..self.at, TagEndFault::BackslashEnd);
                    return TagEnd::Empty;
                }
                Some('<') => {
                    self.fault(self.at..self.at + 1, TagEndFault::TagInTag);
                    return TagEnd::Cut;
                }
                Some(next) if !spaced && tag.value.is_some() => self.behind_value(next, tag),
                Some(next) => self.attribute(next, tag),
            }
        }
    }

    /// Reads a `/`: the end of the tag, or a mistake.
    fn slash(&mut self) -> Option<TagEnd> {
        let start = self.at;
        let slashes = self.take_until(|c| c != '/').len();
        if self.rest().starts_with('>') {
            self.at += 1;
            if slashes > 1 {
                self.fault(start..start + slashes, TagEndFault::TwoSlashes);
            }
            return Some(TagEnd::Empty);
        }
        self.fault(start..start + 1, TagEndFault::Slash);
        self.whitespace();
        match self.next() {
            Some('>') => {
                self.at += 1;
                Some(TagEnd::Empty)
            }
            Some('<') => Some(TagEnd::Empty),
            Some(_) | None => None,
        }
    }

    /// Reads an attribute, or at least one character of what is in its place.
    fn attribute(&mut self, next: char, tag: &mut StartTag<'a>) {
        let start = self.at;
        tag.value = None;
        if self.no_attribute(next, tag) {
            return;
        }
        let name = self.word();
        let place = start..self.at;
        if name.is_empty() {
            self.unless_astray(
                tag,
                start..start + next.len_utf8(),
                AttributeFault::AttributeExpected,
            );
            self.at += next.len_utf8();
            return;
        }
        self.spaces();
        if self.eats_equals() {
            self.named(place, tag);
        } else if name == "to" && self.rest().starts_with("ports") {
            self.at += "ports".len();
            self.fault(start..self.at, AttributeFault::SplitName);
            self.spaces();
            if self.eats_equals() {
                self.named(start..start + 2, tag);
            }
        } else if name.ends_with(':') && self.rest().starts_with(['"', '\'']) {
            let named = start..place.end - 1;
            self.fault_also(
                place.end - 1..place.end,
                AttributeFault::Colon,
                from_ref(&named),
            );
            self.named(named, tag);
        } else {
            self.unless_astray(tag, place, AttributeFault::ValueMissing);
        }
    }

    fn eats_equals(&mut self) -> bool {
        let equals = self.rest().starts_with('=');
        self.at += usize::from(equals);
        equals
    }

    /// Reads the rest of an attribute after its name and `=`.
    fn named(&mut self, place: Range<usize>, tag: &mut StartTag<'a>) {
        let name = self.part(place.clone());
        if !is_qualified_name(name) && !tag.astray {
            self.fault(place.clone(), NameFault::Name);
        }
        self.spaces();
        let Some((value, end)) = self.value(&place, tag) else {
            return;
        };
        tag.count += 1;
        tag.commas += self.part(value.clone()).matches(',').count();
        if tag.count > MOST_ATTRIBUTES {
            return;
        }
        if self.names.contains(&name) {
            self.fault(place.clone(), AttributeFault::DuplicateAttribute);
        }
        self.names.push(name);
        let text = self.decoded(value.clone(), ReferenceContext::Value);
        tag.attributes.push(Attribute {
            name: String::from(name),
            value: text,
            span: self.span(&(place.start..end)),
            value_span: self.span(&value),
        });
    }

    /// Reads something whose first character shows that it is not an attribute.
    fn no_attribute(&mut self, next: char, tag: &mut StartTag<'a>) -> bool {
        let start = self.at;
        if is_placeholder(self.rest()) {
            self.take_until(|c| matches!(c, '}' | '<' | '>'));
            self.take_until(|c| c != '}');
            let end = start + self.part(start..self.at).find('}').map_or(1, |end| end + 1);
            self.fault(start..end, Kind::Placeholder);
        } else if matches!(next, '"' | '\'') {
            self.at += 1;
            self.unless_astray(tag, start..self.at, ValueFault::StrayQuote(next));
            tag.astray = true;
        } else if is_typographic(next) {
            self.at += next.len_utf8();
            self.unless_astray(tag, start..self.at, ValueFault::TypographicQuote(next));
            tag.astray = true;
        }
        self.at > start
    }

    /// Reports a fault, unless mismatched quotes in the tag may have caused it.
    pub(super) fn unless_astray(
        &mut self,
        tag: &StartTag<'a>,
        place: Range<usize>,
        kind: impl Into<Kind>,
    ) {
        if !tag.astray {
            self.fault(place, kind);
        }
    }
}
