//! `prove --check` and `--resume`: which rows of the page are missing, missed, or from another commit.

use std::collections::BTreeMap;

use anyhow::{Result, bail};

use super::figure::Figure;
use super::{figures, guarantees};
use crate::page;

/// What a row of the page says.
#[derive(Debug)]
struct MeasuredRow<'a> {
    claim: &'a str,
    is_reached: bool,
    commit: &'a str,
}

/// Lists the rows that do not hold at the commit of the newest row. Fails if there are any.
pub(super) fn check() -> Result<()> {
    let page = guarantees::read()?;
    let commits = rows(&page).into_values().map(|row| row.commit);
    let Some(newest) = commits.max_by_key(|commit| age(commit)) else {
        bail!("no figure was measured; `cargo xtask prove all` measures them");
    };
    let newest = newest.trim_end_matches('+');
    let problems = problems(&page, &figures::all(), newest);
    for (name, problem) in &problems {
        println!("{name:<4} {problem}");
    }
    if !problems.is_empty() {
        bail!("{} rows to measure at {newest}", problems.len());
    }
    println!("every row was reached at {newest}");
    Ok(())
}

/// What is wrong with the rows at this commit, each with the name of its figure.
pub(super) fn problems_at_this_commit() -> Result<Vec<(&'static str, String)>> {
    let page = guarantees::read()?;
    Ok(problems(&page, &figures::all(), &page::commit()?))
}

fn problems(page: &str, figures: &[&'static Figure], commit: &str) -> Vec<(&'static str, String)> {
    let rows = rows(page);
    let of = |figure: &&'static Figure| {
        let problem = problem(rows.get(figure.name), figure.claim, commit)?;
        Some((figure.name, problem))
    };
    figures.iter().filter_map(of).collect()
}

fn problem(row: Option<&MeasuredRow<'_>>, claim: &str, commit: &str) -> Option<String> {
    match row {
        None => Some("not measured".to_owned()),
        Some(row) if row.commit.ends_with('+') => {
            Some("measured with uncommitted changes".to_owned())
        }
        Some(row) if row.commit != commit => Some(format!("measured at {}", row.commit)),
        Some(row) if row.claim != claim => Some("measured for another claim".to_owned()),
        Some(row) if !row.is_reached => Some("missed".to_owned()),
        Some(_) => None,
    }
}

/// The rows of the page, by name.
fn rows<'page>(page: &'page str) -> BTreeMap<&'page str, MeasuredRow<'page>> {
    let row = |line: &'page str| {
        let cells = line.strip_prefix("| ")?.strip_suffix(" |")?;
        let cells: Vec<_> = cells.split(" | ").collect();
        let [name, claim, _, verdict, _, commit, _] = cells.as_slice() else {
            return None;
        };
        let is_reached = *verdict == "reached";
        Some((
            *name,
            MeasuredRow {
                claim,
                is_reached,
                commit,
            },
        ))
    };
    page.lines().filter_map(row).collect()
}

/// How many commits lead to one; 0 if it does not exist any more.
fn age(commit: &str) -> u64 {
    let commit = commit.trim_end_matches('+');
    let count = page::said("git", &["rev-list", "--count", commit, "--"]);
    count.ok().and_then(|text| text.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_holds_for_its_claim_and_commit() {
        let row = |verdict, commit| {
            format!("| R4 | all of them | 5 of 5 | {verdict} | 2026-11-30 | {commit} | 2 CPUs |\n")
        };
        let problem = |page: &str, claim| problem(rows(page).get("R4"), claim, "abc");
        let reached = row("reached", "abc");
        assert_eq!(problem(&reached, "all of them"), None);
        assert!(problem(&reached, "all").is_some());
        assert!(problem("", "all of them").is_some());
        for (verdict, commit) in [
            ("**missed**", "abc"),
            ("reached", "abc+"),
            ("reached", "def"),
        ] {
            assert!(problem(&row(verdict, commit), "all of them").is_some());
        }
    }
}
