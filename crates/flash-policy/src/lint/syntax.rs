//! Turns the syntax errors that the XML reader reports into findings of the rules.
//!
//! It must not look for syntax errors itself. It only detects what a broken file is in place of a policy.

use alloc::format;
use alloc::string::ToString as _;
use alloc::vec::Vec;

use super::rules::{
    doctype_internal_subset, html_page, http_headers_in_file, merge_conflict_marker, not_xml,
    server_side_code, template_placeholder, too_deep, too_many_attributes, too_many_elements,
    too_many_namespaces,
};
use super::words::{FaultyText, Words};
use super::{LintRule, PolicyKind, markup_words, syntax_rules, tag_words};
use crate::Diagnostic;
use crate::diagnostic::{Repeat, quoted};
use crate::spelling::is_like;
use crate::xml::{NestingFault, SyntaxFault, SyntaxFaultKind as Fault};

/// The findings for the errors of a text that begins at byte `base` of the file.
pub(crate) fn findings(
    faults: &[SyntaxFault],
    text: &str,
    base: usize,
    kind: PolicyKind,
) -> Vec<Diagnostic> {
    if faults.is_empty() {
        return Vec::new();
    }
    if let Some(mut cause) = http_headers_in_file::find(text)
        .or_else(|| html_page::find(text, kind))
        .or_else(|| not_xml::find(text, kind))
    {
        if let Some(label) = &mut cause.label {
            label.span = label.span.shifted(base);
        }
        return Vec::from([cause]);
    }
    let source = FaultyText { text, base };
    let mut findings: Vec<Diagnostic> = Vec::new();
    for fault in faults {
        let finding = source.finding(fault, kind);
        let mut known = findings.iter_mut();
        let is_own = matches!(
            fault.kind,
            Fault::Nesting(
                NestingFault::EndTag | NestingFault::OuterEndTag | NestingFault::UnclosedElements
            )
        );
        let same = known.find(|known| known.message == finding.message && !is_own);
        match (same, &finding.label) {
            (Some(same), Some(label)) => same.repeats.push(Repeat::at(label.span)),
            _ => findings.push(finding),
        }
    }
    findings
}

/// The root elements of policies.
const ROOTS: [&str; 2] = ["cross-domain-policy", "access-policy"];

/// The label of tags that are not closed.
const NOT_CLOSED: &str = "this element is not closed";

