//! `flashgate lint`: the arguments.

use std::io;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use flash_policy::Port;
use flash_policy::lint::{PolicyKind, PolicyReader};
use flashgate_report::outcome::{FileOutcome, TextOrigin};
use flashgate_report::render::{self, Format, Reporter, Summary};

use super::port::NoPort;
use crate::exit::Exit;
use crate::lint::{self, Contradiction, Fixing, FlagSubject, Levels, LintRequest, RuleLevel};

/// Check policy files for mistakes
///
/// An error means that the file, or a rule in it, fails in the player, or may fail: what Flash Player does with XML that
/// is not well-formed is not known. A warning means that it works, but probably not
/// as intended, or that it grants more than it should. A hint suggests an improvement.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Lint {
    /// Policy files, and folders to search for `*.xml`; `-` is standard input. Named pipes and `<(...)` are not read
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The kind of policy in the files [default: detected from content and name]
    #[arg(
        long = "as",
        value_enum,
        value_name = "KIND",
        hide_possible_values = false
    )]
    kind: Option<KindFlag>,
    /// The port that serves the files, as players connect to it. Such files are socket policies [default: 843]
    #[arg(long, value_name = "PORT", value_parser = port)]
    port: Option<Port>,
    /// Also report what this client does not support. Can be repeated
    #[arg(long = "client", value_enum, value_name = "CLIENT")]
    clients: Vec<ClientFlag>,
    /// The output format
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    format: FormatFlag,
    /// Turn this rule off. Can be repeated
    #[arg(long, value_name = "RULE", value_parser = FlagSubject::rule)]
    allow: Vec<FlagSubject>,
    /// Report this rule as a warning. Can be repeated
    #[arg(long, value_name = "RULE", value_parser = FlagSubject::rule)]
    warn: Vec<FlagSubject>,
    /// Report this rule as an error; `warnings` means every warning. Can be repeated
    #[arg(long, value_name = "RULE", value_parser = FlagSubject::rule_or_warnings)]
    deny: Vec<FlagSubject>,
    /// Apply the safe fixes in place. A fix never changes what a valid policy grants. With `-`, the fixed text goes to
    /// standard output and the findings to standard error. A file is left unchanged if replacing it would lose its
    /// owner, permissions, attributes or hard links
    #[arg(long)]
    fix: bool,
    /// Show what `--fix` would change as a unified diff, and write nothing. The findings are only counted, on standard
    /// error. The exit code is the same as without this flag
    #[arg(long, conflicts_with_all = ["fix", "format"])]
    diff: bool,
}

const EXAMPLES: &str = "\
Examples:
  flashgate lint policy.xml
  flashgate lint --as url --format github public/
  flashgate lint --diff policy.xml
  flashgate lint --deny warnings --allow wildcard-domain policies/
  curl -s https://www.example.com/crossdomain.xml | flashgate lint --as url -

Exit codes: 0 no finding at error level, 1 at least one, 2 a file can't be read or written, or the flags are wrong";

#[derive(Clone, Copy, Debug, ValueEnum)]
enum KindFlag {
    /// Served over the socket protocol, for Flash Player
    Socket,
    /// Served over HTTP, as /crossdomain.xml
    Url,
    /// Silverlight's format
    Silverlight,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ClientFlag {
    /// Flash Player (always checked)
    Flash,
    /// Unity's web player
    Unity,
    /// Silverlight and Moonlight
    Silverlight,
    /// Lightspark
    Lightspark,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum FormatFlag {
    /// Readable text with carets
    #[default]
    Human,
    /// One line per finding, for editors
    Short,
    /// One JSON document; docs/lint.schema.json in the source code describes it
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Workflow commands for GitHub Actions
    Github,
}

impl Lint {
    pub(super) fn run(self) -> Exit {
        let format = if self.diff {
            Format::Diff
        } else {
            self.format.into()
        };
        let request = match self.request() {
            Ok(request) => request,
            Err(fault) => {
                render::plain_error(&fault.to_string(), &["remove one of them"]);
                return Exit::Usage;
            }
        };
        let is_fixing = request.fixing == Fixing::InPlace;
        let has_stdin = request.paths.iter().any(|path| path.as_os_str() == "-");
        if is_fixing && has_stdin {
            // The fixed text goes to standard output, so the report goes to standard error.
            let mut text = Vec::new();
            let (summary, _) = report(&request, format, io::stderr(), |outcome| {
                let is_stdin = outcome.origin == TextOrigin::Stdin;
                let judged = outcome.judged.filter(|_| is_stdin);
                text.extend(judged.into_iter().flat_map(|judged| judged.bytes));
            });
            return exit(summary, super::print(&text));
        }
        let (summary, written) = report(&request, format, io::stdout().lock(), drop);
        exit(summary, super::printed(written))
    }

    fn request(self) -> Result<LintRequest, Contradiction> {
        Ok(LintRequest {
            levels: self.levels()?,
            paths: self.files,
            kind: self.kind.map(PolicyKind::from),
            port: self.port,
            clients: self.clients.into_iter().map(PolicyReader::from).collect(),
            fixing: match (self.fix, self.diff) {
                (true, _) => Fixing::InPlace,
                (_, true) => Fixing::Shown,
                _ => Fixing::Off,
            },
        })
    }

    fn levels(&self) -> Result<Levels, Contradiction> {
        let mut levels = Levels::default();
        let flags = [
            (&self.allow, RuleLevel::Allow),
            (&self.warn, RuleLevel::Warn),
            (&self.deny, RuleLevel::Deny),
        ];
        for (subjects, level) in flags {
            for subject in subjects {
                levels.set(*subject, level)?;
            }
        }
        Ok(levels)
    }
}

/// Checks all inputs, and reports each file before it reads the next.
fn report(
    request: &LintRequest,
    format: Format,
    out: impl io::Write,
    mut then: impl FnMut(FileOutcome),
) -> (Summary, io::Result<()>) {
    let mut reporter = Reporter::new(format, out);
    for outcome in lint::run(request) {
        reporter.add(&outcome);
        then(outcome);
    }
    reporter.finish()
}

fn exit(summary: Summary, printed: Exit) -> Exit {
    if printed != Exit::Success || summary.faults > 0 {
        // Not 1, which means that there are findings.
        Exit::Usage
    } else if summary.errors > 0 {
        Exit::Findings
    } else {
        Exit::Success
    }
}

fn port(text: &str) -> Result<Port, NoPort> {
    text.parse().map_err(|_| NoPort::Text(text.to_owned()))
}

impl From<KindFlag> for PolicyKind {
    fn from(flag: KindFlag) -> Self {
        match flag {
            KindFlag::Socket => Self::Socket,
            KindFlag::Url => Self::Url,
            KindFlag::Silverlight => Self::Silverlight,
        }
    }
}

impl From<ClientFlag> for PolicyReader {
    fn from(flag: ClientFlag) -> Self {
        match flag {
            ClientFlag::Flash => Self::Flash,
            ClientFlag::Unity => Self::Unity,
            ClientFlag::Silverlight => Self::Silverlight,
            ClientFlag::Lightspark => Self::Lightspark,
        }
    }
}

impl From<FormatFlag> for Format {
    fn from(flag: FormatFlag) -> Self {
        match flag {
            FormatFlag::Human => Self::Human,
            FormatFlag::Short => Self::Short,
            FormatFlag::Json => Self::Json,
            FormatFlag::Sarif => Self::Sarif,
            FormatFlag::Github => Self::GitHub,
        }
    }
}
