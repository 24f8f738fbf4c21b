use crate::lint::rule::{Findings, LintRule, RuleGroup, Severity, Subject, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "carriage-return-line-endings",
    severity: Severity::Hint,
    group: RuleGroup::File,
    page: page!(
        finds = "lines that end in a carriage return only, as on Macs before 2001.",
        matters = "Most programs read the file as one long line. Their error messages have no useful line numbers,
and a script that removes comments from `//` or `#` to the end of the line removes the rest of the file.",
        flash = "XML treats a carriage return as whitespace, in all versions.",
        example = file("escaped", r#"<cross-domain-policy>\r  <allow-access-from domain="www.example.com" to-ports="9339"/>\r</cross-domain-policy>"#),
        instead = file("escaped", r#"<cross-domain-policy>\r\n  <allow-access-from domain="www.example.com" to-ports="9339"/>\r\n</cross-domain-policy>"#),
    ),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let pairs = subject
        .bytes
        .iter()
        .zip(subject.bytes.iter().skip(1).chain([&0]));
    let mut places = pairs.enumerate();
    let Some((at, _)) = places.find(|(_, (byte, next))| **byte == b'\r' && **next != b'\n') else {
        return;
    };
    findings.push(
        RULE.finding("found a carriage return without a line feed")
            .at(at..at + 1, "the first one")
            .note("most programs do not treat it as a line ending")
            .help("save the file with Unix or Windows line endings"),
    );
}
