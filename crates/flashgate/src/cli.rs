//! The command line: arguments in, an exit code out. The commands' logic is in other modules.

use std::io::Write as _;

use clap::{CommandFactory, Parser, Subcommand};

use crate::daemon::HeldSignals;
use crate::exit::Exit;

mod allow;
mod check;
mod checked;
mod detach;
mod explain;
mod gate;
mod generate;
mod lint;
mod listen;
mod policy;
mod port;
mod reference;
mod ruffle;
mod self_test;
mod serve;
mod tips;

/// A Flash socket-policy server and gateway: policies for Flash Player, WebSockets for Ruffle
#[derive(Debug, Parser)]
#[command(
    name = "flashgate",
    version,
    max_term_width = 100,
    disable_help_subcommand = true
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::Serve),
    Lint(lint::Lint),
    Explain(explain::Explain),
    Policy(policy::Print),
    Ruffle(ruffle::Ruffle),
    Check(check::Check),
    Completions(generate::Completions),
    /// Print the JSON Schema of the config file, for editors
    ConfigSchema,
    Man(generate::Manual),
    SelfTest(self_test::SelfTest),
    #[command(hide = true)]
    Reference(reference::Reference),
}

/// Parses the arguments and runs the command they name.
pub(crate) fn run() -> Exit {
    let held = serves().then(HeldSignals::new);
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(mut error) => {
            tips::add(&mut error);
            // If this fails too, there is nowhere left to report it.
            let _ = error.print();
            return if error.use_stderr() {
                check::usage(std::env::args_os(), &error.to_string())
            } else {
                Exit::Success
            };
        }
    };
    match cli.command {
        Command::Serve(serve) => serve.run(held),
        Command::Lint(lint) => lint.run(),
        Command::Explain(explain) => explain.run(),
        Command::Policy(print) => print.run(),
        Command::Ruffle(ruffle) => ruffle.run(),
        Command::Check(check) => check.run(),
        Command::Completions(completions) => completions.run(Cli::command()),
        Command::ConfigSchema => generate::config_schema(),
        Command::Man(manual) => manual.run(Cli::command()),
        Command::SelfTest(test) => test.run(),
        Command::Reference(reference) => reference.run(Cli::command()),
    }
}

/// Whether the command is `serve`, the only one that handles signals. No flag can come before it.
fn serves() -> bool {
    std::env::args_os()
        .nth(1)
        .is_some_and(|command| command == "serve")
}

/// Writes to standard output. A closed pipe is not an error.
fn print(text: &[u8]) -> Exit {
    let mut out = std::io::stdout().lock();
    printed(out.write_all(text).and_then(|()| out.flush()))
}

/// Maps the result of writing to standard output to an exit code.
fn printed(written: std::io::Result<()>) -> Exit {
    match written {
        Ok(()) => Exit::Success,
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Exit::Success,
        Err(error) => {
            flashgate_report::render::plain_error(
                &format!("can't write to standard output: {error}"),
                &[],
            );
            Exit::System
        }
    }
}
