//! Exit codes. Messages are printed before the exit code is chosen.

use std::process::ExitCode;

/// How the program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Success.
    Success,
    /// The system refused something, such as an address or file descriptors.
    System,
    /// Linted files have errors.
    Findings,
    /// Flags, configuration or policy are wrong.
    Usage,
    /// An internal error.
    Internal,
    /// A code that only this command uses; its help page explains it.
    Status(u8),
}

impl Exit {
    /// The codes that every command has. `check` has more.
    const SHARED: [Self; 5] = [
        Self::Success,
        Self::System,
        Self::Findings,
        Self::Usage,
        Self::Internal,
    ];

    const fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::System | Self::Findings => 1,
            Self::Usage => 2,
            // EX_SOFTWARE of sysexits.h.
            Self::Internal => 70,
            Self::Status(code) => code,
        }
    }

    const fn meaning(self) -> &'static str {
        match self {
            Self::Success => {
                "Success. `serve`: stopped by SIGTERM, SIGINT or SIGQUIT, or handed over to a new process. `lint`: no \
                 finding at error level. `self-test`: everything was denied."
            }
            Self::System => {
                "The system refused something: an address, file descriptors, standard output. `self-test`: something \
                 was not denied."
            }
            Self::Findings => "`lint`: at least one finding at error level.",
            Self::Usage => {
                "Flags, the config file or a policy are wrong. `lint`: a file can't be read or written. `check`: the \
                 check could not run."
            }
            Self::Internal => "An internal error. Please report it.",
            Self::Status(_) => "See the command.",
        }
    }
}

/// The exit codes that every command has, as rows of a Markdown table.
pub(crate) fn table() -> String {
    let rows = Exit::SHARED.map(|exit| format!("| {} | {} |\n", exit.code(), exit.meaning()));
    rows.concat()
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
