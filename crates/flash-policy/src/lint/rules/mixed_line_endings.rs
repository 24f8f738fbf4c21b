use crate::lint::rule::{Findings, LintRule, RuleGroup, Severity, Subject, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "mixed-line-endings",
    severity: Severity::Hint,
    group: RuleGroup::File,
    page: page!(
        finds = "Some lines end as on Unix, some as on Windows.",
        matters = "It comes from files put together of parts, and from version control that converts one half. Nothing breaks;
differences between versions become hard to read.",
        flash = "To XML both are whitespace, in all versions.",
        example = file("escaped", r#"<cross-domain-policy>\r\n  <allow-access-from domain="www.example.com" to-ports="9339"/>\n</cross-domain-policy>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let (mut unix, mut windows, mut last) = (None, None, 0);
    for (at, &byte) in subject.bytes.iter().enumerate() {
        if byte == b'\n' {
            let kind = if last == b'\r' {
                &mut windows
            } else {
                &mut unix
            };
            kind.get_or_insert(at);
        }
        last = byte;
    }
    let (Some(unix), Some(windows)) = (unix, windows) else {
        return;
    };
    let at = unix.max(windows);
    findings.push(
        RULE.finding("some lines end in CR LF, some in LF alone")
            .at(at..at + 1, "the first line that ends differently")
            .help("save the file with one kind of line end"),
    );
}
