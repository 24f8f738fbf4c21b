//! Programs that are measured in rounds, each round in another order, and the results over all rounds.
//!
//! Whatever slows one program down in a round slows the others in that round as well, so ratios are taken within a
//! round.

use std::fmt::Write as _;

use anyhow::Result;
use serde_json::{Map, Value};

use super::compare::Chance;
use super::goal::Goal;
use super::standings::quantile;
use crate::page::{self, MarkdownTable};

/// One program's slices, in the order of the rounds.
#[derive(Debug)]
pub(super) struct ProgramSlices<S> {
    pub(super) name: &'static str,
    slices: Vec<S>,
    /// Memory of an idle connection, if it was measured.
    pub(super) idle_bytes: Option<f64>,
}

/// One of the figures of a slice.
pub(super) struct SliceFigure<S: 'static> {
    pub(super) name: &'static str,
    pub(super) of: fn(&S) -> f64,
    /// The largest share of another program's figure that flashgate may use.
    pub(super) goals: &'static [(&'static str, f64)],
}

impl<S> SliceFigure<S> {
    /// A figure without a goal.
    pub(super) const fn shown(name: &'static str, of: fn(&S) -> f64) -> Self {
        Self {
            name,
            of,
            goals: &[],
        }
    }
}

/// Gives each contender one slice per round.
pub(super) fn rounds<C, S>(
    contenders: &[C],
    count: u32,
    name: impl Fn(&C) -> &'static str,
    mut slice: impl FnMut(&C) -> Result<S>,
) -> Result<Vec<ProgramSlices<S>>> {
    let mut chance = Chance::new();
    let mut standings: Vec<_> = contenders
        .iter()
        .map(|one| ProgramSlices::new(name(one)))
        .collect();
    for _ in 0..count {
        let mut order: Vec<_> = contenders.iter().zip(&mut standings).collect();
        order.sort_by_cached_key(|_| chance.next());
        for (one, standing) in order {
            standing.slices.push(slice(one)?);
        }
    }
    Ok(standings)
}

impl<S> ProgramSlices<S> {
    const fn new(name: &'static str) -> Self {
        Self {
            name,
            slices: Vec::new(),
            idle_bytes: None,
        }
    }

    pub(super) fn median(&self, figure: &SliceFigure<S>) -> f64 {
        quantile(self.slices.iter().map(figure.of).collect(), 2)
    }

    /// The median of the ratios of each round.
    fn to(&self, other: &Self, figure: &SliceFigure<S>) -> f64 {
        let rounds = self.slices.iter().zip(&other.slices);
        let ratios = rounds.map(|(one, other)| (figure.of)(one) / (figure.of)(other));
        quantile(ratios.collect(), 2)
    }

    pub(super) fn json(&self, figures: &[SliceFigure<S>]) -> Value {
        let mut members = Map::from_iter([("name".to_owned(), self.name.into())]);
        members.extend(
            figures
                .iter()
                .map(|figure| (figure.name.to_owned(), self.median(figure).into())),
        );
        if let Some(bytes) = self.idle_bytes {
            members.insert("idle_bytes".to_owned(), bytes.into());
        }
        members.into()
    }
}

/// The medians of all programs, with the ratio of flashgate's figure to each.
pub(super) fn table<S>(standings: &[ProgramSlices<S>], figures: &[SliceFigure<S>]) -> String {
    let mut text = format!("{:<12}", "");
    for figure in figures {
        let _ = write!(text, "{:>24}", figure.name);
    }
    let _ = write!(text, "{:>12}", "idle B");
    for standing in standings {
        let _ = write!(text, "\n{:<12}", standing.name);
        for figure in figures {
            let ratio = standings
                .first()
                .map_or(f64::NAN, |ours| ours.to(standing, figure));
            let _ = write!(text, "{:>15.1} ({ratio:>6.3})", standing.median(figure));
        }
        match standing.idle_bytes {
            Some(bytes) => {
                let _ = write!(text, "{bytes:>12.0}");
            }
            None => text.push_str("           -"),
        }
    }
    text.push_str(
        "\n(in brackets: flashgate's figure divided by this one, the median over the rounds)",
    );
    text
}

/// The medians of all programs for a page of the book, with flashgate's share of each first figure, and the memory of an
/// idle connection if it was measured.
pub(super) fn page_table<S>(
    kind: &'static [&'static str],
    standings: &[ProgramSlices<S>],
    figures: &[SliceFigure<S>],
) -> MarkdownTable {
    let mut names: Vec<_> = figures.iter().map(|figure| figure.name).collect();
    names.insert(1.min(names.len()), "flashgate's share of it");
    let has_idle = standings.iter().any(|one| one.idle_bytes.is_some());
    names.extend(has_idle.then_some("idle, bytes"));
    let mut table = MarkdownTable::new(kind, names);
    for standing in standings {
        let share = figures.first().zip(standings.first());
        let share = share.map_or(f64::NAN, |(first, ours)| ours.to(standing, first));
        let mut cells: Vec<_> = figures.iter().map(|one| standing.median(one)).collect();
        cells.insert(1.min(cells.len()), share);
        cells.extend(has_idle.then_some(standing.idle_bytes.unwrap_or(f64::NAN)));
        let name = [standing.name.to_owned()];
        table.row(name.into_iter().chain(cells.into_iter().map(page::number)));
    }
    table
}

/// Whether the other programs must be installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Peers {
    /// A goal that compares with a missing program is missed, so that a missing program never looks like success.
    Needed,
    /// Only flashgate was to be measured.
    LeftOut,
}

/// The goals for flashgate, which comes first.
pub(super) fn goals<S>(
    standings: &[ProgramSlices<S>],
    figures: &[SliceFigure<S>],
    peers: Peers,
) -> Vec<Goal> {
    let Some((ours, others)) = standings.split_first() else {
        return Vec::new();
    };
    let mut goals = Vec::new();
    for figure in figures {
        for (name, limit) in figure.goals {
            let other = others.iter().find(|other| other.name == *name);
            if other.is_none() && peers == Peers::LeftOut {
                continue;
            }
            let measured = other.map_or(f64::NAN, |other| ours.to(other, figure));
            let name = format!("{} / {name}", figure.name);
            goals.push(Goal::at_most(*limit, name, measured));
        }
    }
    goals
}

/// The memory of one idle connection of flashgate, which comes first; not a number if it was not measured.
pub(super) fn idle<S>(standings: &[ProgramSlices<S>]) -> f64 {
    let ours = standings.first();
    ours.and_then(|ours| ours.idle_bytes).unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_medians_and_shares() {
        let slices = |name, slices| ProgramSlices {
            name,
            slices,
            idle_bytes: None,
        };
        let both = [
            slices("flashgate", vec![1.0, 3.0, 2.0]),
            slices("other", vec![4.0, 4.0, 8.0]),
        ];
        let figures = [SliceFigure::<f64>::shown("CPU", |slice| *slice)];
        let table = page_table(&["server"], &both, &figures).to_string();
        let rows: Vec<_> = table.lines().skip(2).collect();
        assert_eq!(
            rows,
            ["| flashgate | 2.00 | 1.00 |", "| other | 4.00 | 0.25 |"]
        );
        let [mut ours, other] = both;
        ours.idle_bytes = Some(1_500.0);
        let table = page_table(&["server"], &[ours, other], &figures).to_string();
        assert!(table.contains("| 2.00 | 1.00 | 1,500 |"), "{table}");
        assert!(table.ends_with("| 0.25 | – |\n"), "{table}");
    }
}
