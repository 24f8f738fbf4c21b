//! The figures: the claim of each, and the tests that prove it. Each area has a file.

mod limits;
mod process;
mod project;
mod reading;
mod relays;
mod replies;

use super::figure::Figure;

/// All figures: those with a number in their order, then the others.
pub(super) fn all() -> Vec<&'static Figure> {
    let areas = [
        reading::FIGURES,
        replies::FIGURES,
        limits::FIGURES,
        process::FIGURES,
        relays::FIGURES,
        project::FIGURES,
    ];
    let mut all: Vec<_> = areas.into_iter().flatten().collect();
    all.sort_by_key(|figure| number(figure.name));
    all
}

/// The number of `R13` and of `R31-container`.
fn number(name: &str) -> u32 {
    let digits = name.strip_prefix('R').unwrap_or_default();
    let digits = digits.split('-').next().unwrap_or_default();
    digits.parse().unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_first_and_have_no_gaps() {
        let mut numbers: Vec<_> = all().iter().map(|figure| number(figure.name)).collect();
        assert!(numbers.is_sorted());
        numbers.dedup();
        let last = numbers.pop();
        assert_eq!(last, Some(u32::MAX));
        assert!(numbers.into_iter().eq(1..=35));
    }
}
