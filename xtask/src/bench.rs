//! Benchmarks: load, minimal servers to compare with, and the comparisons themselves.
//!
//! Absolute times depend on the machine and on what else it runs. So the results are ratios between servers that were
//! measured in turns within one run, and counts that do not depend on time.

mod between;
mod bridge;
mod compare;
mod contender;
mod contest;
mod fetch;
mod flashgate;
mod floor;
mod goal;
mod growth;
mod idle;
mod machine;
mod peers;
mod relay;
mod rounds;
mod site;
mod standings;
mod survey;
mod syscalls;

use anyhow::Result;
use clap::Subcommand;

/// CPU of the servers.
const SERVER_CPU: usize = 0;
/// CPU of the client, so that neither takes time from the other.
const CLIENT_CPU: usize = 1;

/// The measurements.
#[derive(Debug, Subcommand)]
pub(crate) enum Bench {
    /// Fetch a policy many times from any server and check every reply
    Fetch(fetch::FetchBench),
    /// Serve a policy with minimal code, as a floor to compare with
    Floor(floor::Floor),
    /// Compare flashgate with the floors and with other servers, in interleaved rounds
    Compare(compare::Compare),
    /// Measure memory and wake-ups of flashgate, with many idle connections and without any
    Idle(idle::Idle),
    /// Compare flashgate's gate with other relays, in interleaved rounds
    Relay(relay::RelayBench),
    /// Compare flashgate's WebSockets with other bridges, in interleaved rounds
    Bridge(bridge::BridgeBench),
    /// Install the other programs, measure all of them, and write the results into docs/book/src/peers.md
    Peers(survey::PeerSurvey),
    /// Measure more connections, a larger config and a second thread, and write the results into docs/book/src/growth.md
    Growth(growth::Growth),
    /// Count the system calls of flashgate per fetch
    Syscalls(syscalls::Syscalls),
}

impl Bench {
    /// Runs one benchmark and prints its result.
    pub(crate) fn run(&self) -> Result<()> {
        match self {
            Self::Fetch(fetch) => fetch.run(),
            Self::Floor(floor) => floor.run(),
            Self::Compare(compare) => compare.run(),
            Self::Idle(idle) => idle.run(),
            Self::Relay(relay) => relay.run(),
            Self::Bridge(bridge) => bridge.run(),
            Self::Peers(survey) => survey.run(),
            Self::Growth(growth) => growth.run(),
            Self::Syscalls(syscalls) => syscalls.run(),
        }
    }
}
