//! How the program ends, as a code for whoever started it. Messages are told before.

use std::process::ExitCode;

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All went well.
    Success,
    /// The system did not give what is needed: an address, descriptors.
    System,
    /// What was to be judged has errors.
    Findings,
    /// Flags, configuration or policy are wrong.
    Usage,
    /// A fault of our own.
    Internal,
    /// What the command's own page says that it means.
    Status(u8),
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Success => Self::SUCCESS,
            Exit::System | Exit::Findings => Self::from(1),
            Exit::Usage => Self::from(2),
            // EX_SOFTWARE of sysexits.h.
            Exit::Internal => Self::from(70),
            Exit::Status(code) => Self::from(code),
        }
    }
}
