//! `flashgate help` and `flashgate version`.

use std::ffi::OsString;

use clap::Args;

use super::PROGRAM;
use super::arguments::RawArguments;
use crate::exit::Exit;
use crate::revision;

/// Print the help of a command
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  flashgate help\n  flashgate help check\n\n\
                        Exit codes: 0 printed, 1 standard output can't be written, 2 there is no such command")]
pub(super) struct Help {
    /// The command [default: all commands, in short]
    #[arg(value_name = "COMMAND")]
    pub(super) command: Option<String>,
}

impl Help {
    /// The same as `--help` after the command, so that an unknown command gets the same suggestion.
    pub(super) fn arguments(self) -> RawArguments {
        let program = Some(PROGRAM.to_owned());
        let words = [program, self.command, Some("--help".to_owned())];
        words.into_iter().flatten().map(OsString::from).collect()
    }
}

/// Prints what `--version` prints.
pub(super) fn version() -> Exit {
    super::print(format!("{PROGRAM} {}\n", revision::WITH_COMMIT).as_bytes())
}
