//! Where the same mistake is repeated, in words.

use flash_policy::Diagnostic;

use super::source::Source;

/// Nothing if the mistake is not repeated.
pub(super) fn repeats(finding: &Diagnostic, source: &Source) -> Option<String> {
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
    lines.retain(|line| Some(*line) != own);
    let named: Vec<_> = lines
        .iter()
        .take(LINES_NAMED)
        .map(usize::to_string)
        .collect();
    let lines = match named.as_slice() {
        [] => return None,
        [line] => format!("line {line}"),
        [first @ .., last] if lines.len() == named.len() => {
            format!("lines {} and {last}", first.join(", "))
        }
        all => format!("lines {} and others", all.join(", ")),
    };
    Some(match others {
        1 => format!("the same mistake is in {lines}"),
        _ => format!("the same mistake is in {others} other places: {lines}"),
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
