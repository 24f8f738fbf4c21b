//! Tracks which elements are nested in which, and which are not closed.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use super::characters::is_whitespace;
use super::fault::{
    AttributeFault, NameFault, NestingFault, OutsideFault, SyntaxFaultKind as Kind, TagEndFault,
};
use super::reader::{NamespaceDeclaration, OpenElement, XmlReader};
use super::tag::{StartTag, TagEnd};
use super::{DEEPEST, Element, MOST_NAMESPACES, NamespaceAttribute};
use crate::spelling::is_like;

impl<'a> XmlReader<'a> {
    /// Adds an element after its start tag.
    pub(super) fn element(&mut self, mut tag: StartTag<'a>, ending: TagEnd, is_loose: bool) {
        let depth = self.open.len();
        let place = tag.start..self.at;
        if depth == 0 && !self.document.elements.is_empty() {
            self.second_root(place.clone());
        }
        let namespaces = self.namespaces(&mut tag, depth);
        let index = self.document.elements.len();
        self.document.elements.push(Element {
            name: String::from(tag.name),
            tag: self.span(&place),
            span: self.span(&place),
            parent: self.open.last().map(|open| open.index),
            attributes: tag.attributes,
            namespaces: namespaces.into(),
            depth,
        });
        let name = tag.name;
        if ending == TagEnd::Open || (ending == TagEnd::Cut && depth == 0) {
            if depth == DEEPEST {
                self.fault(place, Kind::TooDeep);
                return;
            }
            self.open.push(OpenElement {
                index,
                name,
                tag: place,
                is_loose,
            });
        } else {
            self.leave(depth);
            self.cut_short = (ending == TagEnd::Cut).then_some(name);
        }
    }

    fn second_root(&mut self, place: Range<usize>) {
        if core::mem::replace(&mut self.after_reported, true) {
            return;
        }
        let root = self.document.elements.first().map(|root| root.tag.end);
        let end = root.map_or(0, |end| end - self.base);
        let slash = end.saturating_sub(2)..end;
        match self.part(slash.clone()) {
            "/>" => self.fault_also(place, NestingFault::SecondRoot, &[slash]),
            _ => self.fault(place, NestingFault::SecondRoot),
        }
    }

    /// Moves the namespace declarations out of a tag, and reports undeclared prefixes.
    fn namespaces(&mut self, tag: &mut StartTag<'a>, depth: usize) -> Vec<NamespaceAttribute> {
        let mut declared = Vec::new();
        let names = core::mem::take(&mut self.names);
        if names.iter().any(|name| declared_prefix(name).is_some()) {
            let attributes = core::mem::take(&mut tag.attributes);
            for (name, attribute) in names.iter().zip(attributes) {
                match declared_prefix(name) {
                    Some(prefix) => {
                        declared.push(NamespaceAttribute {
                            span: attribute.span,
                            is_own: prefix.is_empty() && !attribute.value.is_empty(),
                        });
                        self.namespaces.push(NamespaceDeclaration {
                            prefix,
                            address: attribute.value,
                            depth,
                        });
                    }
                    None => tag.attributes.push(attribute),
                }
            }
            self.declared += names.len() - tag.attributes.len();
            if self.declared > MOST_NAMESPACES {
                self.fault(tag.start..self.at, Kind::TooManyNamespaces);
            }
        }
        self.names = names;
        self.prefix(tag.name, tag.name_at);
        for (index, attribute) in tag.attributes.iter().enumerate() {
            let at = attribute.span.start - self.base;
            self.prefix(&attribute.name, at);
            let mut before = tag.attributes.iter().take(index);
            if before.any(|other| self.is_same(&other.name, &attribute.name)) {
                self.fault(
                    at..at + attribute.name.len(),
                    AttributeFault::DuplicateAttribute,
                );
            }
        }
        declared
    }

    /// Reports the prefix of a name if it is not declared.
    fn prefix(&mut self, name: &str, at: usize) {
        let prefix = name.split_once(':').map_or("", |(prefix, _)| prefix);
        if !matches!(prefix, "" | "xml") && self.address(prefix).is_none() {
            self.fault(at..at + prefix.len(), NameFault::UnknownPrefix);
        }
    }

    /// Whether two names with different prefixes are in the same namespace and equal.
    fn is_same(&self, a: &str, b: &str) -> bool {
        let (Some((a, a_local)), Some((b, b_local))) = (a.split_once(':'), b.split_once(':'))
        else {
            return false;
        };
        let address = self.address(a);
        a != b && a_local == b_local && address.is_some() && address == self.address(b)
    }

    fn address(&self, prefix: &str) -> Option<&str> {
        let mut known = self.namespaces.iter().rev();
        let known = known.find(|known| known.prefix == prefix)?;
        Some(&known.address)
    }

    /// Removes the namespaces that were declared at this depth or deeper.
    fn leave(&mut self, depth: usize) {
        self.namespaces.retain(|namespace| namespace.depth < depth);
    }

