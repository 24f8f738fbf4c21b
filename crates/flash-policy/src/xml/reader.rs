//! The parser's main loop, and what its parts share: the position, the faults, the limits.

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use super::characters::{is_character, is_whitespace};
use super::fault::{MarkupFault, SyntaxFault, SyntaxFaultKind as Kind};
use super::{Document, MOST_COMMAS, MOST_FAULTS, MOST_PARTS};
use crate::Span;
use crate::domain::pasted::is_dash;

/// Parses a text that starts `base` bytes after the start of the file. Locations are byte offsets in the file.
pub(crate) fn read(text: &str, base: usize) -> (Document, Vec<SyntaxFault>) {
    let mut reader = XmlReader {
        text,
        base,
        ..XmlReader::default()
    };
    reader.characters();
    while !reader.stopped && reader.at < text.len() {
        reader.text();
        reader.markup();
    }
    reader.finish()
}

#[derive(Default)]
pub(super) struct XmlReader<'a> {
    pub(super) text: &'a str,
    /// How much of the text has been read.
    pub(super) at: usize,
    /// How many bytes of the file precede the text.
    pub(super) base: usize,
    pub(super) document: Document,
    pub(super) faults: Vec<SyntaxFault>,
    /// Nothing more is read.
    pub(super) stopped: bool,
    parts: usize,
    commas: usize,
    /// Where the root can start: after anything that was pasted before it.
    pub(super) first: usize,
    /// The elements that are not closed yet, outermost first.
    pub(super) open: Vec<OpenElement<'a>>,
    pub(super) namespaces: Vec<NamespaceDeclaration<'a>>,
    pub(super) declared: usize,
    /// Something before or after the root was reported. Further such text is not another mistake.
    pub(super) before_reported: bool,
    pub(super) after_reported: bool,
    /// The name of an element whose start tag had no end. An end tag may follow.
    pub(super) cut_short: Option<&'a str>,
    /// The position of the root's last end tag, once it has been looked up.
    pub(super) last_end: Option<usize>,
    /// The names of the current tag's attributes.
    pub(super) names: Vec<&'a str>,
    pending: PendingText,
    ahead: [Ahead; 4],
}

/// An element that is not closed yet.
pub(super) struct OpenElement<'a> {
    pub(super) index: usize,
    pub(super) name: &'a str,
    pub(super) tag: Range<usize>,
    /// Its start tag has a fault, which may be why it is not closed.
    pub(super) is_loose: bool,
}

/// A namespace prefix, its address, and the depth at which it was declared.
pub(super) struct NamespaceDeclaration<'a> {
    pub(super) prefix: &'a str,
    pub(super) address: String,
    pub(super) depth: usize,
}

/// What contains a reference.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum ReferenceContext {
    Text,
    Value,
}

/// Text that may continue after a CDATA section.
#[derive(Default)]
struct PendingText {
    place: Range<usize>,
    text: String,
}

/// Ends that may be far ahead. Their positions are cached so that they are not searched for repeatedly.
#[derive(Clone, Copy)]
pub(super) enum Mark {
    Comment,
    Cdata,
    Instruction,
    /// `->`, or another dash and `>`.
    Dash,
}

#[derive(Clone, Copy, Default)]
enum Ahead {
    #[default]
    Unknown,
    At(usize),
    Never,
}

impl<'a> XmlReader<'a> {
    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(super) fn next(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn part(&self, range: Range<usize>) -> &'a str {
        self.text.get(range).unwrap_or_default()
    }

    /// Moves past the next `end`, or to the end of the text.
    pub(super) fn skip_behind(&mut self, end: char) {
        let rest = self.rest();
        self.at += rest.find(end).map_or(rest.len(), |at| at + end.len_utf8());
    }

    /// Moves to the first character that matches, or to the end. Returns the text in between.
    pub(super) fn take_until(&mut self, ends: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let taken = rest.get(..rest.find(ends).unwrap_or(rest.len()));
        let taken = taken.unwrap_or_default();
        self.at += taken.len();
        taken
    }

    /// Skips whitespace. Returns whether there was any.
    pub(super) fn whitespace(&mut self) -> bool {
        !self.take_until(|c| !is_whitespace(c)).is_empty()
    }

    /// The position of the next mark.
    pub(super) fn ahead(&mut self, mark: Mark) -> Option<usize> {
        let known = self.ahead.get(mark as usize).copied().unwrap_or_default();
        match known {
            Ahead::Never => return None,
            Ahead::At(at) if at >= self.at => return Some(at),
            Ahead::At(_) | Ahead::Unknown => {}
        }
        let rest = self.rest();
        let found = match mark {
            Mark::Comment => rest.find("-->"),
            Mark::Cdata => rest.find("]]>"),
            Mark::Instruction => rest.find("?>"),
            Mark::Dash => dash_end(rest),
        };
        let found = found.map(|at| self.at + at);
        if let Some(known) = self.ahead.get_mut(mark as usize) {
            *known = found.map_or(Ahead::Never, Ahead::At);
        }
        found
    }