impl FaultyText<'_> {
    /// The finding of the rule that reports this error.
    fn finding(self, fault: &SyntaxFault, kind: PolicyKind) -> Diagnostic {
        let found = self.part(fault.span);
        let (rule, words) = match fault.kind {
            Fault::Placeholder => return template_placeholder::found_between_tags(fault.span),
            Fault::MergeMark => return merge_conflict_marker::found(fault.span),
            Fault::ServerCode => return server_side_code::found(fault.span),
            Fault::Definitions => return doctype_internal_subset::found(fault.span),
            Fault::TooDeep => return too_deep::found(fault.span),
            Fault::TooManyAttributes(count) => {
                return too_many_attributes::found(count, fault.span);
            }
            Fault::TooManyParts => return too_many_elements::found(fault.span),
            Fault::TooManyCommas => return too_many_elements::found_commas(fault.span),
            Fault::TooManyNamespaces => return too_many_namespaces::found(fault.span),
            Fault::Outside(fault) => (
                syntax_rules::outside(fault),
                markup_words::outside(fault, found),
            ),
            Fault::Prolog(fault) => (
                syntax_rules::prolog(fault),
                markup_words::prolog(fault, found),
            ),
            Fault::Markup(fault) => (
                syntax_rules::markup(fault),
                markup_words::markup(fault, found),
            ),
            Fault::Name(kind) => (syntax_rules::name(kind), tag_words::name(kind, fault, self)),
            Fault::Attribute(kind) => (
                syntax_rules::attribute(kind),
                tag_words::attribute(kind, fault, self),
            ),
            Fault::Value(kind) => (
                syntax_rules::value(kind),
                tag_words::value(kind, fault, self),
            ),
            Fault::TagEnd(kind) => (syntax_rules::tag_end(kind), tag_words::end(kind, found)),
            Fault::Nesting(kind) => (syntax_rules::nesting(kind), self.nesting(kind, fault)),
        };
        not_well_formed(rule, fault, words, kind)
    }

    /// Words for tags that are not closed, or that come after the end.
    fn nesting(self, kind: NestingFault, fault: &SyntaxFault) -> Words {
        let found = self.part(fault.span);
        match kind {
            NestingFault::EndTag | NestingFault::OuterEndTag => self.end_tag(fault),
            NestingFault::UnclosedElements => self.unclosed(fault).also(NOT_CLOSED),
            NestingFault::SecondStartTag => {
                let end = format!("</{}>", self.name(fault.span));
                Words::new(
                    format!(
                        "expected {}, found a second {}",
                        quoted(&end),
                        quoted(found)
                    ),
                    format!("write {}, with a slash before the name", quoted(&end)),
                )
            }
            NestingFault::StrayEndTag => Words::new(
                format!("unexpected end tag {}", quoted(found)),
                "remove it: it closes no open element",
            ),
            NestingFault::SecondRoot if fault.also.is_empty() => Words::new(
                "expected one root element, found a second one",
                "put all rules into one `<cross-domain-policy>`",
            ),
            NestingFault::SecondRoot => Words::new(
                "expected one root element, found a second one",
                "remove the `/` from the start tag: rules go between the start tag and the end tag",
            )
            .also("the policy ends here"),
            NestingFault::EndTagAfter => Words::new(
                "expected nothing after the policy, found an end tag",
                "remove everything after `</cross-domain-policy>`",
            ),
            NestingFault::NoElement => Words::new(
                "expected `<cross-domain-policy>`, found no element",
                "put the rules between `<cross-domain-policy>` and `</cross-domain-policy>`",
            ),
        }
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
            return Words::new(message, format!("did you mean {}?", quoted(&end)));
        }
        let open = format!("<{expected}>");
        if ROOTS.contains(&found) && is_like(&expected.to_ascii_lowercase(), found) {
            let right = format!("<{found}>");
            return Words::new(
                message,
                format!("write {} as the start tag", quoted(&right)),
            )
            .also(NOT_CLOSED);
        }
        Words::new(
            message,
            format!("close {} first, or end its tag with `/>`", quoted(&open)),
        )
        .also(NOT_CLOSED)
    }

    fn unclosed(self, fault: &SyntaxFault) -> Words {
        let names: Vec<&str> = fault.also.iter().map(|tag| self.name(*tag)).collect();
        let inner = names.first().copied().unwrap_or_default();
        let end = format!("</{inner}>");
        let message = format!("expected {}, found the end of the file", quoted(&end));
        let help = match names.as_slice() {
            [_] => format!("add {} as the last line", quoted(&end)),
            [.., root] if *root == inner => {
                "put all rules into the first one, and remove the second".to_string()
            }
            _ => "end the tag with `/>`, as in `<allow-access-from domain=\"…\" to-ports=\"…\"/>`"
                .to_string(),
        };
        Words::new(message, help)
    }
}

const IGNORED: &str = "players are assumed to ignore a policy that is not well-formed XML; what Flash Player does is not known";
const IGNORED_BY_SILVERLIGHT: &str = "Silverlight ignores a policy that is not well-formed XML";

fn not_well_formed(
    rule: &LintRule,
    fault: &SyntaxFault,
    words: Words,
    kind: PolicyKind,
) -> Diagnostic {
    let consequence = match kind {
        PolicyKind::Silverlight => IGNORED_BY_SILVERLIGHT,
        PolicyKind::Socket | PolicyKind::Url => IGNORED,
    };
    let mut finding = rule.finding(words.message).at(fault.span, words.label);
    for span in fault.also.iter().take(words.shown) {
        finding = finding.also_at(*span, words.other);
    }
    finding.notes.extend(words.note);
    finding.note(consequence).help(words.help)
}
