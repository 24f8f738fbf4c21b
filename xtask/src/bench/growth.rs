//! `bench growth`: what more connections, a larger config and a second thread cost, written into the book.

mod config;
mod connections;
mod page;
mod point;

use anyhow::Result;
use clap::Args;
use testkit::binary;
use testkit::namespace::{self, Namespace};

use super::machine::Machine;
use super::site::BenchFolder;
use point::{GrowthAmount, GrowthTable};

/// How much to measure.
#[derive(Debug, Args)]
pub(crate) struct Growth {
    /// Number of rounds
    #[arg(long, default_value_t = 12)]
    rounds: u32,
    /// Measure a tenth of everything in two rounds, to try the command
    #[arg(long)]
    quick: bool,
}

impl Growth {
    /// Measures, in a network namespace if possible, and writes the page.
    pub(crate) fn run(&self) -> Result<()> {
        // In a network namespace, cargo could not fetch anything.
        binary::flashgate()?;
        let amount = if self.quick {
            GrowthAmount {
                rounds: self.rounds.min(2),
                divisor: 10,
            }
        } else {
            GrowthAmount {
                rounds: self.rounds,
                divisor: 1,
            }
        };
        let measure = || measure(amount);
        let (machine, tables) = match namespace::missing() {
            None => Namespace::new()?.run(measure)??,
            Some(_) => measure()?,
        };
        page::write(amount, machine, &tables)
    }
}

fn measure(amount: GrowthAmount) -> Result<(String, Vec<GrowthTable>)> {
    let machine = Machine::prepare()?;
    println!("{machine}");
    let site = BenchFolder::new()?;
    // Before this thread is pinned, because a second thread of the server needs a CPU.
    let threads = connections::threads(&site, amount)?;
    machine.pin_client()?;
    let mut tables = vec![threads];
    tables.push(connections::at_a_time(&site, amount)?);
    tables.push(connections::idle(&site, amount)?);
    tables.extend(config::measure(&site, amount)?);
    Ok((machine.sentence(), tables))
}
