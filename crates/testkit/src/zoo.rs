//! Broken and odd policy servers, as data: what each does on the wire, and what `flashgate check` must say of it.
//!
//! Every animal has a network namespace of its own, so it can sit on port 843 and be filtered. Nothing here is a
//! mock: real sockets, real resets, and the kernel's own firewall. What an animal is expected to be judged as is part
//! of it; the documentation's table is made from these rows, and a test compares the two.

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

/// The name that `check` is given for the host; only the enclosures know it.
pub const HOST: &str = "srv.test";

/// A server, what it is asked with, and what must be said of it.
#[derive(Debug)]
pub struct Animal {
    /// Its name in the table.
    pub name: &'static str,
    /// What it does, in the words of the table.
    pub does: &'static str,
    /// The addresses of [`HOST`].
    pub addresses: &'static [&'static str],
    /// What listens; where nothing does, the kernel refuses.
    pub listeners: &'static [ZooListener],
    /// Rules of the firewall, as `nft` takes them.
    pub firewall: &'static [&'static str],
    /// The arguments of `check` after its name.
    pub asked: &'static [&'static str],
    /// What must come of it.
    pub expected: ExpectedReport,
}

/// One listening socket of an animal.
#[derive(Clone, Copy, Debug)]
pub struct ZooListener {
    /// Where.
    pub address: &'static str,
    /// What it does with its connections: these, in turn.
    pub turns: &'static [Script],
}

/// What `check` must say.
#[derive(Clone, Copy, Debug)]
pub struct ExpectedReport {
    /// `allowed`, `denied` or `unreachable`.
    pub verdict: &'static str,
    /// The reason's code.
    pub reason: &'static str,
    /// The id of the first finding; none where there is nothing to complain of.
    pub cause: Option<&'static str>,
    /// What the player's own way takes, in milliseconds: at least, and at most.
    pub takes: [u32; 2],
}