    /// Reads an end tag.
    pub(super) fn end_tag(&mut self) {
        let start = self.at;
        let before = self.faults.len();
        self.at += "</".len();
        if self.part(start..self.at + 1) == "<\\/" {
            self.fault(start + 1..start + 3, OutsideFault::Escaped);
            return;
        }
        let mut name = self.word();
        if self.part(start..start + 2) == "<\\" {
            let named = start + 2..self.at;
            self.fault_also(start + 1..start + 2, NameFault::Backslash, &[named]);
        }
        if name.is_empty() {
            let kind = if self.whitespace() {
                NameFault::SpaceBeforeName
            } else {
                NameFault::NameMissing
            };
            self.fault(start..self.at, kind);
            name = self.word();
        }
        self.spaces();
        match self.next() {
            None => {
                self.faults.truncate(before);
                self.fault(start..self.at, TagEndFault::UnclosedTag);
            }
            Some('>') => self.at += 1,
            Some('<') => self.fault(self.at..self.at + 1, TagEndFault::TagInTag),
            Some(_) => {
                let content = self.at;
                self.take_until(|c| matches!(c, '<' | '>'));
                self.fault(content..self.at, TagEndFault::EndTagContent);
                self.skip_to_tag_end();
            }
        }
        let known = self.faults.len();
        self.close(name, start..self.at);
        if known > before
            && self
                .faults
                .last()
                .is_some_and(|last| last.kind == NestingFault::StrayEndTag.into())
        {
            self.faults.truncate(known);
        }
    }

    /// Closes the element that an end tag belongs to.
    fn close(&mut self, name: &'a str, place: Range<usize>) {
        let found = self.open.iter().rposition(|open| open.is_closed_by(name));
        if let Some(index) = found {
            let left_open = self.left_open(index + 1);
            if !left_open.is_empty() {
                self.fault_also(place, NestingFault::OuterEndTag, &left_open);
            }
            self.pop_to(index);
        } else if self.cut_short.take_if(|cut| *cut == name).is_some() {
            // This is the end tag of an element whose start tag had no end.
        } else if let Some(top) = self.open.last() {
            let (top_name, tag) = (top.name, top.tag.clone());
            if is_like(name, top_name) || name.is_empty() || self.is_misnamed(top_name) {
                self.fault_also(place, NestingFault::EndTag, &[tag]);
                self.pop_to(self.open.len() - 1);
            } else {
                self.fault(place, NestingFault::StrayEndTag);
            }
        } else if self.document.elements.is_empty() {
            self.fault(place, NestingFault::StrayEndTag);
        } else if !core::mem::replace(&mut self.after_reported, true) {
            self.fault(place, NestingFault::EndTagAfter);
        }
    }

    /// The tags of the elements from this index on that are not closed and have no other fault, the innermost first.
    fn left_open(&self, from: usize) -> Vec<Range<usize>> {
        let open = self.open.iter().skip(from).rev();
        let sound = open.filter(|open| !open.is_loose);
        sound.map(|open| open.tag.clone()).collect()
    }

    /// Whether an end tag that matches no open element was intended for the innermost one, because no matching end tag
    /// follows.
    fn is_misnamed(&mut self, top: &str) -> bool {
        if self.open.len() > 1 {
            let next = self.rest().split_once("</");
            return next.is_none_or(|(_, next)| !next.starts_with(top));
        }
        let text = self.text;
        let find = || text.rfind(&format!("</{top}")).unwrap_or(0);
        *self.last_end.get_or_insert_with(find) < self.at
    }

    /// Closes the open elements from this index on.
    fn pop_to(&mut self, index: usize) {
        for open in self.open.drain(index..) {
            if let Some(element) = self.document.elements.get_mut(open.index) {
                element.span.end = self.base + self.at;
            }
        }
        self.leave(index);
    }

    /// Reports what is missing at the end of the file.
    pub(super) fn end_of_file(&mut self) {
        let end = self.text.len();
        let Some(root) = self.open.first().map(|root| (root.name, root.tag.clone())) else {
            if self.document.elements.is_empty() && self.faults.is_empty() {
                self.fault(0..0, NestingFault::NoElement);
            }
            return;
        };
        let (name, tag) = root;
        let mut left_open = self.left_open(1);
        if let Some(last) = self.second_start_tag(name) {
            left_open.retain(|tag| *tag != last);
            self.fault(last, NestingFault::SecondStartTag);
        } else {
            left_open.push(tag);
        }
        if !left_open.is_empty() {
            self.fault_also(end..end, NestingFault::UnclosedElements, &left_open);
        }
    }

    /// The last tag of the file, if it repeats the root's start tag.
    fn second_start_tag(&self, root: &str) -> Option<Range<usize>> {
        let last = self.document.elements.last()?;
        let tag = last.tag.start - self.base..last.tag.end - self.base;
        let behind = self.part(tag.end..self.text.len());
        let is_bare = last.attributes.is_empty() && behind.trim_matches(is_whitespace).is_empty();
        (last.parent.is_some() && last.name == root && is_bare).then_some(tag)
    }
}

impl OpenElement<'_> {
    fn is_closed_by(&self, name: &str) -> bool {
        // `<allow-access-fromdomain="…">` is closed by a tag with a shorter name.
        name == self.name || (self.is_loose && !name.is_empty() && self.name.starts_with(name))
    }
}

/// The prefix that an attribute declares. `xmlns` itself declares the namespace of names without a prefix.
fn declared_prefix(name: &str) -> Option<&str> {
    let rest = name.strip_prefix("xmlns")?;
    match rest {
        "" => Some(""),
        _ => rest.strip_prefix(':'),
    }
}
