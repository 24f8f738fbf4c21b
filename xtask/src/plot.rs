//! The bar charts of the book. Each is drawn from the tables on a page of the book, so that the two cannot disagree.

mod bars;
mod lines;
mod table;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};

use bars::{Bar, BarGroup, Look};
use lines::GrowthLine;

/// The folder of the pictures.
const FOLDER: &str = "docs/book/src/images";

/// The page with the table of lost replies.
const RANDOM_2048: &str = "docs/book/src/random-2048.md";

/// The page with the tables of other programs.
const COMPARISON: &str = "docs/book/src/comparison.md";

/// The page that `bench peers` writes.
const PEERS: &str = "docs/book/src/peers.md";

/// The page that `bench growth` writes.
const GROWTH: &str = "docs/book/src/growth.md";

/// Servers that need more than this many microseconds for a policy request start a process for it.
const SLOW: f64 = 500.0;

/// All of them: paths from the root of the repository, with their content.
pub(crate) fn pictures(root: &Path) -> Result<Vec<(PathBuf, Vec<u8>)>> {
    let random_2048 = read(root, RANDOM_2048)?;
    let comparison = read(root, COMPARISON)?;
    let peers = read(root, PEERS)?;
    let growth = read(root, GROWTH)?;
    let pictures = [
        ("replies-lost.svg", replies_lost(&random_2048)?),
        ("peers-cpu.svg", peers_cpu(&peers)?),
        ("peers-p99.svg", peers_p99(&peers)?),
        ("peers-lost.svg", peers_lost(&peers)?),
        ("peers-idle.svg", peers_idle(&peers)?),
        ("growth-connections.svg", growth_connections(&growth)?),
        ("growth-config.svg", growth_config(&growth)?),
        ("growth-reload.svg", growth_reload(&growth)?),
        ("cpu-per-fetch.svg", cpu_per_fetch(&comparison)?),
        ("idle-memory.svg", idle_memory(&comparison)?),
    ];
    let folder = Path::new(FOLDER);
    let pictures = pictures.into_iter();
    Ok(pictures
        .map(|(name, picture)| (folder.join(name), picture.into()))
        .collect())
}

fn read(root: &Path, page: &str) -> Result<String> {
    fs::read_to_string(root.join(page)).with_context(|| format!("can't read {page}"))
}

fn replies_lost(page: &str) -> Result<String> {
    let rows = table::columns(page, ["path", "server", "fetches", "lost"])?;
    bars::picture(
        "Replies lost by each kind of server on three bad networks",
        &lost(rows)?,
    )
}

fn peers_lost(page: &str) -> Result<String> {
    let rows = table::columns(page, ["situation", "server", "fetches", "lost"])?;
    bars::picture("Replies lost by each server", &lost(rows)?)
}

/// A group for each network, and in it a bar for each server.
fn lost(rows: Vec<[String; 4]>) -> Result<Vec<BarGroup>> {
    let mut groups = Vec::<BarGroup>::new();
    for [network, server, fetches, lost] in rows {
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
    Ok(groups)
}

fn peers_cpu(page: &str) -> Result<String> {
    let columns = ["server", "CPU per fetch, µs"];
    let mut fetches = group(page, "A policy request", columns)?.bars;
    let slow = fetches.extract_if(.., |bar| bar.value > SLOW).collect();
    let columns = ["relay", "a connection, µs"];
    let relays = group(page, "A connection through a relay", columns)?;
    let columns = ["bridge", "a connection, µs"];
    let groups = [
        BarGroup::scaled("A policy request", fetches),
        BarGroup::scaled("A policy request, with a process for each", slow),
        relays,
        group(page, "A WebSocket", columns)?,
    ];
    bars::picture("CPU time per operation (each group has a scale)", &groups)
}

fn peers_p99(page: &str) -> Result<String> {
    let groups = [
        group(page, "A policy request, p99", ["server", "p99, µs"])?,
        group(page, "A message through a relay, p99", ["relay", "p99, µs"])?,
        group(
            page,
            "A message through a WebSocket, p99",
            ["bridge", "p99, µs"],
        )?,
    ];
    bars::picture("Time per operation, p99 (each group has a scale)", &groups)
}

/// A table's column of microseconds.
fn group(page: &str, title: &str, columns: [&str; 2]) -> Result<BarGroup> {
    let rows = table::columns(page, columns)?;
    let bars = compared(rows, |figure, _| format!("{figure} µs"))?;
    Ok(BarGroup::scaled(title, bars))
}

fn peers_idle(page: &str) -> Result<String> {
    let group = |title, name| {
        let rows = table::columns(page, [name, "idle, bytes"])?;
        Ok::<_, anyhow::Error>(BarGroup::scaled(title, compared(rows, bytes)?))
    };
    let groups = [
        group("An unfinished policy request", "server")?,
        group("An idle relay", "relay")?,
        group("An idle WebSocket", "bridge")?,
    ];
    bars::picture(
        "Memory per idle connection (each group has a scale)",
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

fn growth_connections(page: &str) -> Result<String> {
    let lines = [
        line(page, "fetches at a time", "CPU per fetch, µs")?,
        line(page, "idle connections", "CPU per fetch, µs")?,
    ];
    lines::picture(
        "CPU per fetch with more connections, relative to the fewest",
        &lines,
    )
}

fn growth_config(page: &str) -> Result<String> {
    let column = "CPU per operation, µs";
    let lines = [
        line(page, "policies", column)?,
        line(page, "rules", column)?,
        line(page, "gates", column)?,
        line(page, "routes", column)?,
    ];
    lines::picture(
        "CPU per operation with a larger config, relative to the smallest",
        &lines,
    )
}

fn growth_reload(page: &str) -> Result<String> {
    let mut line = line(page, "gates", "reload, ms")?;
    "reload time".clone_into(&mut line.name);
    lines::picture("Reload time with more gates, relative to one gate", &[line])
}

/// A table's column, by the counts of its first column, which are the line's name too.
fn line(page: &str, name: &str, column: &str) -> Result<GrowthLine> {
    let rows = table::columns(page, [name, column])?;
    let points = rows
        .iter()
        .map(|[count, value]| Ok((table::number(count)?, table::number(value)?)));
    Ok(GrowthLine {
        name: name.to_owned(),
        points: points.collect::<Result<_>>()?,
    })
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
        ..100.0 => format!("{bytes:.0} bytes"),
        ..1e6 => format!("{:.1} KB", bytes / 1e3),
        _ => format!("{:.1} MB", bytes / 1e6),
    }
}
