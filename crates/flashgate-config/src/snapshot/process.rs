//! How the process behaves, whatever it serves.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

/// How the process behaves.
#[derive(Clone, Debug)]
pub struct ProcessPlan {
    /// Whom to become after binding, when started as root.
    pub user: User,
    /// How many threads serve.
    pub threads: NonZeroU32,
    /// Whether to give up what is not needed.
    pub sandbox: SandboxMode,
    /// What a stop gives open connections.
    pub drain: Duration,
    /// Where a successor asks for the listeners, if anywhere.
    pub handover: Option<PathBuf>,
    /// What a system call that is given up leads to.
    pub violation: Violation,
}

/// Whom to become.
#[derive(Clone, Debug)]
pub enum User {
    /// The account without rights, by its number.
    Nobody,
    /// An account by name or number.
    Configured {
        /// Its name or number, as written.
        name: String,
    },
}

/// What a forbidden system call leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Violation {
    /// It fails.
    Refuse,
    /// The process ends: for tests, which must notice.
    Kill,
}

/// How much it matters that the sandbox can be set up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SandboxMode {
    /// Whatever the system allows.
    #[default]
    BestEffort,
    /// All of it, or no start.
    Required,
    /// None.
    Off,
}
