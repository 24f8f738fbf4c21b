//! `prove`: measures the project's figures at full length.
//!
//! Each figure is reported by some tests or by the fuzzer. They run in a short form with the other tests, and in a long
//! form here. This prints one line per figure, and records the result in `docs/book/src/guarantees.md` at once, so that
//! a run that was stopped can be resumed.

mod figure;
mod figures;
mod guarantees;
mod measure;
mod mutants;
mod standing;
mod tasks;

use anyhow::{Result, bail};
use clap::Args;

use figure::Figure;
use measure::GoalResult;

/// Which figures to measure.
#[derive(Debug, Args)]
pub(crate) struct Prove {
    /// Names such as R13, or `all`; without names, list the figures
    names: Vec<String>,

    /// Leave these out, for example `all --except R1,R22`, which take an hour or more each
    #[arg(long, value_name = "NAME", value_delimiter = ',', requires = "names")]
    except: Vec<String>,

    /// Leave out what was measured and reached at this commit
    #[arg(long, requires = "names")]
    resume: bool,

    /// Measure nothing; list the rows that are missing, missed, or from another commit than the newest row
    #[arg(long, conflicts_with_all = ["names", "except", "resume"])]
    check: bool,
}

impl Prove {
    /// Measures the figures, and fails if one misses its goal.
    pub(crate) fn run(&self) -> Result<()> {
        if self.check {
            return standing::check();
        }
        if self.names.is_empty() {
            for Figure { name, claim, .. } in figures::all() {
                println!("{name:<4} {claim}");
            }
            return Ok(());
        }
        let mut wanted = self.wanted()?;
        if self.resume {
            let old = standing::problems_at_this_commit()?;
            wanted.retain(|figure| old.iter().any(|(name, _)| *name == figure.name));
        }
        measure(&wanted)
    }

    fn wanted(&self) -> Result<Vec<&'static Figure>> {
        let except = named(&self.except)?;
        let mut wanted = named(&self.names)?;
        wanted.retain(|figure| except.iter().all(|other| other.name != figure.name));
        Ok(wanted)
    }
}

fn measure(wanted: &[&Figure]) -> Result<()> {
    let mut missed = Vec::new();
    for figure in wanted {
        let measured = measure::take(figure);
        let verdict = measured.verdict.word();
        println!("{} {} {verdict}", figure.name, measured.text);
        guarantees::record(figure, &measured)?;
        if measured.verdict == GoalResult::Fail {
            missed.push(figure.name);
        }
    }
    if !missed.is_empty() {
        bail!("goals missed: {}", missed.join(", "));
    }
    Ok(())
}

/// The figures with these names; `all` means every figure.
fn named(names: &[String]) -> Result<Vec<&'static Figure>> {
    let mut found = Vec::new();
    for name in names {
        let mut meant = figures::all();
        meant.retain(|figure| name == "all" || figure.name.eq_ignore_ascii_case(name));
        if meant.is_empty() {
            bail!("expected a figure such as R13, found {name}; `cargo xtask prove` lists them");
        }
        found.extend(meant);
    }
    Ok(found)
}
