//! `flashgate reference`: the reference pages of the book, generated from the program's own tables.

use std::fmt::Write as _;

use clap::{Args, Command, ValueEnum};
use flashgate_check::findings;
use flashgate_config::config::keys;
use flashgate_report::explain;

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

The output of `flashgate --help` and `flashgate COMMAND --help`. `man flashgate` shows it too.

<!-- Generated: cargo xtask generate. -->

";

fn exit_codes() -> String {
    format!("{EXIT_CODES}{}{EXIT_CODES_OF_CHECK}", exit::table())
}

const EXIT_CODES: &str = "\
# Exit codes

| code | meaning |
|--:|---|
";

const EXIT_CODES_OF_CHECK: &str = "
## `flashgate check`

| code | meaning |
|--:|---|
| 0 | The movie would connect. |
| 1 | It would not. |
| 2 | The check could not run, or its report could not be written. |
| 130, 143, 129 | Interrupted by Ctrl-C, SIGTERM or SIGHUP. This says nothing about the server. |

## `flashgate check --nagios`

| code | meaning |
|--:|---|
| 0 | OK: the movie would connect. |
| 1 | WARNING: it would, and there are findings. |
| 2 | CRITICAL: it would not. |
| 3 | UNKNOWN: the check could not run, or its flags are wrong. |

<!-- Generated: cargo xtask generate. -->
";

const SCHEMAS: &str = "\
# JSON schemas

| schema | describes | used by |
|---|---|---|
| [`flashgate.schema.json`](https://github.com/flashgate/flashgate/blob/main/docs/flashgate.schema.json) | the config file | editors, to complete and check it. `flashgate config-schema` prints it |
| [`lint.schema.json`](https://github.com/flashgate/flashgate/blob/main/docs/lint.schema.json) | what `flashgate lint --format json` prints | scripts and CI |
| [`check.schema.json`](https://github.com/flashgate/flashgate/blob/main/docs/check.schema.json) | what `flashgate check --format json` prints | scripts and monitoring |

A key never changes its meaning. Later versions may add keys.

Editors with a TOML language server, such as VS Code with Even Better TOML, read the first line of the shipped example
and need no other setup:

```text
#:schema https://raw.githubusercontent.com/flashgate/flashgate/main/docs/flashgate.schema.json
```

<!-- Generated: cargo xtask generate. -->
";
