//! Where the same mistake is repeated, in words.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::source::Source;
use crate::Diagnostic;

/// Says where else a finding's mistake is, by lines. `None` if it is not repeated.
///
/// For reports of your own: [`render`](super::render) and [`groups`](super::groups) already have it as a note.
///
/// ```
/// use flash_policy::snippets::{Source, repeats};
/// use flash_policy::{Port, Serving, lint};
///
/// let file = b"<cross-domain-policy>
///   <allow-access-from domain='a.test' to-ports='80' prots='1'/>
///   <allow-access-from domain='b.test' to-ports='80' prots='1'/>
/// </cross-domain-policy>";
/// let report = lint(file, Serving::from_port(Port::MASTER));
/// let unknown = report.findings.iter().find(|finding| finding.rule == "unknown-attribute");
/// let words = repeats(unknown.expect("a finding"), &Source::new("policy.xml", file));
/// assert_eq!(words.as_deref(), Some("the same mistake is also in line 3"));
/// ```
#[must_use]
pub fn repeats(finding: &Diagnostic, source: &Source) -> Option<String> {
    let others = finding.places() - 1;
    let mut lines: Vec<_> = finding
        .repeats
        .iter()
        .map(|repeat| source.position(repeat.span.start).line)
        .collect();
    lines.sort_unstable();
    lines.dedup();
    let own = finding
        .label
        .as_ref()
        .map(|label| source.position(label.span.start).line);
    if others > 0 && lines.iter().all(|line| Some(*line) == own) {
        return Some(format!(
            "the same mistake is in this line {}",
            times(others)
        ));
    }
    let is_here = lines.iter().any(|line| Some(*line) == own);
    lines.retain(|line| Some(*line) != own);
    let named: Vec<_> = lines
        .iter()
        .take(LINES_NAMED)
        .map(ToString::to_string)
        .collect();
    let named = match named.as_slice() {
        [] => return None,
        [line] => format!("line {line}"),
        [first @ .., last] if lines.len() == named.len() => {
            format!("lines {} and {last}", first.join(", "))
        }
        all => format!("lines {} and others", all.join(", ")),
    };
    Some(match (others, lines.as_slice()) {
        (1, _) => format!("the same mistake is also in {named}"),
        (_, [_]) if !is_here => format!("the same mistake is also in {named}, {others} times"),
        (_, _) if is_here => {
            format!("the same mistake is also in {others} other places: this line, {named}")
        }
        (_, _) => format!("the same mistake is also in {others} other places: {named}"),
    })
}

fn times(number: usize) -> String {
    match number {
        1 => "once more".to_owned(),
        _ => format!("{number} more times"),
    }
}

/// The most lines that are listed.
const LINES_NAMED: usize = 8;
