//! flashgate: the front door for servers that Flash content connects to.
//!
//! Parses the arguments, calls one function, and maps its result to an exit code. Nothing else happens here.

mod cli;
mod connection;
mod daemon;
mod exit;
mod fault;
mod limits;
mod lint;
mod log;

use std::process::ExitCode;

fn main() -> ExitCode {
    // What a panic has to say is on standard error by then; the exit code says whose fault it was.
    std::panic::catch_unwind(cli::run)
        .unwrap_or(exit::Exit::Internal)
        .into()
}
