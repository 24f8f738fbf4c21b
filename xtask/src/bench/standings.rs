//! The results of a comparison over all rounds.
//!
//! Every figure is compared with the epoll floor of the same round, because whatever slows one server down in a round
//! slows the others in that round as well.

use std::fmt;

use serde_json::{Value, json};

use super::contender::{Contender, LoadSlice};
use super::fetch;

/// One server's slices, in the order of the rounds.
#[derive(Debug)]
pub(super) struct ServerSlices {
    pub(super) name: &'static str,
    slices: Vec<LoadSlice>,
    private_at_start: u64,
    resident_at_start: u64,
    resident_at_end: u64,
}

/// CPU time of one server relative to another, over the rounds of a run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ratio {
    /// The median of the ratios of each round: the figure to quote.
    pub(super) median: f64,
    /// The ratio of the lower quartiles.
    pub(super) p25: f64,
    /// The ratio of the minimums.
    pub(super) min: f64,
}

impl ServerSlices {
    pub(super) fn new(contender: &Contender) -> Self {
        let resident_at_start = contender.resident_at_start;
        Self {
            name: contender.name,
            slices: Vec::new(),
            private_at_start: contender.private_at_start,
            resident_at_start,
            resident_at_end: resident_at_start,
        }
    }

    pub(super) fn add(&mut self, slice: LoadSlice, resident: u64) {
        self.slices.push(slice);
        self.resident_at_end = resident;
    }

    /// CPU time per fetch relative to another server's.
    pub(super) fn to(&self, other: &Self) -> Ratio {
        let rounds = self.slices.iter().zip(&other.slices);
        let ratios = rounds
            .map(|(slice, other)| slice.cost / other.cost)
            .collect();
        let of = |part| quantile(self.costs(), part) / quantile(other.costs(), part);
        Ratio {
            median: quantile(ratios, 2),
            p25: of(1),
            min: of(0),
        }
    }

    /// Fetches that failed, by a reset or otherwise.
    pub(super) fn lost(&self) -> u64 {
        self.sum(|slice| slice.report.ended() + slice.report.unfinished - slice.report.ok)
    }

    /// Private memory before the first fetch, in kB.
    pub(super) fn private_at_start(&self) -> u64 {
        self.private_at_start
    }

    pub(super) fn json(&self, base: &Self) -> Value {
        let ratio = self.to(base);
        let slices = self.slices.iter().map(|slice| {
            let mut members = fetch::members(&slice.report);
            members.insert("cpu_us".to_owned(), slice.cost.into());
            members
        });
        json!({
            "server": self.name,
            "cpu_us": self.cost(),
            "ratio_median": ratio.median,
            "ratio_p25": ratio.p25,
            "ratio_min": ratio.min,
            "resets": self.resets(),
            "not_ok": self.lost(),
            "private_start_kb": self.private_at_start,
            "rss_start_kb": self.resident_at_start,
            "rss_end_kb": self.resident_at_end,
            "rounds": slices.collect::<Vec<_>>(),
        })
    }

    fn cost(&self) -> f64 {
        quantile(self.costs(), 2)
    }

    fn costs(&self) -> Vec<f64> {
        self.slices.iter().map(|slice| slice.cost).collect()
    }

    fn resets(&self) -> u64 {
        self.sum(|slice| slice.report.resets())
    }

    fn sum(&self, of: impl Fn(&LoadSlice) -> u64) -> u64 {
        self.slices.iter().map(of).sum()
    }
}

/// A table of standings.
#[derive(Debug)]
pub(super) struct StandingsTable<'a> {
    pub(super) standings: &'a [ServerSlices],
    pub(super) base: &'a ServerSlices,
}

impl fmt::Display for StandingsTable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (cpu, ratio, p25, min) = ("CPU us/fetch", "ratio", "p25", "min");
        write!(f, "{:<12}{cpu:>14}{ratio:>8}{p25:>8}{min:>8}", "server")?;
        write!(
            f,
            "{:>8}{:>8}{:>18}{:>14}{:>12}",
            "resets", "not ok", "private start kB", "RSS start kB", "end kB"
        )?;
        for standing in self.standings {
            let Ratio { median, p25, min } = standing.to(self.base);
            write!(
                f,
                "\n{:<12}{:>14.1}{median:>8.2}{p25:>8.2}{min:>8.2}",
                standing.name,
                standing.cost()
            )?;
            write!(f, "{:>8}{:>8}", standing.resets(), standing.lost())?;
            write!(
                f,
                "{:>18}{:>14}{:>12}",
                standing.private_at_start, standing.resident_at_start, standing.resident_at_end
            )?;
        }
        Ok(())
    }
}

/// The value below which `quarters` quarters of the samples lie, by nearest rank.
pub(super) fn quantile(mut samples: Vec<f64>, quarters: usize) -> f64 {
    samples.sort_by(f64::total_cmp);
    let rank = (samples.len() * quarters).div_ceil(4).saturating_sub(1);
    samples.get(rank).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_nearest_ranks() {
        let quantiles = [0, 1, 2, 4].map(|quarters| quantile(vec![4.0, 1.0, 3.0, 2.0], quarters));
        assert_eq!(
            quantiles.map(|value| value.to_string()),
            ["1", "1", "2", "4"]
        );
        assert!(quantile(Vec::new(), 2).is_nan());
    }
}
