//! The page of the book with everything that was measured.

use anyhow::Result;

use super::super::bridge::{figures as bridge, others::OTHERS as BRIDGES};
use super::super::peers::PEERS;
use super::super::relay::{figures as relay, others::OTHERS as RELAYS};
use super::super::rounds::{ProgramSlices, page_table};
use super::SurveySize;
use super::fetches::{self, FetchSlice};
use super::idle::IdleRow;
use super::losses::LossRow;
use crate::page::{self, MarkdownTable};

/// The path of the page, from the root of the repository.
const PAGE: &str = "docs/book/src/peers.md";

const TEMPLATE: &str = include_str!("page.md.in");

/// Everything for the page.
pub(super) struct Measurements {
    pub(super) amount: SurveySize,
    pub(super) machine: String,
    pub(super) fetches: Vec<ProgramSlices<FetchSlice>>,
    pub(super) idle: Vec<IdleRow>,
    pub(super) losses: Vec<LossRow>,
    pub(super) relays: Vec<ProgramSlices<super::super::relay::traffic::RelaySlice>>,
    pub(super) bridges: Vec<ProgramSlices<super::super::bridge::traffic::BridgeSlice>>,
}

/// Writes the page and draws its pictures.
pub(super) fn write(all: &Measurements) -> Result<()> {
    let SurveySize { rounds, divisor } = all.amount;
    let note = match divisor {
        1 => String::new(),
        _ => format!(
            " of 1/{divisor} of the usual amounts, to try the command: these figures are not reliable"
        ),
    };
    let values = [
        ("DATE", page::today()?),
        ("COMMIT", page::commit()?),
        ("MACHINE", all.machine.clone()),
        ("ROUNDS", format!("{rounds} rounds{note}")),
        (
            "FETCHES",
            page_table(&["server"], &all.fetches, &fetches::PAGE).to_string(),
        ),
        ("IDLE", idle(&all.idle).to_string()),
        ("LOSSES", losses(&all.losses).to_string()),
        (
            "RELAYS",
            page_table(&["relay"], &all.relays, &relay::PAGE).to_string(),
        ),
        (
            "BRIDGES",
            page_table(&["bridge"], &all.bridges, &bridge::PAGE).to_string(),
        ),
        ("CONFIGURED", configured().to_string()),
    ];
    page::write(PAGE, TEMPLATE, &values)
}

fn idle(rows: &[IdleRow]) -> MarkdownTable {
    let columns = [
        "at start, MB",
        "with idle connections, MB",
        "opened",
        "still open",
        "idle, bytes",
    ];
    let mut table = MarkdownTable::new(&["server"], columns);
    for row in rows {
        let [start, idle] = [row.at_start, row.with_idle].map(kilobytes);
        let each = match row.kept {
            kept if kept * 2 > row.opened => (idle - start).max(0.0) / f64::from(kept),
            _ => f64::NAN,
        };
        table.row([
            row.name.to_owned(),
            page::number(start / 1e6),
            page::number(idle / 1e6),
            page::count(row.opened.into()),
            page::count(row.kept.into()),
            page::number(each),
        ]);
    }
    table
}

/// In bytes.
fn kilobytes(count: u64) -> f64 {
    u32::try_from(count).map_or(f64::INFINITY, f64::from) * 1024.0
}

fn losses(rows: &[LossRow]) -> MarkdownTable {
    let mut table = MarkdownTable::new(
        &["situation", "server"],
        ["fetches", "lost", "reset", "later than 3 s"],
    );
    for row in rows {
        let counts = [row.fetches, row.lost, row.resets, row.late].map(page::count);
        let names = [row.situation.clone(), row.name.to_owned()];
        table.row(names.into_iter().chain(counts));
    }
    table
}

/// Which version of each program was measured, and how it was configured.
fn configured() -> MarkdownTable {
    let mut table = MarkdownTable::new::<&str>(&["name", "version", "configuration"], []);
    for peer in &PEERS {
        table.row([
            peer.name.to_owned(),
            peer.version.text(),
            peer.how.to_owned(),
        ]);
    }
    for other in RELAYS.iter().chain(&BRIDGES) {
        let name = match other.name {
            "haproxy" => "haproxy, relay",
            name => name,
        };
        table.row([name.to_owned(), other.version.text(), other.how.to_owned()]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_names_every_value_once() {
        let names = [
            "DATE",
            "COMMIT",
            "MACHINE",
            "ROUNDS",
            "FETCHES",
            "IDLE",
            "LOSSES",
            "RELAYS",
            "BRIDGES",
            "CONFIGURED",
        ];
        for name in names {
            let marks = TEMPLATE.matches(&format!("@{name}@")).count();
            assert_eq!(marks, 1, "{name}");
        }
        assert_eq!(TEMPLATE.matches('@').count(), 2 * names.len());
    }

    #[test]
    fn connections_that_were_closed_have_no_memory() {
        let row = |kept| IdleRow {
            name: "x",
            at_start: 1_000,
            with_idle: 11_000,
            opened: 10_000,
            kept,
        };
        let table = idle(&[row(10_000), row(4)]).to_string();
        assert!(
            table.contains("| x | 1.02 | 11.3 | 10,000 | 10,000 | 1,024 |"),
            "{table}"
        );
        assert!(table.contains("| 10,000 | 4 | – |"), "{table}");
    }
}
