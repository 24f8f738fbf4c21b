use crate::document::Document;
use crate::lint::rule::{Diagnostic, Findings, LintRule, RuleGroup, Severity, Span, Subject, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "server-side-code",
    severity: Severity::Error,
    group: RuleGroup::File,
    page: page!(
        finds = "code for a web server: `<?php`, `<%` or `<?=`.",
        matters = "The file is a program that prints the policy. If it is served without being run, players receive
the program.",
        flash = "`<%` and `<?=` are not well-formed XML. `<?php … ?>` can be. Players then skip it, and what it
would have printed is missing; this is a warning. No version is known to differ.",
        example = file("<?php header('Content-Type: text/xml'); ?>
<cross-domain-policy>
  <?= $rules ?>
</cross-domain-policy>"),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check,
};

pub(crate) fn found(place: Span) -> Diagnostic {
    RULE.finding("expected a policy, found code for a web server")
        .at(place, "")
        .note("a policy server sends the file as it is, and does not run the code")
        .help("run it once, and serve its output")
}

/// In well-formed XML the code is a processing instruction. Players skip it, and its output is missing.
fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let instructions = subject.document.map_or(&[][..], Document::instructions);
    for span in instructions {
        let text = subject.bytes.get(span.start..span.end).unwrap_or_default();
        if text.starts_with(b"<?php") {
            let mut finding = found(*span);
            finding.severity = Severity::Warning;
            findings.push(finding);
        }
    }
}
