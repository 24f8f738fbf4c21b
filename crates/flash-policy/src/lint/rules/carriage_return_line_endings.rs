use crate::lint::rule::{Findings, LintRule, RuleGroup, Severity, Subject, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "carriage-return-line-endings",
    severity: Severity::Hint,
    group: RuleGroup::File,
    page: page!(
        finds = "Lines that end in a carriage return alone, as on Macs before 2001.",
        matters = "Most programs take the file for one long line: their messages have no useful line numbers, and a `//` or `#`
filter over the file eats all of it.",
        flash = "To XML it is whitespace like any other, in all versions.",
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
            .note("most programs do not take it for the end of a line")
            .help("save the file with the line ends of Unix or Windows"),
    );
}
