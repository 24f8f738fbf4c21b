use crate::document::Document;
use crate::lint::rule::{Diagnostic, Findings, LintRule, RuleGroup, Severity, Span, Subject, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "server-side-code",
    severity: Severity::Error,
    group: RuleGroup::File,
    page: page!(
        finds = "Code for a web server: `<?php`, `<%` or `<?=`.",
        matters = "The file is a program that was to print the policy. Served as it is, players get the program.",
        flash = "`<%` and `<?=` are not well-formed XML. A `<?php … ?>` can be, and is then ignored with everything that it would
have printed; that is a warning. No version is known to differ; socket policies exist since 7.0.19.",
        example = file("<?php header('Content-Type: text/xml'); ?>
<cross-domain-policy>
  <?= $rules ?>
</cross-domain-policy>"),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check,
};

pub(crate) fn found(place: Span) -> Diagnostic {
    RULE.finding("expected a policy, found code that prints one")
        .at(place, "")
        .note("a policy server sends the file as it is; nothing runs the code")
        .help("run it once, and serve what it prints")
}

/// In well-formed XML the code is an instruction, which players skip: what it was to print is missing.
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
