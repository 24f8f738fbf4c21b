//! `docs/book/src/guarantees.md`: each figure with its last measurement. Figures that were not measured are not listed.

use std::fs;
use std::thread::available_parallelism;

use anyhow::{Context as _, Result};

use super::figure::Figure;
use super::figures;
use super::measure::{GoalResult, Measured};
use crate::{page, workspace};

/// The path of the page, from the root of the repository.
const PAGE: &str = "docs/book/src/guarantees.md";

const HEAD: &str = "\
# Guarantees

Each row is a promise that flashgate makes, and its latest measurement by a long test. The first column is its name.
A promise without a measurement is not listed, and some numbers are not in use, so the numbers have gaps.

`reached` means that the measurement kept the promise. `missed` means that it didn't, or that the test could not
produce the load that the promise names; the measured column shows which. A plus sign after the commit means that there
were uncommitted changes in the source tree.

Times depend on the machine and on what else runs there. To measure a row yourself, from the source tree:

```console
$ cargo xtask prove R13
```

It prints a line and updates the row. `cargo xtask prove` lists all of them, `cargo xtask prove all` measures them.
`cargo xtask prove --check` lists the rows that are missing, missed, or from another commit than the newest row.

Promises about other servers are measured elsewhere: [Comparison](comparison.md) has the gate's cost and throughput next
to HAProxy and nginx. No row is about security advisories for dependencies, because reading their list needs a network
connection.

| | claim | measured | | date | commit | machine |
|---|---|---|---|---|---|---|
";

/// Writes a measurement into a figure's row.
pub(super) fn record(figure: &Figure, measured: &Measured) -> Result<()> {
    let path = workspace::root().join(PAGE);
    let new = with_row(&read()?, figure, &row(figure, measured)?);
    fs::write(&path, new).with_context(|| format!("can't write {PAGE}"))
}

/// The page as it is.
pub(super) fn read() -> Result<String> {
    let path = workspace::root().join(PAGE);
    fs::read_to_string(path).with_context(|| format!("can't read {PAGE}"))
}

/// The page with one row replaced or added.
fn with_row(old: &str, figure: &Figure, row: &str) -> String {
    let kept = |name: &str| {
        let start = format!("| {name} |");
        let line = old.lines().find(|line| line.starts_with(&start));
        line.map(|line| format!("{line}\n"))
    };
    let rows = figures::all().into_iter().filter_map(|known| {
        if known.name == figure.name {
            Some(row.to_owned())
        } else {
            kept(known.name)
        }
    });
    HEAD.to_owned() + &rows.collect::<String>()
}

fn row(figure: &Figure, measured: &Measured) -> Result<String> {
    let verdict = match measured.verdict {
        GoalResult::Pass => "reached",
        GoalResult::Fail => "**missed**",
    };
    let date = page::today()?;
    let commit = page::commit()?;
    let text = measured.text.replace('|', "/");
    Ok(format!(
        "| {} | {} | {text} | {verdict} | {date} | {commit} | {} |\n",
        figure.name,
        figure.claim,
        machine()?
    ))
}

/// The machine of the measurement, and its load.
fn machine() -> Result<String> {
    let load = fs::read_to_string("/proc/loadavg").context("can't read the load average")?;
    let load = load.split(' ').next().unwrap_or_default();
    let cpus = available_parallelism()?;
    Ok(format!("{cpus} CPUs, load {load}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_row_changes_and_the_order_stays() {
        let [first, second, ..] = *figures::all() else {
            panic!()
        };
        let row = |figure: &Figure, text: &str| format!("| {} | {text} |\n", figure.name);
        let (one, other) = (row(first, "a"), row(second, "b"));
        let both = with_row(&with_row("", second, &other), first, &one);
        assert!(both.ends_with(&format!("|\n{one}{other}")), "{both}");
        let changed = row(first, "c");
        let after = with_row(&both, first, &changed);
        assert!(after.ends_with(&format!("|\n{changed}{other}")), "{after}");
    }
}
