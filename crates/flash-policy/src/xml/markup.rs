//! Comments, CDATA sections and instructions.

use alloc::vec::Vec;

use super::characters::{is_name, is_whitespace};
use super::fault::{MarkupFault, PrologFault, SyntaxFaultKind as Kind};
use super::reader::{Mark, XmlReader, dash_end};
use crate::domain::pasted::is_dash;

impl XmlReader<'_> {
    /// Reads markup that starts with `<!`.
    pub(super) fn declaration_or_comment(&mut self) {
        let rest = self.rest();
        let start = self.at;
        if rest.starts_with("<!--") {
            self.comment();
        } else if rest.starts_with("<![CDATA[") {
            self.cdata();
        } else if rest.starts_with("<!DOCTYPE") && self.document.doctype.is_none() {
            self.doctype();
        } else if let Some(dash) = rest.chars().nth(2).filter(|c| is_dash(*c)) {
            self.fault(
                start + 2..start + 2 + dash.len_utf8(),
                MarkupFault::TypographicDash,
            );
            self.at += 2;
            self.skip_to_dash_end();
        } else {
            let word = self.take_until(|c| is_whitespace(c) || c == '>');
            let doctype = "<!doctype";
            let head = word.get(..doctype.len()).unwrap_or_default();
            let kind = if head.eq_ignore_ascii_case(doctype) {
                Kind::from(PrologFault::DoctypePlace)
            } else {
                MarkupFault::OtherDeclaration.into()
            };
            self.fault(start..self.at, kind);
            if word.starts_with("<!-") {
                self.skip_to_dash_end();
            } else {
                self.skip_behind('>');
            }
        }
    }

    /// Moves past the next dash and `>`.
    fn skip_to_dash_end(&mut self) {
        if let Some(end) = self.ahead(Mark::Dash) {
            self.at = end;
        }
        self.skip_behind('>');
    }

    fn comment(&mut self) {
        let start = self.at;
        self.at += "<!--".len();
        let Some(end) = self.ahead(Mark::Comment) else {
            self.comment_without_end(start);
            return;
        };
        // If the end's first dash is the third of three, there are two dashes before it.
        let body = self.part(self.at..end + 1);
        if let Some(dashes) = body.find("--").map(|dashes| self.at + dashes) {
            let inner = self.part(self.at..dashes);
            if let (true, Some(near)) = (inner.ends_with("<!"), dash_end(inner)) {
                self.near_end(self.at + near);
                return;
            }
            self.fault(dashes..dashes + 2, MarkupFault::CommentDashes);
        }
        self.at = end + "-->".len();
    }

    /// Reads a comment without `-->`, perhaps with a similar end.
    fn comment_without_end(&mut self, start: usize) {
        if let Some(near) = self.ahead(Mark::Dash) {
            self.near_end(near);
            return;
        }
        self.fault(start..start + "<!--".len(), MarkupFault::UnclosedComment);
        self.stop_at_end();
    }

    fn near_end(&mut self, at: usize) {
        self.at = at;
        self.skip_behind('>');
        self.fault(at..self.at - 1, MarkupFault::TypographicDash);
    }

    /// The rest of the file belongs to something without an end.
    pub(super) fn stop_at_end(&mut self) {
        self.at = self.text.len();
        self.stopped = true;
    }

    fn cdata(&mut self) {
        let start = self.at;
        self.at += "<![CDATA[".len();
        if self.open.is_empty() {
            let reported = if self.document.elements().is_empty() {
                &mut self.before_reported
            } else {
                &mut self.after_reported
            };
            if !core::mem::replace(reported, true) {
                self.fault(start..self.at, MarkupFault::CdataAround);
            }
            self.after_reported = true;
            return;
        }
        let Some(end) = self.ahead(Mark::Cdata) else {
            self.fault(start..self.at, MarkupFault::UnclosedCdata);
            return;
        };
        let content = self.part(self.at..end);
        self.at = end + "]]>".len();
        self.add_text(start..self.at, content);
    }

    /// Reads markup that starts with `<?`.
    pub(super) fn instruction(&mut self) {
        let start = self.at;
        self.at += "<?".len();
        let end = self.ahead(Mark::Instruction);
        if self.rest().starts_with('=') {
            self.fault(start..start + "<?=".len(), Kind::ServerCode);
            return;
        }
        let whole = self.part(self.at..end.unwrap_or(self.text.len()));
        let head = whole.split(|c| is_whitespace(c) || matches!(c, '<' | '>'));
        let is_declaration = head.take(1).all(|head| head.eq_ignore_ascii_case("xml"));
        // A declaration contains no tag. If this one does, its end is missing.
        let lost = is_declaration && whole.contains(['<', '>']);
        let Some(end) = end.filter(|_| !lost) else {
            self.instruction_without_end(start, whole);
            return;
        };
        let name = whole.split(is_whitespace).next().unwrap_or_default();
        let name_place = start..self.at + name.len();
        self.at = end + "?>".len();
        let place = start..self.at;
        if is_declaration {
            self.judge_declaration(whole, name, place);
        } else {
            self.document.instructions.push(self.span(&place));
            if !is_name(name) {
                self.fault(name_place, PrologFault::InstructionName);
            }
        }
    }

    /// Continues after the tag that it would be with a correct end.
    fn instruction_without_end(&mut self, start: usize, body: &str) {
        if body.starts_with("php") {
            self.fault(start..start + "<?php".len(), Kind::ServerCode);
            return;
        }
        let trace = super::prolog::declaration_trace(body, self.at);
        let whole = (
            start..start + "<?".len(),
            MarkupFault::UnclosedInstruction.into(),
            Vec::new(),
        );
        let (place, kind, also) = trace.unwrap_or(whole);
        self.fault_also(place, kind, &also);
        self.skip_to_tag_end();
    }

    /// Moves past the next `>`, or to the next `<`.
    pub(super) fn skip_to_tag_end(&mut self) {
        self.take_until(|c| matches!(c, '<' | '>'));
        if self.rest().starts_with('>') {
            self.at += 1;
        }
    }

    /// `<?php … ?>` is a processing instruction in XML. In a file with faults, it explains them.
    pub(super) fn code_among_instructions(&mut self) {
        let places = self.document.instructions.iter();
        let mut places = places.map(|span| span.start - self.base);
        let is_code = |at: &usize| {
            self.text
                .get(*at..)
                .is_some_and(|text| text.starts_with("<?php"))
        };
        if let Some(at) = places.find(is_code) {
            self.fault(at..at + "<?php".len(), Kind::ServerCode);
        }
    }
}
