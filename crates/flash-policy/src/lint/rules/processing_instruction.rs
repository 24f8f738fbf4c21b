use crate::document::Document;
use crate::lint::rule::{Findings, LintRule, RuleGroup, Severity, Subject, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "processing-instruction",
    severity: Severity::Hint,
    group: RuleGroup::Syntax,
    page: page!(
        finds = "processing instructions such as `<?xml-stylesheet …?>`.",
        matters = "They are for programs that display XML. Players don't need them.",
        flash = "What players do with them is not known; most XML parsers ignore them. No version is known to
differ.",
        example = file(r#"<?xml-stylesheet href="policy.xsl"?>
<cross-domain-policy>
  <allow-access-from domain="www.example.com" to-ports="9339"/>
</cross-domain-policy>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let instructions = subject.document.map_or(&[][..], Document::instructions);
    let others = instructions.iter().filter(|span| {
        let text = subject.bytes.get(span.start..span.end);
        !text.is_some_and(|text| text.starts_with(b"<?php"))
    });
    findings.extend(others.map(|span| {
        RULE.finding("a policy needs no processing instructions")
            .at(*span, "")
            .help("remove it")
    }));
}
