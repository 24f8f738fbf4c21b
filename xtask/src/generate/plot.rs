//! The plot of replies lost, drawn from the figures in the table of its page.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};

use super::read;

/// The path of the plot.
pub(super) const PATH: &str = "docs/book/src/images/replies-lost.svg";

/// The page with the table.
const PAGE: &str = "docs/book/src/random-2048.md";

/// A row of the table.
struct Row<'a> {
    network: &'a str,
    server: &'a str,
    fetches: u32,
    lost: u32,
}

/// Widths and heights, in the units of the picture.
const WIDTH: u32 = 760;
const BAR: u32 = 20;
const STEP: u32 = 28;
const LEFT: u32 = 180;
/// The width of a bar of 100 %.
const FULL: u32 = 400;
/// The space between the bars of two networks, with the name of the second one.
const GAP: u32 = 48;

/// Draws the plot.
pub(super) fn draw(root: &Path) -> Result<Vec<u8>> {
    let page = read(root, PAGE)?;
    let rows: Vec<_> = page.lines().filter_map(row).collect();
    ensure!(!rows.is_empty(), "{PAGE} has no table of servers");
    Ok(picture(&rows)?.into())
}

/// Parses `| network | server | fetches | lost | …`; `None` for other lines.
fn row(line: &str) -> Option<Row<'_>> {
    let mut cells = line.strip_prefix("| ")?.split(" | ");
    Some(Row {
        network: cells.next()?,
        server: cells.next()?,
        fetches: cells.next()?.parse().ok()?,
        lost: cells.next()?.parse().ok()?,
    })
}

fn picture(rows: &[Row<'_>]) -> Result<String> {
    let mut bars = String::new();
    let mut top = 0;
    let mut network = "";
    for row in rows {
        if row.network != network {
            network = row.network;
            top += GAP;
            let name = network.replace('±', "± ");
            writeln!(
                bars,
                "  <text class=\"network\" x=\"20\" y=\"{}\">{name}</text>",
                top - 14
            )?;
        }
        bars += &bar(row, top)?;
        top += STEP;
    }
    let height = top + 20;
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\" \
         role=\"img\" aria-labelledby=\"t\">\n{HEAD}{bars}</svg>\n"
    ))
}

fn bar(row: &Row<'_>, top: u32) -> Result<String> {
    let percent = (row.lost * 1_000).checked_div(row.fetches);
    let percent = percent.context("a server without fetches")?;
    let class = if row.lost == 0 { "no" } else { "some" };
    // A small loss is still visible, and so is the absence of any.
    let width = (percent * FULL / 1_000).max(2);
    let middle = top + BAR - 5;
    let (server, lost, fetches) = (row.server, row.lost, row.fetches);
    let share = match (percent / 10, percent % 10) {
        (whole, 0) => format!("{whole} %"),
        (whole, tenths) => format!("{whole}.{tenths} %"),
    };
    Ok(format!(
        "  <text class=\"server\" x=\"{}\" y=\"{middle}\">{server}</text>\n\
         \x20 <rect class=\"{class}\" x=\"{LEFT}\" y=\"{top}\" width=\"{width}\" height=\"{BAR}\"/>\n\
         \x20 <text x=\"{}\" y=\"{middle}\">{lost} of {fetches} ({share})</text>\n",
        LEFT - 10,
        LEFT + width + 8,
    ))
}

/// Colors that are readable on light and on dark pages.
const HEAD: &str = "\
\x20 <title id=\"t\">Replies lost by each kind of server on three bad networks</title>
  <style>
    text { font: 14px system-ui, \"Segoe UI\", Roboto, Helvetica, Arial, sans-serif; fill: #78808c }
    .network { font-weight: 600 }
    .server { text-anchor: end }
    .some { fill: #a5383a }
    .no { fill: #43733f }
  </style>
";
