use alloc::format;

use crate::diagnostic::quoted;
use crate::document::{Doctype, Document};
use crate::lint::rule::{Diagnostic, Findings, LintRule, RuleGroup, Severity, Subject, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "unusual-doctype",
    severity: Severity::Hint,
    group: RuleGroup::Syntax,
    page: page!(
        finds = "DOCTYPEs that name another root element, or an address that is not Adobe's.",
        matters = "It is usually a mistake in copying. Adobe's own page had the bare path `/xml/dtds/…`, which has
been copied widely.",
        flash = "No version fetches the address, so a wrong one does no harm.",
        example = file(r#"<!DOCTYPE cross-domain-policy SYSTEM "/xml/dtds/cross-domain-policy.dtd">
<cross-domain-policy>
  <allow-access-from domain="www.example.com" to-ports="9339"/>
</cross-domain-policy>"#),
        instead = file(r#"<!DOCTYPE cross-domain-policy SYSTEM "http://www.adobe.com/xml/dtds/cross-domain-policy.dtd">
<cross-domain-policy>
  <allow-access-from domain="www.example.com" to-ports="9339"/>
</cross-domain-policy>"#),
    ),
    check,
};

const USUAL: [&str; 2] = [
    "www.adobe.com/xml/dtds/cross-domain-policy.dtd",
    "www.macromedia.com/xml/dtds/cross-domain-policy.dtd",
];

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(doctype) = subject.document.and_then(Document::doctype) else {
        return;
    };
    if let Some(finding) = fault(doctype, subject) {
        let whole = subject.with_line(doctype.span);
        findings.push(
            finding
                .help("remove the DOCTYPE: players don't need it")
                .fix("remove the DOCTYPE", whole, ""),
        );
    }
}

/// A finding for a DOCTYPE that is unusual.
pub(crate) fn fault(doctype: &Doctype, subject: &Subject<'_>) -> Option<Diagnostic> {
    let root = subject.root().map_or("", |root| root.name.as_str());
    if doctype.root != root {
        let message = format!(
            "expected the name of the root element, {}, in the DOCTYPE, found {}",
            quoted(root),
            quoted(&doctype.root)
        );
        return Some(RULE.finding(message).at(doctype.span, ""));
    }
    let system = doctype.system.as_ref();
    let (_, span) = system.filter(|(system, _)| !is_usual(system))?;
    Some(
        RULE.finding("expected the address of Adobe's definitions, found another")
            .at(*span, "")
            .note("players never fetch it, so it does no harm"),
    )
}

fn is_usual(system: &str) -> bool {
    let bare = system.strip_prefix("https://");
    let bare = bare.or(system.strip_prefix("http://"));
    bare.is_some_and(|address| USUAL.contains(&address))
}
