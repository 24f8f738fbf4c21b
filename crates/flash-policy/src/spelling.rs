//! Finds the known name closest to a misspelled one. Used for elements, attributes and rules.

use alloc::vec::Vec;

/// The known name closest to a misspelled one: equal except for case, or at most two edits away.
pub(crate) fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let name = name.to_ascii_lowercase();
    known
        .iter()
        .copied()
        .map(|known| (distance(&name, known), known))
        .filter(|(edits, _)| *edits <= 2)
        .min()
        .map(|(_, known)| known)
}

/// Whether a name is a misspelling of a long one, ignoring case: one letter in four may differ.
pub(crate) fn is_like(name: &str, known: &str) -> bool {
    distance(&name.to_ascii_lowercase(), known) <= known.len() / 4
}

/// The Levenshtein distance.
fn distance(a: &str, b: &str) -> usize {
    // Names this long are not misspellings. The limit also bounds the work.
    if a.len() > 64 {
        return usize::MAX;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (index, byte) in a.bytes().enumerate() {
        let mut diagonal = index;
        let mut left = index + 1;
        let mut next = Vec::from([left]);
        for (other, &above) in b.bytes().zip(row.iter().skip(1)) {
            left = (diagonal + usize::from(byte != other))
                .min(above + 1)
                .min(left + 1);
            diagonal = above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or(usize::MAX)
}
