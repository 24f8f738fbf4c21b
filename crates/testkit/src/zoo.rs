//! Broken and unusual policy servers, as data: what each does on the wire, and what `flashgate check` must report.
//!
//! Every animal has its own network namespace, so it can use port 843 and a firewall. Nothing here is a mock: the
//! sockets, the resets and the kernel's firewall are real. Each animal includes the expected result. The table in the
//! book is generated from these rows, and a test compares the two.

mod animals;
mod enclosure;
mod keeper;
mod script;
mod table;

pub use animals::all;
pub use enclosure::{Checked, Enclosure, missing};
pub use keeper::Keeper;
pub use script::{Script, ScriptStep};
pub use table::{table, with_table};

/// The host name that `check` is given; only the enclosures resolve it.
pub const HOST: &str = "srv.test";

/// A server, the check to run, and the expected result.
#[derive(Debug)]
pub struct Animal {
    /// Its name in the table.
    pub name: &'static str,
    /// What it does, as printed in the table.
    pub does: &'static str,
    /// The addresses of [`HOST`].
    pub addresses: &'static [&'static str],
    /// Its listeners; on all other ports the kernel refuses connections.
    pub listeners: &'static [ZooListener],
    /// Firewall rules, in the syntax of `nft`.
    pub firewall: &'static [&'static str],
    /// The arguments of `check` after its name.
    pub asked: &'static [&'static str],
    /// The expected result.
    pub expected: ExpectedReport,
}

/// One listening socket of an animal.
#[derive(Clone, Copy, Debug)]
pub struct ZooListener {
    /// The address.
    pub address: &'static str,
    /// What it does with its connections, in turn.
    pub turns: &'static [Script],
}

/// The expected result of `check`.
#[derive(Clone, Copy, Debug)]
pub struct ExpectedReport {
    /// `allowed`, `denied` or `unreachable`.
    pub verdict: &'static str,
    /// The reason's code.
    pub reason: &'static str,
    /// The id of the first finding, if there is one.
    pub cause: Option<&'static str>,
    /// The time that the player takes, in milliseconds: the minimum and the maximum.
    pub takes: [u32; 2],
}
