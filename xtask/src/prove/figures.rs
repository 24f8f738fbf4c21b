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
    use std::fs;
    use std::path::Path;

    use super::*;
    use crate::prove::figure::{Shown, UNIT};
    use crate::workspace;

    /// The text of all files in a folder, or of a file; empty if there is neither.
    fn sources(path: &Path) -> String {
        let Ok(entries) = fs::read_dir(path) else {
            return fs::read_to_string(path).unwrap_or_default();
        };
        let paths = entries.map(|entry| entry.unwrap().path());
        paths.map(|path| sources(&path)).collect()
    }

    #[test]
    fn tests_report_their_figures() {
        for figure in all() {
            let Shown::Tests {
                package, binary, ..
            } = figure.shown
            else {
                continue;
            };
            let package = workspace::root().join("crates").join(package);
            let text = if binary == UNIT {
                sources(&package.join("src"))
            } else {
                let file = package.join("tests").join(format!("{binary}.rs"));
                sources(&file) + &sources(&package.join("tests").join(binary))
            };
            let name = figure.name;
            let is_reported =
                text.contains(&format!("\"{name}\"")) || text.contains(&format!("figure {name}:"));
            assert!(is_reported, "{name}");
        }
    }

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
