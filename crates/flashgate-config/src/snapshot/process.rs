//! Settings of the process that do not depend on what it serves.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

/// The settings of the process.
#[derive(Clone, Debug)]
pub struct ProcessPlan {
    /// The user to switch to after binding, if started as root.
    pub user: User,
    /// How many threads serve.
    pub threads: NonZeroU32,
    /// Whether to enter the sandbox.
    pub sandbox: SandboxMode,
    /// How long open connections may continue after a stop.
    pub drain: Duration,
    /// The socket where a new process asks for the listeners, if set.
    pub handover: Option<PathBuf>,
    /// The effect of a forbidden system call.
    pub violation: Violation,
}

/// The user to switch to.
#[derive(Clone, Debug)]
pub enum User {
    /// The unprivileged account, by its number.
    Nobody,
    /// An account by name or number.
    Configured {
        /// The name or number, as written.
        name: String,
    },
}

/// The effect of a forbidden system call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Violation {
    /// It fails.
    Refuse,
    /// The process ends. Used by tests, which must notice.
    Kill,
}

/// Whether the sandbox is required.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SandboxMode {
    /// As much as the system supports.
    #[default]
    BestEffort,
    /// All of it, or flashgate does not start.
    Required,
    /// No sandbox.
    Off,
}
