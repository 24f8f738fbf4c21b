use crate::document::Document;
use crate::lint::rule::{Findings, LintRule, RuleGroup, Severity, Subject, page};
use crate::lint::rules::unusual_doctype;

pub(crate) static RULE: LintRule = LintRule {
    name: "doctype",
    severity: Severity::Hint,
    group: RuleGroup::Syntax,
    page: page!(
        finds = "A DOCTYPE. One that is unusual as well is reported as `unusual-doctype` only.",
        matters = "It does no harm, and takes nearly half of a small policy. Adobe's definitions even contradict Adobe's
specification: they make `secure` default to `true`, and an XML parser that applied this would shut every movie
out that was loaded over plain HTTP.",
        flash = "Players take it, and never fetch what it names. Adobe's samples have one. No version is known to differ; socket
policies exist since 7.0.19.",
        example = file(r#"<!DOCTYPE cross-domain-policy SYSTEM "http://www.adobe.com/xml/dtds/cross-domain-policy.dtd">
<cross-domain-policy>
  <allow-access-from domain="www.example.com" to-ports="9339"/>
</cross-domain-policy>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(doctype) = subject.document.and_then(Document::doctype) else {
        return;
    };
    if unusual_doctype::fault(doctype, subject).is_some() {
        return;
    }
    let finding = RULE
        .finding("the DOCTYPE is not needed")
        .at(doctype.span, "")
        .note("players neither need it nor fetch what it names")
        .help("leave it out to save bytes");
    findings.push(finding.fix("remove the DOCTYPE", subject.with_line(doctype.span), ""));
}
