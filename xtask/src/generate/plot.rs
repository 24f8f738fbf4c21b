//! The bar charts of the book. Each is drawn from the tables on a page of the book, so that the two cannot disagree.

mod bars;
mod table;

use std::path::Path;

use anyhow::{Context as _, Result, ensure};

use super::{Files, read};
use bars::{Bar, BarGroup, Look};

/// The folder of the pictures.
const FOLDER: &str = "docs/book/src/images";

/// The page with the table of lost replies.
const RANDOM_2048: &str = "docs/book/src/random-2048.md";

/// The page with the tables of other programs.
const COMPARISON: &str = "docs/book/src/comparison.md";

/// Draws all of them.
pub(super) fn add(root: &Path, files: &mut Files) -> Result<()> {
    let random_2048 = read(root, RANDOM_2048)?;
    let comparison = read(root, COMPARISON)?;
    let pictures = [
        ("replies-lost.svg", replies_lost(&random_2048)?),
        ("cpu-per-fetch.svg", cpu_per_fetch(&comparison)?),
        ("idle-memory.svg", idle_memory(&comparison)?),
    ];
    let folder = Path::new(FOLDER);
    files.extend(pictures.map(|(name, picture)| (folder.join(name), picture.into())));
    Ok(())
}

fn replies_lost(page: &str) -> Result<String> {
    let mut groups = Vec::<BarGroup>::new();
    for [network, server, fetches, lost] in
        table::columns(page, ["path", "server", "fetches", "lost"])?
    {
        let share = table::number(&lost)? / table::number(&fetches)?;
        ensure!(share.is_finite(), "a server without fetches");
        let percent = format!("{:.1}", share * 100.0);
        let percent = percent.trim_end_matches(".0");
        let bar = Bar {
            look: if share > 0.0 { Look::Bad } else { Look::Good },
            name: server,
            value: share,
            text: format!("{lost} of {fetches} ({percent} %)"),
        };
        let title = network.replace('±', "± ");
        match groups.last_mut() {
            Some(group) if group.title == title => group.bars.push(bar),
            _ => groups.push(BarGroup {
                title,
                full: 1.0,
                bars: vec![bar],
            }),
        }
    }
    bars::picture(
        "Replies lost by each kind of server on three bad networks",
        &groups,
    )
}

fn cpu_per_fetch(page: &str) -> Result<String> {
    let rows = table::columns(page, ["server", "CPU per fetch, µs"])?;
    let bars = compared(rows, |figure, _| format!("{figure} µs"))?;
    bars::picture(
        "CPU time per policy request, by server",
        &[BarGroup::scaled("CPU time per policy request", bars)],
    )
}

fn idle_memory(page: &str) -> Result<String> {
    let relays = table::columns(page, ["relay", "idle, bytes"])?;
    let bridges = table::columns(page, ["bridge", "idle, bytes"])?;
    let groups = [
        BarGroup::scaled("An idle TCP connection", compared(relays, bytes)?),
        BarGroup::scaled(
            "An idle WebSocket (another scale)",
            compared(bridges, bytes)?,
        ),
    ];
    bars::picture("Memory per idle connection, by program", &groups)
}

/// A bar for each program that was measured; flashgate's stands out.
fn compared(rows: Vec<[String; 2]>, text: impl Fn(&str, f64) -> String) -> Result<Vec<Bar>> {
    let measured = rows.into_iter().filter(|[_, figure]| figure != "–");
    let bars = measured.map(|[name, figure]| {
        let value = table::number(&figure)?;
        Ok(Bar {
            look: match &*name {
                "flashgate" => Look::Good,
                _ => Look::Other,
            },
            name,
            value,
            text: text(&figure, value),
        })
    });
    let bars: Vec<_> = bars.collect::<Result<_>>()?;
    bars.iter()
        .find(|bar| bar.look == Look::Good)
        .context("a table of programs without flashgate")?;
    Ok(bars)
}

/// Bytes as people say them.
fn bytes(_: &str, bytes: f64) -> String {
    match bytes {
        ..1e6 => format!("{:.1} KB", bytes / 1e3),
        _ => format!("{:.1} MB", bytes / 1e6),
    }
}
