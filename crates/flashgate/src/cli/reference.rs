//! `flashgate reference`: the reference pages of the book, generated from the program's own tables.

use std::fmt::Write as _;

use clap::{Args, Command, ValueEnum};
use flashgate_check::findings;
use flashgate_check::report::NAGIOS_TABLE;
use flashgate_config::config::{explain as config_findings, keys};
use flashgate_report::explain;

use super::check;
use crate::exit::{self, Exit};

/// Print a page of the book's reference in Markdown; without a name, list the pages
#[derive(Debug, Args)]
pub(super) struct Reference {
    /// The name of the page
    page: Option<ReferencePage>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ReferencePage {
    Cli,
    Config,
    ConfigFindings,
    ExitCodes,
    Findings,
    Metrics,
    ReasonCodes,
    Rules,
    Schemas,
}

impl Reference {
    pub(super) fn run(self, command: Command) -> Exit {
        let text = match self.page {
            None => names(),
            Some(ReferencePage::Cli) => commands(command),
            Some(ReferencePage::Config) => keys::reference(),
            Some(ReferencePage::ConfigFindings) => config_findings::reference(),
            Some(ReferencePage::ExitCodes) => exit_codes(),
            Some(ReferencePage::Findings) => findings::reference(),
            Some(ReferencePage::Metrics) => crate::daemon::metrics_reference(),
            Some(ReferencePage::ReasonCodes) => crate::connection::outcomes_reference(),
            Some(ReferencePage::Rules) => explain::index(),
            Some(ReferencePage::Schemas) => SCHEMAS.to_owned(),
        };
        super::print(text.as_bytes())
    }
}

/// The names of the pages, one per line.
fn names() -> String {
    let pages = ReferencePage::value_variants().iter();
    pages
        .filter_map(ValueEnum::to_possible_value)
        .fold(String::new(), |text, page| text + page.get_name() + "\n")
}

/// The width of a code block in the book.
const WIDTH: usize = 100;

/// The `--help` text of the program and of each command.
fn commands(command: Command) -> String {
    let mut command = command.term_width(WIDTH);
    command.build();
    let mut text = format!("{CLI}{}", help(&command, "flashgate"));
    for part in command.get_subcommands().filter(|part| !part.is_hide_set()) {
        let name = format!("flashgate {}", part.get_name());
        let part = part.clone().term_width(WIDTH);
        let _ = write!(text, "\n## `{name}`\n\n{}", help(&part, &name));
    }
    text
}

fn help(command: &Command, name: &str) -> String {
    let help = command.clone().bin_name(name).render_long_help();
    format!("```text\n{}\n```\n", help.to_string().trim_end())
}

const CLI: &str = "\
# Commands and flags

The output of `flashgate --help` and `flashgate COMMAND --help`. `flashgate man | man -l -` shows it as a manual page.

<!-- Generated: cargo xtask generate. -->

";

fn exit_codes() -> String {
    let shared = exit::TABLE;
    let (check, nagios) = (check::exit_codes(), NAGIOS_TABLE);
    format!(
        "# Exit codes\n\n{HEAD}{shared}\n## `flashgate check`\n\n{HEAD}{check}\n\
         ## `flashgate check --nagios`\n\n{HEAD}{nagios}\n<!-- Generated: cargo xtask generate. -->\n"
    )
}

const HEAD: &str = "| code | meaning |\n|--:|---|\n";

const SCHEMAS: &str = "\
# JSON schemas

| schema | describes | used by |
|---|---|---|
| [`flashgate.schema.json`](https://github.com/flashgate/flashgate/blob/main/docs/flashgate.schema.json) | the config file | editors, to complete and check it. `flashgate config-schema` prints it |
| [`lint.schema.json`](https://github.com/flashgate/flashgate/blob/main/docs/lint.schema.json) | what `flashgate lint --format json` prints | scripts and CI |
| [`check.schema.json`](https://github.com/flashgate/flashgate/blob/main/docs/check.schema.json) | what `flashgate check --format json` prints | scripts and monitoring |

A key never changes its meaning. Later versions may add keys.

These have no schema:

| JSON | described in |
|---|---|
| the lines of `flashgate serve --log-format json` | [Logs](../operate/logs.md#json) |
| `/status.json` of `[admin]` | [Health and metrics](../operate/metrics.md#statusjson) |
| `/ruffle.json`, and what `flashgate ruffle` prints | [Pages with Ruffle](../run/ruffle-pages.md) |
| what `flashgate lint --format sarif` prints | [SARIF 2.1.0](https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html) |

Editors with a TOML language server, such as VS Code with Even Better TOML, read the first line of the shipped example
and need no other setup:

```text
#:schema https://raw.githubusercontent.com/flashgate/flashgate/main/docs/flashgate.schema.json
```

<!-- Generated: cargo xtask generate. -->
";

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::cli::Cli;

    #[test]
    fn every_json_output_is_listed() {
        let mut outputs = 0;
        for command in Cli::command().get_subcommands() {
            for flag in command.get_arguments() {
                for format in ["json", "sarif"] {
                    let takes_it =
                        |value: &clap::builder::PossibleValue| value.get_name() == format;
                    if flag.get_possible_values().iter().any(takes_it) {
                        let (command, flag) = (command.get_name(), flag.get_id());
                        let flag = flag.as_str().replace('_', "-");
                        let shown = format!("`flashgate {command} --{flag} {format}`");
                        assert!(SCHEMAS.contains(&shown), "{shown}");
                        outputs += 1;
                    }
                }
            }
        }
        assert!(outputs >= 4, "{outputs} outputs");
    }
}
