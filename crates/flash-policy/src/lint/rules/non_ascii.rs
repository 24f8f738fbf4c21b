use alloc::format;

use crate::diagnostic::character;
use crate::lint::rule::{Findings, LintRule, RuleGroup, Severity, Subject, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "non-ascii",
    severity: Severity::Hint,
    group: RuleGroup::File,
    page: page!(
        finds = "non-ASCII characters, usually curly quotes and accented letters in comments.",
        matters = "A policy does not need them, and they are the first to break if the encoding is mixed up.",
        flash = "What players do with them is not known. Unity's web player reads the reply as ASCII. No version
is known to differ.",
        example = rules(r#"<!-- the “real” game -->
  <allow-access-from domain="www.example.com" to-ports="9339"/>"#),
        instead = rules(r#"<!-- the "real" game -->
  <allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let body = subject.bytes.strip_prefix(b"\xEF\xBB\xBF");
    let start = subject.bytes.len() - body.unwrap_or(subject.bytes).len();
    let text = str::from_utf8(body.unwrap_or(subject.bytes)).unwrap_or_default();
    let Some((at, found)) = text.char_indices().find(|(_, c)| !c.is_ascii()) else {
        return;
    };
    let at = start + at;
    // Another finding already reports this character.
    let labels = subject
        .found
        .iter()
        .filter_map(|finding| finding.label.as_ref());
    let mut spans = labels.map(|label| label.span.start..label.span.end);
    if spans.any(|span| span.contains(&at)) {
        return;
    }
    findings.push(
        RULE.finding(format!("found {}, which is not ASCII", character(found)))
            .at(at..at + found.len_utf8(), "the first one")
            .note("a policy needs only ASCII; some clients read nothing else")
            .help(help(text, at - start, found)),
    );
}

/// What to do about a character at this place in the text.
fn help(text: &str, at: usize, found: char) -> &'static str {
    let before = text.get(..at).unwrap_or_default();
    let comment = before.rfind("<!--").map(|start| before.get(start..));
    let in_comment = comment.flatten().is_some_and(|part| !part.contains("-->"));
    if found.is_whitespace() {
        "replace it with a space; most editors show both the same"
    } else if in_comment {
        "replace it, or remove the comment that contains it"
    } else {
        "replace it"
    }
}
