use crate::lint::rule::{Findings, LintRule, RuleGroup, Severity, Subject, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "mixed-line-endings",
    severity: Severity::Hint,
    group: RuleGroup::File,
    page: page!(
        finds = "files in which some lines end in LF (Unix) and others in CRLF (Windows).",
        matters = "Nothing breaks, but diffs become hard to read. The file was probably joined from parts, or
converted in part by version control.",
        flash = "XML treats both as whitespace, in all versions.",
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
        RULE.finding("some lines end in CR LF, others in LF")
            .at(at..at + 1, "the first line with another ending")
            .help("save the file with one kind of line ending"),
    );
}
