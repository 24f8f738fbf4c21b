use alloc::format;

use crate::diagnostic::quoted;
use crate::document::Document;
use crate::lint::rule::{Findings, LintRule, RuleGroup, Severity, Subject, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "non-utf-8-declaration",
    severity: Severity::Warning,
    group: RuleGroup::File,
    page: page!(
        finds = "XML declarations with an encoding other than UTF-8 or ASCII.",
        matters = "This check reads the file as UTF-8. A client that follows the declaration may read other
characters, or refuse the file.",
        flash = "Adobe documents no encoding, and what players do with a declared one is not known. If all
characters are ASCII, it makes no difference, unless the declared encoding is UTF-16. No version is known to
differ.",
        example = file(r#"<?xml version="1.0" encoding="ISO-8859-1"?>
<cross-domain-policy>
  <allow-access-from domain="www.example.com" to-ports="9339"/>
</cross-domain-policy>"#),
        instead = file(r#"<?xml version="1.0" encoding="UTF-8"?>
<cross-domain-policy>
  <allow-access-from domain="www.example.com" to-ports="9339"/>
</cross-domain-policy>"#),
    ),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let declaration = subject.document.and_then(Document::declaration);
    let Some((encoding, span)) = declaration.and_then(|found| found.encoding.as_ref()) else {
        return;
    };
    let same = ["utf-8", "utf8", "us-ascii", "ascii"];
    if same
        .iter()
        .any(|known| encoding.eq_ignore_ascii_case(known))
    {
        return;
    }
    findings.push(
        RULE.finding(format!(
            "expected UTF-8 as the declared encoding, found {}",
            quoted(encoding)
        ))
        .at(*span, "")
        .note("the file is UTF-8; a client that follows the declaration may read it differently")
        .help("write `encoding=\"UTF-8\"`, or remove the encoding"),
    );
}
