//! Sizes: the lines of files and functions, and the number of public items of each crate.

use std::fmt;

use super::definitions::Definitions;
use super::house::Crate;

/// The sizes of one crate or of several together.
#[derive(Debug, Default)]
pub(super) struct Stats {
    /// The lines of each file, without tests.
    files: Vec<usize>,
    /// The lines of each function, from its signature to its end.
    functions: Vec<usize>,
    /// Items that are `pub` outside the crate.
    public: usize,
}

impl Stats {
    pub(super) fn of<'a>(crates: impl IntoIterator<Item = &'a Crate>) -> Self {
        let mut stats = Self::default();
        for file in crates.into_iter().flat_map(|part| &part.files) {
            let definitions = Definitions::of(file);
            let with_body = definitions.functions.iter().filter(|one| one.lines > 0);
            stats.files.push(definitions.lines);
            stats.functions.extend(with_body.map(|one| one.lines));
            stats.public += definitions.public;
        }
        stats.files.sort_unstable();
        stats.functions.sort_unstable();
        stats
    }

    pub(super) fn lines(&self) -> usize {
        self.files.iter().sum()
    }
}

impl fmt::Display for Stats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:>6} lines  {:>3} files of {:>12}  {:>4} functions of {:>9}  {:>4} public items",
            self.lines(),
            self.files.len(),
            spread(&self.files),
            self.functions.len(),
            spread(&self.functions),
            self.public
        )
    }
}

/// The median, the 90th percentile and the maximum.
fn spread(sorted: &[usize]) -> String {
    let at = |tenths: usize| {
        let place = (sorted.len() * tenths).div_ceil(10).saturating_sub(1);
        sorted.get(place).copied().unwrap_or_default()
    };
    format!("{}/{}/{}", at(5), at(9), at(10))
}
