//! `flashgate check`: parses the arguments and prints the report. The check itself is in `flashgate_check`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use flash_policy::player::Verdict;
use flash_policy::{PlayerVersion, Port};
use flashgate_check::report::{self as told, NagiosStatus, ProgressDisplay};
use flashgate_check::{CheckPlan, Interruption, Watcher};
use flashgate_config::config::lasting;
use flashgate_report::render::plain_error;

mod contradictions;
mod fault;
mod plan;

use super::arguments::RawArguments;
use super::port;
use crate::exit::Exit;
use fault::{CheckFault, FaultKind};

/// Connect to a live server the way a player does, and explain what would happen
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  flashgate check play.example.com:9339 --from https://www.example.org/game.swf\n  \
                  flashgate check wss://play.example.com/9339 --client ruffle --from https://www.example.org/\n  \
                  flashgate check https://www.example.org/play/ --client ruffle --swf game.swf\n\n\
                  Exit codes: 0 it would connect, 1 it would not, 2 the check could not run, \
                  129, 130 or 143 interrupted by SIGHUP, Ctrl-C or SIGTERM"
)]
pub(super) struct Check {
    /// HOST:PORT (or xmlsocket://HOST:PORT) that the movie connects to. With --client ruffle: a ws: or wss: URL, the
    /// page's address (http: or https:), or a file with its config (JSON, JavaScript or HTML; - is standard input)
    #[arg(value_name = "TARGET")]
    target: String,
    /// The movie's URL (with --client ruffle: the page's). A bare domain means http [default: the target's host]
    #[arg(long, value_name = "URL")]
    from: Option<String>,
    /// With --client ruffle: also load the movie as the page would, and check CORS and mixed content. A relative URL
    /// is resolved against the page
    #[arg(long, value_name = "URL")]
    swf: Option<String>,
    /// The Flash Player version: 7, 8, 9.0.16, 9.0.47, 9.0.115, 9.0.124, 10, 11 to 32, or like 'WIN 32,0,0,465'
    /// [default: 32]
    #[arg(long, value_name = "VERSION")]
    player: Option<PlayerVersion>,
    /// The program that plays the movie
    #[arg(long, value_enum, default_value_t)]
    client: ClientName,
    /// The security sandbox that the movie runs in [default: remote]
    #[arg(long, value_enum)]
    sandbox: Option<SandboxName>,
    /// A policy that the movie loads itself: xmlsocket://HOST:PORT, or http://… for players before 9.0.124. With
    /// --client silverlight, http://…/clientaccesspolicy.xml: the application asks over HTTP. Can be repeated
    #[arg(long, value_name = "URL")]
    load_policy: Vec<String>,
    /// The movie uses `SecureSocket`: TLS for the connection and for the policy
    #[arg(long)]
    secure_socket: bool,
    /// Trust only the certificate authorities in FILE (PEM) [default: the system's, or those in `SSL_CERT_FILE`]
    #[arg(long, value_name = "FILE")]
    cacert: Option<PathBuf>,
    /// Accept every certificate, for test setups. The report says which ones clients would reject
    #[arg(long, conflicts_with = "cacert")]
    insecure: bool,
    /// The time limit for the whole attempt
    #[arg(long, value_name = "TIME", default_value = "20s", value_parser = lasting)]
    timeout: Duration,
    /// Use another master port, for test setups. Every rule treats it as 843 (silverlight: 943)
    #[arg(long, value_name = "PORT", value_parser = port::parse)]
    master_port: Option<Port>,
    /// The format of the report
    #[arg(long, value_enum, default_value_t)]
    format: CheckFormat,
    /// Print one status line with performance data. Exit codes: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN
    #[arg(long)]
    nagios: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum ClientName {
    /// Adobe's Flash Player
    #[default]
    Flash,
    /// Lightspark, with its bugs
    Lightspark,
    /// Unity's web player: asks port 843 only, reads once, needs a rule for `*`
    Unity,
    /// Silverlight: asks port 943 (or over HTTP, see --load-policy), connects to ports 4502 to 4534
    Silverlight,
    /// Ruffle in a browser, over a WebSocket
    Ruffle,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum SandboxName {
    /// A movie loaded from a website
    #[default]
    Remote,
    /// A local file that can use the network
    LocalWithNetwork,
    /// A local file that can read local files
    LocalWithFile,
    /// A local file that the user trusts
    LocalTrusted,
    /// An AIR application
    Application,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum CheckFormat {
    /// Readable text
    #[default]
    Human,
    /// One JSON document; docs/check.schema.json in the source code describes it
    Json,
}

impl Check {
    fn version(&self) -> PlayerVersion {
        self.player.unwrap_or(PlayerVersion::LATEST)
    }

    pub(super) fn run(self) -> Exit {
        let result = self.contradiction().map_or_else(
            || match self.client {
                ClientName::Ruffle => self.bridge(),
                ClientName::Flash
                | ClientName::Lightspark
                | ClientName::Unity
                | ClientName::Silverlight => self.player(),
            },
            Err,
        );
        result.unwrap_or_else(|fault| self.cannot_run(&fault))
    }

    fn player(&self) -> Result<Exit, CheckFault> {
        let plan = CheckPlan {
            config: self.config()?,
            trust: self.trust()?,
            target: self.target.clone(),
        };
        let report = self.watched(|watcher| flashgate_check::run(plan, watcher))?;
        Ok(self.tell(
            report.verdict(),
            || told::human(&report),
            || told::json(&report),
            || told::nagios(&report),
        ))
    }

    fn bridge(&self) -> Result<Exit, CheckFault> {
        let plan = self.bridge_plan()?;
        let report = self.watched(|watcher| flashgate_check::run_bridge(plan, watcher))?;
        Ok(self.tell(
            report.verdict(),
            || told::human_bridge(&report),
            || told::json_bridge(&report),
            || told::nagios_bridge(&report),
        ))
    }

    /// Runs the check and shows its progress. Removes the progress from the terminal, however the check ends.
    fn watched<T, E: Into<CheckFault>>(
        &self,
        run: impl FnOnce(Watcher<'_>) -> Result<T, E>,
    ) -> Result<T, CheckFault> {
        let progress = match self.format {
            CheckFormat::Human if !self.nagios => ProgressDisplay::start(),
            CheckFormat::Human | CheckFormat::Json => ProgressDisplay::hidden(),
        };
        let result = run(&|what| progress.tell(what));
        drop(progress);
        result.map_err(Into::into)
    }

    fn tell(
        &self,
        verdict: Verdict,
        human: impl FnOnce() -> String,
        json: impl FnOnce() -> String,
        nagios: impl FnOnce() -> (String, NagiosStatus),
    ) -> Exit {
        let (text, exit) = if self.nagios {
            let (line, status) = nagios();
            (line, Exit::Status(status.code()))
        } else {
            let text = match self.format {
                CheckFormat::Human => human(),
                CheckFormat::Json => json(),
            };
            (text, of_verdict(verdict))
        };
        match super::print(text.as_bytes()) {
            Exit::Success => exit,
            // The verdict could not be printed, so the result is unknown.
            _ if self.nagios => Exit::Status(NagiosStatus::Unknown.code()),
            Exit::System | Exit::Findings | Exit::Usage | Exit::Internal | Exit::Status(_) => {
                Exit::Usage
            }
        }
    }

    fn cannot_run(&self, fault: &CheckFault) -> Exit {
        if self.nagios {
            let status = NagiosStatus::Unknown;
            // If this fails too, the exit status is enough.
            super::print(status.line(&fault.message, "").as_bytes());
            return Exit::Status(status.code());
        }
        if matches!(self.format, CheckFormat::Json) {
            let id = fault.kind.id();
            let text = told::json_failure(&self.target, id, &fault.message, &fault.help);
            // If this fails too, the exit status is enough.
            super::print(text.as_bytes());
        }
        plain_error(&fault.message, &[&fault.help]);
        match fault.kind {
            FaultKind::Arguments | FaultKind::LookUp | FaultKind::Page | FaultKind::System => {
                Exit::Usage
            }
            FaultKind::Ended(ending) => of_interruption(ending),
        }
    }
}

fn of_verdict(verdict: Verdict) -> Exit {
    Exit::Status(u8::from(verdict != Verdict::Allowed))
}

/// The exit code that a shell uses for a program killed by a signal.
const fn of_interruption(ending: Interruption) -> Exit {
    Exit::Status(128 + ending.number())
}

/// The exit codes of `check`, for the book's reference.
pub(super) fn exit_codes() -> String {
    let results = [
        (of_verdict(Verdict::Allowed), "The movie would connect."),
        (of_verdict(Verdict::Denied), "It would not."),
        (
            Exit::Usage,
            "The check could not run, or its report could not be written.",
        ),
    ];
    let results = results.map(|(exit, meaning)| format!("| {} | {meaning} |\n", exit.code()));
    let interrupted = Interruption::ALL.map(|ending| {
        let (code, name) = (of_interruption(ending).code(), ending.name());
        format!("| {code} | Interrupted by {name}. This says nothing about the server. |\n")
    });
    [results.concat(), interrupted.concat()].concat()
}

/// The exit code for wrong flags. With `--nagios` it is not 2, which a monitoring system would take for an outage.
///
/// Monitoring systems read only standard output, so the error is printed there too.
pub(super) fn usage(arguments: &RawArguments, fault: &str) -> Exit {
    let is_check = arguments
        .command()
        .is_some_and(|command| command == "check");
    if is_check && arguments.all().iter().any(|given| given == "--nagios") {
        // The first paragraph is the error. The others show the usage.
        let lines = fault.lines().take_while(|line| !line.trim().is_empty());
        let lines: Vec<_> = lines.map(str::trim).collect();
        let told = lines.join(" ");
        let message = told.strip_prefix("error: ").unwrap_or(&told);
        super::print(NagiosStatus::Unknown.line(message, "").as_bytes());
        Exit::Status(NagiosStatus::Unknown.code())
    } else {
        Exit::Usage
    }
}
