//! `flashgate serve`: from flags to a plan, and then the daemon.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::{ArgAction, Args, ValueEnum};
use flash_policy::document::LARGEST;
use flash_policy::write::{self, Layout};
use flash_policy::{Diagnostic, Port, Reply, Serving};

use super::Exit;
use super::allow::Allow;
use crate::daemon::{self, ListenAddress};
use crate::log::{self, Format, Verbosity};
use crate::render::{self, Source};
use crate::snapshot::Plan;

/// Serve a socket policy
///
/// Answers policy requests on port 843 of every address, IPv6 and IPv4, or wherever --listen says. Stops on SIGTERM and
/// SIGINT, when everything accepted has been answered; a second signal stops at once.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, override_usage = "flashgate serve [OPTIONS]")]
pub(super) struct Serve {
    #[command(flatten)]
    allow: Allow,
    /// Serve this file: its bytes as they are, and one NUL
    #[arg(long, value_name = "FILE", conflicts_with = "rules")]
    policy: Option<PathBuf>,
    /// Answer on this address: `843`, `127.0.0.1:843`, `[::1]:843`; port 0 takes a free one. May be given several times
    #[arg(long, value_name = "ADDRESS", default_value = "843")]
    listen: Vec<ListenAddress>,
    /// Read and judge everything, bind nothing; exit 0, or 2 if it could not be served
    #[arg(long)]
    check: bool,
    /// How logs look on standard error
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    log_format: LogFormat,
    /// Log every connection
    #[arg(short, long, action = ArgAction::SetTrue, conflicts_with = "quiet")]
    verbose: bool,
    /// Log only what may need you
    #[arg(short, long, action = ArgAction::SetTrue)]
    quiet: bool,
}

const EXAMPLES: &str = "\
Examples:
  flashgate serve --allow '*.example.com:9339'
  flashgate serve --allow 'www.example.com:9339,9400-9410' --listen 127.0.0.1:8430
  flashgate serve --policy policy.xml

Exit codes: 0 stopped by a signal, 1 an address can't be bound, 2 flags or policy are wrong, 70 a fault of flashgate";

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum LogFormat {
    /// A line for people
    #[default]
    Text,
    /// An object a line
    Json,
}

impl Serve {
    pub(super) fn run(&self) -> Exit {
        let plan = match self.plan() {
            Ok(plan) => plan,
            Err(faults) => {
                render::to_stderr(&faults);
                return Exit::Usage;
            }
        };
        if self.check {
            let addresses: Vec<_> = self.listen.iter().map(ToString::to_string).collect();
            let length = plan.reply.as_bytes().len();
            return super::print(
                format!("ok: {length} bytes to serve on {}\n", addresses.join(", ")).as_bytes(),
            );
        }
        log::start(self.format(), self.verbosity());
        daemon::run(plan)
    }

    fn plan(&self) -> Result<Plan, String> {
        let reply = match &self.policy {
            Some(path) => self.file_reply(path)?,
            None if self.allow.is_empty() => return Err(nothing_to_serve()),
            None => self.rules_reply()?,
        };
        Ok(Plan {
            listen: self.listen.clone(),
            reply,
        })
    }

    fn file_reply(&self, path: &Path) -> Result<Reply, String> {
        let name = path.display().to_string();
        let bytes = read(path).map_err(|error| {
            let reason = log::reason(&error);
            render::plain_error_text(&format!("can't read the policy file {name}: {reason}"), &[])
        })?;
        self.judge(&name, &bytes)?;
        Reply::from_file(&bytes)
            .map_err(|error| render::plain_error_text(&format!("{name}: {error}"), &[]))
    }

    fn rules_reply(&self) -> Result<Reply, String> {
        let policy = self.allow.policy()?;
        let text = write::flash(&policy, Layout::Compact);
        self.judge("policy made from --allow", text.as_bytes())?;
        Ok(Reply::from(&policy))
    }

    /// Shows every finding; errors among them are the result.
    fn judge(&self, name: &str, bytes: &[u8]) -> Result<(), String> {
        let mut found: Vec<Diagnostic> = Vec::new();
        for serving in self.servings() {
            for finding in flash_policy::lint(bytes, serving).findings {
                if !found.contains(&finding) {
                    found.push(finding);
                }
            }
        }
        let text = render::findings(&found, &Source::new(name, bytes));
        if found
            .iter()
            .any(|finding| finding.severity == flash_policy::Severity::Error)
        {
            return Err(text);
        }
        render::to_stderr(&text);
        Ok(())
    }

    /// The ports that players dial, as far as they are known before binding.
    fn servings(&self) -> impl Iterator<Item = Serving> {
        self.listen.iter().map(|address| {
            Port::new(u32::from(address.port()))
                .map_or(Serving::from_unknown_port(), Serving::from_port)
        })
    }

    fn format(&self) -> Format {
        match self.log_format {
            LogFormat::Text => Format::Text,
            LogFormat::Json => Format::Json,
        }
    }

    fn verbosity(&self) -> Verbosity {
        match (self.verbose, self.quiet) {
            (true, _) => Verbosity::Connections,
            (_, true) => Verbosity::Quiet,
            _ => Verbosity::Normal,
        }
    }
}

fn nothing_to_serve() -> String {
    render::plain_error_text(
        "nothing to serve: no policy is given, and none is made up",
        &[
            "name who may connect where: `flashgate serve --allow 'www.example.com:9339'`",
            "or serve a file of yours: `flashgate serve --policy policy.xml`",
        ],
    )
}

/// Reads a file, but never more of it than tells that it is too large.
fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    let mut bytes = Vec::new();
    file.take(LARGEST as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > LARGEST {
        // The true length makes for a better message; the bytes past the limit are not looked at.
        let claimed = usize::try_from(length)
            .unwrap_or(usize::MAX)
            .min(LARGEST * 1024);
        bytes.resize(claimed.max(bytes.len()), b' ');
    }
    Ok(bytes)
}
