//! The command line: arguments in, an exit code out. The commands' logic is in other modules.

use std::io::Write as _;

use clap::{CommandFactory, Parser, Subcommand};
use flashgate_report::render;

use arguments::RawArguments;
use color::ColorFlag;

use crate::daemon::HeldSignals;
use crate::exit::Exit;
use crate::log;
use crate::revision;

mod addresses;
mod allow;
mod arguments;
mod check;
mod checked;
mod color;
mod daemon_url;
mod detach;
mod explain;
mod flag_plan;
mod gate;
mod generate;
mod given;
mod health;
mod help;
mod init;
mod lint;
mod listen;
mod policy;
mod port;
mod reference;
mod ruffle;
mod self_test;
mod serve;
mod settings;
mod status;
mod tips;
mod variables;

/// The program's name.
const PROGRAM: &str = "flashgate";

/// A Flash socket-policy server and gateway: policies for Flash Player, WebSockets for Ruffle
#[derive(Debug, Parser)]
#[command(
    name = PROGRAM,
    version = revision::WITH_COMMIT,
    max_term_width = 100,
    disable_help_subcommand = true,
    after_help = EXIT_CODES
)]
struct Cli {
    /// Color the output: `auto` (on terminals), `always` or `never`. `NO_COLOR`, `FORCE_COLOR` and `CLICOLOR_FORCE` set
    /// what `auto` means [default: auto]
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "WHEN",
        // After the command's own flags, with `--help`.
        display_order = 900,
        default_value_t,
        hide_default_value = true,
        hide_possible_values = true
    )]
    color: ColorFlag,
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "\
Exit codes: 0 success, 1 the system refused something, 2 the flags or the files are wrong, 70 an internal error.
Some commands have others: see `flashgate help COMMAND`";

#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::Serve),
    Lint(lint::Lint),
    Explain(explain::Explain),
    Policy(policy::Print),
    Ruffle(ruffle::Ruffle),
    Check(check::Check),
    Init(init::Init),
    Health(health::AskHealth),
    Status(status::ShowStatus),
    Completions(generate::Completions),
    /// Print the JSON Schema of the config file, for editors
    #[command(after_help = generate::EXIT_CODES)]
    ConfigSchema,
    Man(generate::Manual),
    SelfTest(self_test::SelfTest),
    Help(help::Help),
    /// Print the version, and the commit that the program was built from
    #[command(after_help = generate::EXIT_CODES)]
    Version,
    #[command(hide = true)]
    Reference(reference::Reference),
}

/// Parses the arguments and runs the command they name.
pub(crate) fn run() -> Exit {
    let arguments = RawArguments::of_process();
    color::choose(&arguments);
    // Only `serve` handles signals.
    let serves = arguments.command().is_some_and(|name| name == "serve");
    let held = serves.then(HeldSignals::new);
    parse_and_run(&arguments, held)
}

fn parse_and_run(arguments: &RawArguments, held: Option<HeldSignals>) -> Exit {
    match Cli::try_parse_from(arguments.all()) {
        Ok(cli) => run_command(cli.command, held),
        Err(error) => not_parsed(error, arguments),
    }
}

fn run_command(command: Command, held: Option<HeldSignals>) -> Exit {
    match command {
        Command::Serve(serve) => serve.run(held),
        Command::Lint(lint) => lint.run(),
        Command::Explain(explain) => explain.run(),
        Command::Policy(print) => print.run(),
        Command::Ruffle(ruffle) => ruffle.run(),
        Command::Check(check) => check.run(),
        Command::Init(init) => init.run(),
        Command::Health(health) => health.run(),
        Command::Status(status) => status.run(),
        Command::Completions(completions) => completions.run(Cli::command()),
        Command::ConfigSchema => generate::config_schema(),
        Command::Man(manual) => manual.run(Cli::command()),
        Command::SelfTest(test) => test.run(),
        Command::Help(asked) => parse_and_run(&asked.arguments(), None),
        Command::Version => help::version(),
        Command::Reference(reference) => reference.run(Cli::command()),
    }
}

/// Prints what clap has to say: an error, help or the version.
fn not_parsed(mut error: clap::Error, arguments: &RawArguments) -> Exit {
    tips::add(&mut error, arguments);
    let is_error = error.use_stderr();
    let text = error.to_string();
    if is_error {
        let mut stderr = std::io::stderr().lock();
        // If this fails too, there is nowhere left to report it.
        let shown = color::for_stream(&stderr, &text);
        let _ = stderr.write_all(log::as_error(&shown).as_bytes());
        check::usage(arguments, &text)
    } else {
        let text = color::for_stream(&std::io::stdout(), &text);
        print(text.as_bytes())
    }
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
            render::plain_error(&format!("can't write to standard output: {error}"), &[]);
            Exit::System
        }
    }
}
