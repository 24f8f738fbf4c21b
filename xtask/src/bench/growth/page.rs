//! The page of the book with everything that was measured.

use anyhow::Result;

use super::point::{GrowthAmount, GrowthTable};
use crate::page;

/// The path of the page, from the root of the repository.
const PAGE: &str = "docs/book/src/growth.md";

const TEMPLATE: &str = include_str!("page.md.in");

/// Writes the page and draws its pictures.
pub(super) fn write(amount: GrowthAmount, machine: String, tables: &[GrowthTable]) -> Result<()> {
    let GrowthAmount { rounds, divisor } = amount;
    let note = match divisor {
        1 => String::new(),
        _ => format!(
            " of 1/{divisor} of the usual amounts, to try the command: these figures are not reliable"
        ),
    };
    let mut values = vec![
        ("DATE", page::today()?),
        ("COMMIT", page::commit()?),
        ("MACHINE", machine),
        ("ROUNDS", format!("{rounds} rounds{note}")),
    ];
    values.extend(tables.iter().map(|one| (one.mark, one.table.to_string())));
    page::write(PAGE, TEMPLATE, &values)
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
            "AT_A_TIME",
            "IDLE",
            "THREADS",
            "POLICIES",
            "RULES",
            "GATES",
            "ROUTES",
        ];
        for name in names {
            let marks = TEMPLATE.matches(&format!("@{name}@")).count();
            assert_eq!(marks, 1, "{name}");
        }
        assert_eq!(TEMPLATE.matches('@').count(), 2 * names.len());
    }
}
