//! What is said of each fault of the XML: from the reader's faults to findings of the rules.
//!
//! It must never look for faults of its own, but for what a broken file is instead of a policy.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "each table has the faults of one kind, and hands the others on"
)]

use alloc::format;
use alloc::string::ToString as _;
use alloc::vec::Vec;

use super::rules::{
    doctype_with_definitions, html_page, http_response, malformed_xml, merge_conflict_marker,
    server_code, template_placeholder, too_deep, too_many_attributes, too_many_elements,
    too_many_namespaces,
};
use super::words::{Source, Words};
use super::{Kind, markup_words, tag_words};
use crate::Diagnostic;
use crate::diagnostic::{Repeat, quoted};
use crate::spelling::is_like;
use crate::xml::{SyntaxFault, SyntaxFaultKind as Fault};

/// The findings for the faults of a text that begins so many bytes behind the file's start.
pub(crate) fn findings(
    faults: &[SyntaxFault],
    text: &str,
    base: usize,
    kind: Kind,
) -> Vec<Diagnostic> {
    if faults.is_empty() {
        return Vec::new();
    }
    if let Some(mut cause) = http_response::find(text).or_else(|| html_page::find(text)) {
        if let Some(label) = &mut cause.label {
            label.span = label.span.shifted(base);
        }
        return Vec::from([cause]);
    }
    let source = Source { text, base };
    let mut findings: Vec<Diagnostic> = Vec::new();
    for fault in faults {
        let finding = source.finding(fault, kind);
        let mut known = findings.iter_mut();
        let is_own = matches!(fault.kind, Fault::EndTag | Fault::UnclosedElements);
        let same = known.find(|known| known.message == finding.message && !is_own);
        match (same, &finding.label) {
            (Some(same), Some(label)) => same.repeats.push(Repeat::at(label.span)),
            _ => findings.push(finding),
        }
    }
    findings
}

/// The elements that a policy begins with.
const ROOTS: [&str; 2] = ["cross-domain-policy", "access-policy"];

impl Source<'_> {
    fn finding(self, fault: &SyntaxFault, kind: Kind) -> Diagnostic {
        match fault.kind {
            Fault::Placeholder => template_placeholder::found_between_tags(fault.span),
            Fault::MergeMark => merge_conflict_marker::found(fault.span),
            Fault::ServerCode => server_code::found(fault.span),
            Fault::Definitions => doctype_with_definitions::found(fault.span),
            Fault::TooDeep => too_deep::found(fault.span),
            Fault::TooManyAttributes(count) => too_many_attributes::found(count, fault.span),
            Fault::TooManyParts => too_many_elements::found(fault.span),
            Fault::TooManyNamespaces => too_many_namespaces::found(fault.span),
            _ => self.malformed(fault, kind),
        }
    }

    fn malformed(self, fault: &SyntaxFault, kind: Kind) -> Diagnostic {
        let words = (markup_words::of(fault, self))
            .or_else(|| tag_words::of(fault, self))
            .unwrap_or_else(|| self.nesting(fault));
        let consequence = match kind {
            Kind::Silverlight => malformed_xml::COUNTS_FOR_NOTHING_IN_SILVERLIGHT,
            Kind::Socket | Kind::Url => malformed_xml::COUNTS_FOR_NOTHING,
        };
        let mut finding = malformed_xml::RULE
            .finding(words.message)
            .at(fault.span, words.label);
        for span in fault.also.iter().take(words.shown) {
            finding = finding.also_at(*span, words.other);
        }
        finding.notes.extend(words.note);
        finding.note(consequence).help(words.help)
    }

    /// Tags that are not closed, or stand behind the end.
    fn nesting(self, fault: &SyntaxFault) -> Words {
        let mut words = match fault.kind {
            Fault::EndTag => self.end_tag(fault),
            Fault::UnclosedElements => self.unclosed(fault),
            Fault::SecondStartTag => {
                let tag = self.part(fault.span);
                let end = format!("</{}>", self.name(fault.span));
                Words::new(
                    format!("expected {}, found a second {}", quoted(&end), quoted(tag)),
                    format!("write {}, with the slash before the name", quoted(&end)),
                )
            }
            Fault::StrayEndTag => Words::new(
                format!(
                    "expected no end tag here, found {}",
                    quoted(self.part(fault.span))
                ),
                "remove it: no element is open that it could close",
            ),
            Fault::SecondRoot if fault.also.is_empty() => Words::new(
                "expected one root element, found another after its end",
                "put all rules into one `<cross-domain-policy>`",
            ),
            Fault::SecondRoot => Words::new(
                "expected one root element, found another after its end",
                "remove the `/` there: the rules stand between the start tag and the end tag",
            )
            .also("this ends the policy"),
            Fault::EndTagAfter => Words::new(
                "expected nothing after the policy's end, found an end tag",
                "remove everything after `</cross-domain-policy>`",
            ),
            Fault::NoElement => Words::new(
                "expected `<cross-domain-policy>`, found no element at all",
                "put the rules into `<cross-domain-policy>` and `</cross-domain-policy>`",
            ),
            // A fault that no table has yet: true of each, and nothing else is known here.
            _ => Words::new(
                "expected well-formed XML",
                "compare the line with an example: `flashgate explain malformed-xml`",
            ),
        };
        if matches!(fault.kind, Fault::EndTag | Fault::UnclosedElements) {
            words = words.also("this is not closed");
        }
        words
    }

    fn end_tag(self, fault: &SyntaxFault) -> Words {
        let expected = fault.also.first().map_or("", |tag| self.name(*tag));
        let found = self.name(fault.span);
        let end = format!("</{expected}>");
        let message = format!(
            "expected {}, found {}",
            quoted(&end),
            quoted(&format!("</{found}>"))
        );
        if is_like(found, expected) && !ROOTS.contains(&found) {
            let mut words = Words::new(message, format!("did you mean {}?", quoted(&end)));
            words.is_alone = true;
            return words;
        }
        let open = format!("<{expected}>");
        if ROOTS.contains(&found) && is_like(&expected.to_ascii_lowercase(), found) {
            let right = format!("<{found}>");
            return Words::new(
                message,
                format!("write {} as the start tag", quoted(&right)),
            );
        }
        Words::new(
            message,
            format!("close {} first, or end its tag in `/>`", quoted(&open)),
        )
    }

    fn unclosed(self, fault: &SyntaxFault) -> Words {
        let names: Vec<&str> = fault.also.iter().map(|tag| self.name(*tag)).collect();
        let inner = names.first().copied().unwrap_or_default();
        let end = format!("</{inner}>");
        let message = format!("expected {}, found the end of the file", quoted(&end));
        let help = match names.as_slice() {
            [_] => format!("add {} as the last line", quoted(&end)),
            [.., root] if *root == inner => {
                "put all rules into one, and remove the other".to_string()
            }
            _ => "end the tag in `/>`, as in `<allow-access-from domain=\"…\" to-ports=\"…\"/>`"
                .to_string(),
        };
        Words::new(message, help)
    }
}