    pub(super) fn span(&self, range: &Range<usize>) -> Span {
        Span::from(range.clone()).shifted(self.base)
    }

    pub(super) fn fault(&mut self, range: Range<usize>, kind: impl Into<Kind>) {
        self.fault_also(range, kind, &[]);
    }

    /// Adds a fault with further locations.
    pub(super) fn fault_also(
        &mut self,
        range: Range<usize>,
        kind: impl Into<Kind>,
        also: &[Range<usize>],
    ) {
        let kind = kind.into();
        if self.stopped {
            return;
        }
        let also = also.iter().map(|place| self.span(place)).collect();
        let span = self.span(&range);
        self.faults.push(SyntaxFault { kind, span, also });
        self.stopped = kind.ends_reading() || self.faults.len() >= MOST_FAULTS;
    }

    /// Counts parts of the document, up to [`MOST_PARTS`].
    pub(super) fn count(&mut self, parts: usize, place: Range<usize>) {
        self.parts += parts;
        if self.parts > MOST_PARTS {
            self.fault(place, Kind::TooManyParts);
        }
    }

    /// Counts commas in attributes, up to [`MOST_COMMAS`].
    pub(super) fn count_commas(&mut self, commas: usize, place: Range<usize>) {
        self.commas += commas;
        if self.commas > MOST_COMMAS {
            self.fault(place, Kind::TooManyCommas);
        }
    }

    /// Reports all characters that XML does not allow. The rest of the parser does not check them.
    fn characters(&mut self) {
        let odd = |byte: &u8| *byte < 0x20 || *byte == 0xEF;
        let mut at = 0;
        let bytes = self.text.as_bytes();
        while let Some(next) = bytes.get(at..).and_then(|rest| rest.iter().position(odd)) {
            at += next;
            let c = self.part(at..self.text.len()).chars().next();
            let c = c.unwrap_or_default();
            if !is_character(u32::from(c)) {
                self.fault(at..at + c.len_utf8(), MarkupFault::Character(c));
            }
            at += c.len_utf8();
        }
    }

    /// Reads text up to the next `<`.
    fn text(&mut self) {
        let start = self.at;
        let run = self.take_until(|c| c == '<');
        if run.is_empty() {
            return;
        }
        self.parts += 1;
        if self.open.is_empty() {
            self.outside(start, run);
            return;
        }
        let mut ends = run.match_indices(']');
        let end = ends.find(|(at, _)| run.get(*at..).is_some_and(|rest| rest.starts_with("]]>")));
        if let Some((at, _)) = end {
            self.fault(start + at..start + at + 3, MarkupFault::CdataEnd);
        }
        if self.pending.text.is_empty() && run.trim().is_empty() {
            return;
        }
        let text = self.decoded(start..self.at, ReferenceContext::Text);
        self.add_text(start..self.at, &text);
    }

    /// Appends character data or a CDATA section to the current text.
    pub(super) fn add_text(&mut self, place: Range<usize>, text: &str) {
        if self.pending.text.is_empty() {
            self.pending.place = place;
        } else {
            self.pending.place.end = place.end;
        }
        self.pending.text.push_str(text);
    }

    /// Ends the current text, at any markup except a CDATA section.
    fn end_text(&mut self) {
        if self.pending.text.is_empty() {
            return;
        }
        let pending = core::mem::take(&mut self.pending);
        let text = pending.text.trim();
        if text.is_empty() {
            return;
        }
        let source = self.part(pending.place.clone());
        let start = pending.place.start + source.len() - source.trim_start().len();
        let span = self.span(&(start..start + source.trim().len()));
        let text = String::from(text);
        self.document.texts.push(super::Text { span, text });
    }

    /// Reads the markup that starts at this `<`.
    fn markup(&mut self) {
        let rest = self.rest();
        if !rest.starts_with('<') {
            return;
        }
        let start = self.at;
        if !rest.starts_with("<![CDATA[") {
            self.end_text();
        }
        if rest.starts_with("<!") {
            self.declaration_or_comment();
        } else if rest.starts_with("<?") {
            self.instruction();
        } else if rest.starts_with("</") || rest.starts_with("<\\") {
            self.end_tag();
        } else {
            self.start_tag();
        }
        self.count(1, start..self.at);
    }

    fn finish(mut self) -> (Document, Vec<SyntaxFault>) {
        self.end_text();
        self.end_of_file();
        self.stopped = false;
        if !self.faults.is_empty() {
            self.code_among_instructions();
        }
        self.faults.sort_by_key(|fault| fault.span.start);
        let mut causes = self.faults.iter();
        if let Some(cause) = causes.find(|fault| fault.kind.explains_all()).cloned() {
            self.faults = Vec::from([cause]);
        }
        (self.document, self.faults)
    }
}

/// The position of `->`, or of another dash and `>`.
pub(super) fn dash_end(text: &str) -> Option<usize> {
    let mut ends = text.match_indices('>');
    ends.find_map(|(at, _)| {
        let before = text.get(..at)?.chars().next_back()?;
        (before == '-' || is_dash(before)).then(|| at - before.len_utf8())
    })
}
