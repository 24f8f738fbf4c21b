//! What a fetch costs each server, and how long it takes.

use anyhow::Result;
use testkit::load::LoadReport;

use super::super::contender::ContenderKind;
use super::super::rounds::{self, ProgramSlices, SliceFigure};
use super::super::site::BenchFolder;
use super::{SurveySize, local};

/// Number of fetches at a time, where throughput is measured.
const IN_FLIGHT: usize = 64;

/// One slice of load.
#[derive(Debug)]
pub(super) struct FetchSlice {
    /// CPU time in microseconds per fetch.
    cost: f64,
    /// Fetches per second.
    rate: f64,
    /// Of fetches one at a time, in microseconds.
    times: [f64; 3],
    /// Fetches that ended in a reset or never got the whole reply.
    failed: f64,
}

/// The columns of the table.
pub(super) const PAGE: [SliceFigure<FetchSlice>; 6] = [
    SliceFigure::shown("CPU per fetch, µs", |slice| slice.cost),
    SliceFigure::shown("fetches per second", |slice| slice.rate),
    SliceFigure::shown("p50, µs", |slice| slice.times[0]),
    SliceFigure::shown("p99, µs", |slice| slice.times[1]),
    SliceFigure::shown("p99.9, µs", |slice| slice.times[2]),
    SliceFigure::shown("lost or reset, %", |slice| slice.failed),
];

/// All servers run, and each gets a slice per round.
pub(super) fn measure(
    kinds: &[ContenderKind],
    site: &BenchFolder,
    amount: SurveySize,
) -> Result<Vec<ProgramSlices<FetchSlice>>> {
    let contenders = kinds.iter().map(|kind| local(*kind, site));
    let contenders = contenders.collect::<Result<Vec<_>>>()?;
    for contender in &contenders {
        contender.slice(amount.of(500), IN_FLIGHT)?;
    }
    rounds::rounds(
        &contenders,
        amount.rounds,
        |contender| contender.name,
        |contender| {
            let many = contender.slice(amount.of(3_000), IN_FLIGHT)?;
            let single = contender.slice(amount.of(1_000), 1)?;
            let report = &many.report;
            let bad = small(report.ended() - report.ok) + small(report.unfinished);
            let all = small(report.ended()) + small(report.unfinished);
            Ok(FetchSlice {
                cost: many.cost,
                rate: small(report.ok) / report.elapsed.as_secs_f64(),
                times: times(&single.report),
                failed: bad / all * 100.0,
            })
        },
    )
}

/// Microseconds within which half, 99 % and 99.9 % of the good fetches ended; not numbers if no fetch was good.
pub(super) fn times(report: &LoadReport) -> [f64; 3] {
    [500, 990, 999].map(|permille| match report.ok {
        0 => f64::NAN,
        _ => report.permille(permille).as_secs_f64() * 1e6,
    })
}

/// A count as a number to calculate with.
fn small(count: u64) -> f64 {
    u32::try_from(count).map_or(f64::INFINITY, f64::from)
}
