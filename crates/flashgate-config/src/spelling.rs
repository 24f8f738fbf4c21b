//! Finds the known name closest to a misspelled one: keys, values, and the names of policies, rules and findings.

/// More edits than this are another name, not a misspelling.
const MOST_EDITS: usize = 2;

/// The known name closest to a misspelled one: equal except for case, or at most two edits away.
#[must_use]
pub fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let name = name.to_ascii_lowercase();
    known
        .iter()
        .copied()
        // A difference in length is that many edits. This also bounds the work for a name of any length.
        .filter(|known| known.len().abs_diff(name.len()) <= MOST_EDITS * char::MAX.len_utf8())
        .map(|known| (strsim::levenshtein(&name, known), known))
        .filter(|(edits, _)| *edits <= MOST_EDITS)
        .min()
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn two_edits_are_a_misspelling_and_three_are_not() {
        let known = ["domain", "to-ports"];
        assert_eq!(nearest("domian", &known), Some("domain"));
        assert_eq!(nearest("TO-PORT", &known), Some("to-ports"));
        assert_eq!(nearest("doma", &known), Some("domain"));
        assert_eq!(nearest("dom", &known), None);
        assert_eq!(nearest(&"domain".repeat(1_000_000), &known), None);
        assert_eq!(nearest("dömäin", &known), Some("domain"));
    }
}
