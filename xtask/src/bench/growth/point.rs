//! Points of a table: a count, and what was measured with it, in rounds in which every point has a turn.

use std::time::Duration;

use anyhow::{Result, ensure};
use testkit::cpu;
use testkit::daemon::Daemon;
use testkit::load::{self, Load, LoadReport};

use super::super::compare::Chance;
use super::super::standings::quantile;
use crate::page::{self, MarkdownTable};

/// How much of each.
#[derive(Clone, Copy, Debug)]
pub(super) struct GrowthAmount {
    pub(super) rounds: u32,
    /// Divides the usual amounts.
    pub(super) divisor: u32,
}

impl GrowthAmount {
    /// A part of the usual amount.
    pub(super) fn of(self, usual: u32) -> u32 {
        usual / self.divisor
    }
}

/// A table of the page, and its mark in the template.
pub(super) struct GrowthTable {
    pub(super) mark: &'static str,
    pub(super) table: MarkdownTable,
}

/// A table with a row for each count: the count, and the medians of its slices.
pub(super) fn table<const N: usize>(
    mark: &'static str,
    count: &'static [&'static str],
    columns: [&str; N],
    rows: &[(u32, Vec<[f64; N]>)],
) -> GrowthTable {
    let mut table = MarkdownTable::new(count, columns);
    for (count, slices) in rows {
        let medians = (0..N).map(|nth| {
            let values = slices.iter().filter_map(|slice| slice.get(nth).copied());
            page::number(quantile(values.collect(), 2))
        });
        table.row([page::count((*count).into())].into_iter().chain(medians));
    }
    print!("{table}");
    GrowthTable { mark, table }
}

/// Gives each point a slice per round, in another order each round.
pub(super) fn interleaved<P, const N: usize>(
    points: &mut [(u32, P)],
    rounds: u32,
    mut slice: impl FnMut(u32, &mut P) -> Result<[f64; N]>,
) -> Result<Vec<(u32, Vec<[f64; N]>)>> {
    let mut chance = Chance::new();
    let mut all: Vec<_> = points.iter().map(|point| (point.0, Vec::new())).collect();
    for _ in 0..rounds {
        let mut order: Vec<_> = points.iter_mut().zip(&mut all).collect();
        order.sort_by_cached_key(|_| chance.next());
        for ((count, point), (_, slices)) in order {
            slices.push(slice(*count, point)?);
        }
    }
    Ok(all)
}

/// Fetches, all of which must succeed; the CPU time of each in microseconds, and the report.
pub(super) fn fetch(daemon: &Daemon, mut load: Load) -> Result<(f64, LoadReport)> {
    load.sources = load
        .targets
        .first()
        .copied()
        .map(load::spread)
        .unwrap_or_default();
    load.total_deadline = Duration::from_secs(300);
    let before = cpu::time(daemon.pid())?;
    let report = load::run(&load)?;
    let spent = cpu::time(daemon.pid())?.saturating_sub(before);
    ensure!(
        report.all_ok(),
        "expected only good fetches, found {report}"
    );
    let fetches = f64::from(u32::try_from(report.ended())?);
    Ok((spent.as_secs_f64() * 1e6 / fetches, report))
}

/// Resident memory of the daemon in MB.
pub(super) fn memory(daemon: &Daemon) -> Result<f64> {
    let kilobytes = cpu::resident_kb(daemon.pid())?;
    Ok(f64::from(u32::try_from(kilobytes)?) * 1024.0 / 1e6)
}

/// A time in microseconds.
pub(super) fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_point_has_a_turn_in_each_round() {
        let mut points = [(1, 0.0), (10, 5.0)];
        let rows = interleaved(&mut points, 3, |count, value| {
            *value += 1.0;
            Ok([f64::from(count), *value])
        });
        let GrowthTable { table, .. } = table("X", &["n"], ["a", "b"], &rows.unwrap());
        let text = table.to_string();
        assert!(
            text.ends_with("| 1 | 1.00 | 2.00 |\n| 10 | 10.0 | 7.00 |\n"),
            "{text}"
        );
    }
}
