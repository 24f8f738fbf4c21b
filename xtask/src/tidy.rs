//! What the compiler does not hold of the layout: no import leads back to its file, and none leads upwards.

mod arrows;
mod cycles;
mod house;
mod imports;
#[cfg(test)]
mod layers;
mod stats;

use std::fmt::Write as _;

use anyhow::{Result, bail};
use clap::Args;

use house::Crate;
use stats::Stats;

/// Options of `cargo xtask tidy`.
#[derive(Debug, Args)]
pub(crate) struct Tidy {
    /// Print how large files, functions and crates are: half, nine tenths and all have at most so many lines
    #[arg(long)]
    stats: bool,
}

impl Tidy {
    pub(crate) fn run(&self) -> Result<()> {
        let house = house::read()?;
        if self.stats {
            for part in &house {
                println!("{:<20}{}", part.name, Stats::of([part]));
            }
            println!("{:<20}{}", "all", Stats::of(&house));
        }
        let cycles: Vec<_> = house.iter().flat_map(cycles_of).collect();
        println!("{}{} cycles between files", cycles.concat(), cycles.len());
        if !cycles.is_empty() {
            bail!("files import from each other in cycles");
        }
        Ok(())
    }
}

/// The cycles between the files of a crate, in words.
fn cycles_of(part: &Crate) -> Vec<String> {
    let arrows = arrows::of(part);
    let path = |file: usize| part.files.get(file).map(|file| file.path.display());
    let cycles = cycles::of(arrows.keys().copied());
    let told = cycles.iter().map(|cycle| {
        let mut text = format!("a cycle of {} files:\n", cycle.len());
        for ((from, to), names) in &arrows {
            let (Some(importing), Some(imported)) = (path(*from), path(*to)) else {
                continue;
            };
            if cycle.contains(from) && cycle.contains(to) {
                let names: Vec<_> = names.iter().map(String::as_str).collect();
                let names = names.join(", ");
                // Writing to a string does not fail.
                let _ = writeln!(text, "  {importing} imports {names} from {imported}");
            }
        }
        text
    });
    told.collect()
}
