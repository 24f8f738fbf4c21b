//! Rules that the compiler does not check: no cycles between files and no upward imports, no crate with more than its
//! share of the code, short files and functions, one meaning per name, and no words that the project does not use.

mod arrows;
mod cycles;
mod definitions;
mod diagram;
mod house;
mod imports;
#[cfg(test)]
mod layers;
#[cfg(test)]
mod log_lines;
#[cfg(test)]
mod past_failures;
mod shares;
mod stats;
mod style;
#[cfg(test)]
mod tests;
mod text_errors;
mod words;

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;

use house::Crate;
use shares::Shares;
use stats::Stats;

/// Options of `cargo xtask tidy`.
#[derive(Debug, Default, Args)]
pub(crate) struct Tidy {
    /// Print the sizes of files, functions and crates, as the median, the 90th percentile and the maximum
    #[arg(long)]
    stats: bool,

    /// Only look for words that the project does not use; CONTRIBUTING.md lists them
    #[arg(long, conflicts_with = "stats")]
    words: bool,

    /// Files and folders to check, instead of the whole repository
    #[arg(requires = "words")]
    paths: Vec<PathBuf>,
}

impl Tidy {
    pub(crate) fn run(&self) -> Result<()> {
        if !self.words {
            self.layout()?;
        }
        let words = words::breaches(&house::root(), &self.paths)?;
        println!("{}{} words to replace", words.concat(), words.len());
        if !words.is_empty() {
            bail!("replace these words; see \"How we write\" in CONTRIBUTING.md");
        }
        Ok(())
    }

    fn layout(&self) -> Result<()> {
        let house = house::read()?;
        if self.stats {
            for part in &house {
                println!("{:<20}{}", part.name, Stats::of([part]));
            }
            println!("{:<20}{}", "all", Stats::of(&house));
            println!("{}", Shares::of(&house).largest());
        }
        let cycles: Vec<_> = house.iter().flat_map(cycles_of).collect();
        let upward: Vec<_> = house.iter().flat_map(upward_in).collect();
        println!("{}{} cycles between files", cycles.concat(), cycles.len());
        println!("{}{} upward imports", upward.concat(), upward.len());
        let large = Shares::of(&house).too_large();
        println!(
            "{}{} crates that are too large",
            large.concat(),
            large.len()
        );
        let texts: Vec<_> = house.iter().flat_map(text_errors::in_crate).collect();
        println!(
            "{}{} errors with text instead of values",
            texts.concat(),
            texts.len()
        );
        let mut style = style::breaches(&house);
        style.extend(style::old_modules(&house::root())?);
        println!("{}{} style problems", style.concat(), style.len());
        if !cycles.is_empty() || !upward.is_empty() {
            bail!("imports form cycles or point upwards; see \"Layers\" in ARCHITECTURE.md");
        }
        if !large.is_empty() {
            bail!("move code out of the largest crate");
        }
        if !texts.is_empty() {
            bail!("use values for these errors, and make text only where they are shown");
        }
        if !style.is_empty() {
            bail!("the code breaks style rules; each line above says what to do");
        }
        Ok(())
    }
}

/// The layers of the code, for ARCHITECTURE.md.
pub(crate) fn layers() -> Result<String> {
    diagram::draw(&house::read()?)
}

/// The imports between the modules of a crate that form cycles, in words: for such modules there is no order without an
/// upward import.
fn upward_in(part: &Crate) -> Vec<String> {
    let uses = diagram::modules(part);
    let arrows = uses.iter().flat_map(|(from, used)| {
        let to = |used: &str| (from.as_str(), used.to_owned());
        used.iter().map(move |used| to(used))
    });
    let arrows: Vec<_> = arrows.collect();
    let cycles = cycles::of(arrows.iter().map(|(from, to)| (*from, to.as_str())));
    let mut told = Vec::new();
    for (from, to) in &arrows {
        if cycles
            .iter()
            .any(|cycle| cycle.contains(from) && cycle.contains(to.as_str()))
        {
            told.push(format!(
                "{}: `{from}` imports from `{to}`, which imports from it, perhaps through others\n",
                part.name
            ));
        }
    }
    told
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
