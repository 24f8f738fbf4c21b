//! The share of each published crate in the lines of all: none may hold more than 38 %.

use super::house::Crate;
use super::stats::Stats;

/// The largest share that a crate may have, in percent.
const MOST: usize = 38;

/// Crates that are not published.
const UNPUBLISHED: [&str; 3] = ["browser", "testkit", "xtask"];

/// The lines of each published crate and of all of them, without tests.
pub(super) struct Shares<'a> {
    crates: Vec<(&'a str, usize)>,
    all: usize,
}

impl<'a> Shares<'a> {
    pub(super) fn of(house: &'a [Crate]) -> Self {
        let published = house
            .iter()
            .filter(|part| !UNPUBLISHED.contains(&part.name.as_str()));
        let crates: Vec<_> = published
            .map(|part| (part.name.as_str(), Stats::of([part]).lines()))
            .collect();
        let all = crates.iter().map(|(_, lines)| lines).sum();
        Self { crates, all }
    }

    /// The share of the largest crate, in words.
    pub(super) fn largest(&self) -> String {
        let largest = self.crates.iter().max_by_key(|(_, lines)| lines);
        let (name, lines) = largest.copied().unwrap_or_default();
        format!(
            "{} lines in published crates (all but {}); the largest, {name}, has {} %; the limit is {MOST} %",
            self.all,
            UNPUBLISHED.join(", "),
            (lines * 100).div_ceil(self.all.max(1)),
        )
    }

    /// The crates with too many lines, in words.
    pub(super) fn too_large(&self) -> Vec<String> {
        let limit = self.all * MOST / 100;
        let too_large = self.crates.iter().filter(|(_, lines)| *lines > limit);
        let told = too_large.map(|(name, lines)| {
            format!(
                "{name}: {lines} lines; the limit is {MOST} % of the published lines, {limit}\n"
            )
        });
        told.collect()
    }
}
