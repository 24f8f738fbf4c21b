//! flashgate: the front door for servers that Flash content connects to.
//!
//! Parses the arguments, calls one function, and maps its result to an exit code. Nothing else happens here.

mod cli;
mod connection;
mod daemon;
mod log;
mod render;
mod snapshot;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run().into()
}
