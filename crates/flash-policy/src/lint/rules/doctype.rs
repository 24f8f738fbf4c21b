use crate::document::Document;
use crate::lint::rule::{Findings, LintRule, RuleGroup, Severity, Subject, page};
use crate::lint::rules::unusual_doctype;

pub(crate) static RULE: LintRule = LintRule {
    name: "doctype",
    severity: Severity::Hint,
    group: RuleGroup::Syntax,
    page: page!(
        finds = "DOCTYPEs. An unusual one is reported as `unusual-doctype` instead.",
        matters = "A DOCTYPE does no harm, but takes nearly half of a small policy. Adobe's definitions even
contradict its specification: they make `true` the default of `secure`. An XML parser that applied this default
would refuse every movie loaded over plain HTTP.",
        flash = "Players accept a DOCTYPE and never fetch the address in it. Adobe's samples have one. No version
is known to differ.",
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
        .finding("the policy does not need a DOCTYPE")
        .at(doctype.span, "")
        .note("players ignore it, and never fetch its address")
        .help("remove it to save bytes");
    findings.push(finding.fix("remove the DOCTYPE", subject.with_line(doctype.span), ""));
}
