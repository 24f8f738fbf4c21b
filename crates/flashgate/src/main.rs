//! flashgate: a Flash socket-policy server and gateway.
//!
//! `main` parses the arguments, calls one function, and maps its result to an exit code.

mod ask;
mod cli;
mod connection;
mod daemon;
mod exit;
mod fault;
mod limits;
mod lint;
mod log;
mod revision;

use std::process::ExitCode;

fn main() -> ExitCode {
    // The panic hook has printed the message by now. The exit code reports an internal error.
    std::panic::catch_unwind(cli::run)
        .unwrap_or(exit::Exit::Internal)
        .into()
}
