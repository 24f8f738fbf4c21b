//! Prints shell completions, the config file's schema and the manual pages.

use std::io;

use clap::builder::PossibleValuesParser;
use clap::{Args, Command};
use clap_complete::Shell;
use clap_mangen::Man;
use flashgate_config::config::keys;

use super::PROGRAM;
use crate::exit::Exit;
use crate::revision;

/// The exit codes of the commands that only print.
pub(super) const EXIT_CODES: &str =
    "Exit codes: 0 printed, 1 standard output can't be written, 2 the flags are wrong";

/// Print completions for a shell
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(super) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub(super) fn run(&self, command: Command) -> Exit {
        let names = command.get_subcommands().filter(|part| !part.is_hide_set());
        // Possible values must be static. The process ends once it has printed them.
        let names: Vec<&'static str> = names
            .map(|part| &*part.get_name().to_owned().leak())
            .collect();
        let mut command = command.mut_subcommand("help", |help| {
            help.mut_arg("command", |name| {
                name.value_parser(PossibleValuesParser::new(names))
            })
        });
        let mut out = Vec::new();
        clap_complete::generate(self.shell, &mut command, PROGRAM, &mut out);
        super::print(&out)
    }
}

/// Prints the JSON Schema of the config file.
pub(super) fn config_schema() -> Exit {
    super::print(keys::schema().as_bytes())
}

/// Print a manual page in roff format
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(super) struct Manual {
    /// Print the manual page of the config file, flashgate.toml(5), instead of flashgate(8)
    #[arg(long)]
    config: bool,
}

impl Manual {
    /// The page of the program has a section for each subcommand.
    pub(super) fn run(self, command: Command) -> Exit {
        if self.config {
            return super::print(keys::man().as_bytes());
        }
        match page(command) {
            Ok(page) => super::print(page.as_bytes()),
            Err(_) => Exit::Internal,
        }
    }
}

/// The renderer puts this before each section, but a page needs it only once.
const PREAMBLE: &str = ".ie \\n(.g .ds Aq \\(aq\n.el .ds Aq '\n";

const FILES: &str = "\
.SH FILES
.TP
\\fI/etc/flashgate/flashgate.toml\\fR
The config file of the shipped systemd units. Nothing is read unless \\fB\\-\\-config\\fR names it. Its keys are in
\\fBflashgate.toml\\fR(5).
.TP
\\fI/run/flashgate/\\fR
A folder for the socket that \\fBhandover\\fR in \\fB[process]\\fR names. It must exist before the start; under systemd,
\\fBRuntimeDirectory=flashgate\\fR creates it.
";

const SIGNALS: &str = "\
.SH SIGNALS
\\fBflashgate serve\\fR handles these:
.TP
\\fBSIGTERM\\fR, \\fBSIGINT\\fR, \\fBSIGQUIT\\fR
Stop. Every accepted connection is answered, and open connections get \\fBdrain\\fR to end. A second signal stops it at
once.
.TP
\\fBSIGHUP\\fR
Reload the config, the policy files and the certificates. Open connections are not affected. If a new file has an
error, nothing changes and the log says why.
.PP
Other signals that would end the process, such as \\fBSIGUSR1\\fR, are ignored and logged as a warning.
";

const SEE_ALSO: &str = "\
.SH SEE ALSO
\\fBflashgate.toml\\fR(5)
";

fn page(command: Command) -> io::Result<String> {
    // The committed page must not change with each commit.
    let mut command = command.version(revision::VERSION);
    command.build();
    let page = Man::new(command.clone()).section("8");
    let mut text = section(|out| page.render_title(out))?;
    text.push_str(&section(|out| page.render_name_section(out))?);
    text.push_str(&section(|out| page.render_synopsis_section(out))?);
    text.push_str(&section(|out| page.render_options_section(out))?);
    for subcommand in command
        .get_subcommands()
        .filter(|command| !command.is_hide_set())
    {
        text.push_str(&subcommand_section(subcommand)?);
    }
    text.push_str(FILES);
    text.push_str(SIGNALS);
    text.push_str(SEE_ALSO);
    text.push_str(&section(|out| page.render_version_section(out))?);
    Ok(format!("{PREAMBLE}{text}"))
}

fn subcommand_section(command: &Command) -> io::Result<String> {
    let name = format!("flashgate {}", command.get_name());
    let page = Man::new(command.clone().display_name(&name));
    let mut text = section(|out| page.render_description_section(out))?;
    text.push_str(&section(|out| page.render_options_section(out))?);
    if command.get_after_help().is_some() {
        text.push_str(&section(|out| page.render_extra_section(out))?);
    }
    let text = text
        .replace(" (see a summary with \\*(Aq\\-h\\*(Aq)", "")
        .replace(".SH EXTRA\nExamples:\n", ".SH EXAMPLES\n")
        .replace(".SH EXTRA\nExample:\n", ".SH EXAMPLE\n")
        .replace(".SH EXTRA\nExit codes: ", ".SH \"EXIT STATUS\"\n")
        .replace("\n\nExit codes: ", "\n.SH \"EXIT STATUS\"\n")
        .replace(".SH DESCRIPTION\n", "")
        .replace(".SH ", ".SS ");
    Ok(format!(".SH \"{}\"\n{text}", name.to_uppercase()))
}

fn section(render: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> io::Result<String> {
    let mut out = Vec::new();
    render(&mut out)?;
    Ok(String::from_utf8_lossy(&out).replace(PREAMBLE, ""))
}
