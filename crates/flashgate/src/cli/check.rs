//! `flashgate check`: arguments in, a report out. The check and its report are in `flashgate_check`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use flash_policy::player::Verdict;
use flash_policy::{PlayerVersion, Port};
use flashgate_check::report::{self as told, NagiosStatus, ProgressDisplay};
use flashgate_check::{CheckFailure, CheckPlan, Interruption, Watcher};
use flashgate_config::config::lasting;
use flashgate_report::render::plain_error;

mod contradictions;
mod plan;

use super::port;
use crate::exit::Exit;

/// Do what a player would do against a live server, and say what would happen and why
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  flashgate check play.example.com:9339 --from https://www.example.org/game.swf\n  \
                  flashgate check wss://play.example.com/9339 --client ruffle --from https://www.example.org/\n\n\
                  Exit status: 0 it would connect, 1 it would not, 2 the check could not run, 130 Ctrl-C ended it"
)]
pub(super) struct Check {
    /// HOST:PORT (or xmlsocket://HOST:PORT) that the movie connects to; for --client ruffle a ws: or wss: URL, or a
    /// file with the page's config (JSON, JavaScript or HTML; - is standard input)
    #[arg(value_name = "TARGET")]
    target: String,
    /// Where the movie was loaded from (ruffle: the page); a bare domain is taken as http, default the target's host
    #[arg(long, value_name = "URL")]
    from: Option<String>,
    /// The version of Flash Player: 7, 8, 9.0.16, 9.0.47, 9.0.115, 9.0.124, 10, 11 to 32, or as in 'WIN 32,0,0,465' [default: 32]
    #[arg(long, value_name = "VERSION")]
    player: Option<PlayerVersion>,
    /// The program that plays the movie
    #[arg(long, value_enum, default_value_t)]
    client: ClientName,
    /// The security sandbox that the movie runs in [default: remote]
    #[arg(long, value_enum)]
    sandbox: Option<SandboxName>,
    /// A policy that the movie loads itself: xmlsocket://HOST:PORT, or http://… for players before 9.0.124
    #[arg(long, value_name = "URL")]
    load_policy: Vec<String>,
    /// The movie uses `SecureSocket`: TLS, for the policy too
    #[arg(long)]
    secure_socket: bool,
    /// Trust the authorities in FILE (PEM) and no others; left out: this system's, or those that `SSL_CERT_FILE` names
    #[arg(long, value_name = "FILE")]
    cacert: Option<PathBuf>,
    /// Accept every certificate, for test set-ups; the report says what clients would refuse
    #[arg(long, conflicts_with = "cacert")]
    insecure: bool,
    /// How long the whole attempt may take
    #[arg(long, value_name = "TIME", default_value = "20s", value_parser = lasting)]
    timeout: Duration,
    /// Another master port, for test set-ups: it counts as 843 (silverlight: 943) in every rule
    #[arg(long, value_name = "PORT", value_parser = port::parse)]
    master_port: Option<Port>,
    /// How the report is written
    #[arg(long, value_enum, default_value_t)]
    format: CheckFormat,
    /// One status line with performance data; exit status 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN
    #[arg(long)]
    nagios: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum ClientName {
    /// Adobe's Flash Player
    #[default]
    Flash,
    /// Lightspark, with its faults
    Lightspark,
    /// Unity's web player: 843, one read, rules for `*`
    Unity,
    /// Silverlight: 943, ports 4502 to 4534
    Silverlight,
    /// Ruffle in a browser: a WebSocket
    Ruffle,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum SandboxName {
    /// Loaded from a site
    #[default]
    Remote,
    /// A local file that may use the network
    LocalWithNetwork,
    /// A local file that may read files
    LocalWithFile,
    /// A local file that the user trusts
    LocalTrusted,
    /// AIR's own
    Application,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum CheckFormat {
    /// For people
    #[default]
    Human,
    /// For programs; docs/check.schema.json describes it
    Json,
}

/// What keeps a check from running: a message, and what to do.
struct CheckFault {
    kind: FaultKind,
    message: String,
    help: String,
}

/// Whose doing it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FaultKind {
    /// The arguments, the name, or this machine.
    CannotRun,
    /// A signal ended it: this one.
    Ended(Interruption),
}

impl CheckFault {
    fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            kind: FaultKind::CannotRun,
            message: message.into(),
            help: help.into(),
        }
    }
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

    /// Runs it with its progress shown; whatever ends it, nothing of that is left on the terminal.
    fn watched<T>(
        &self,
        run: impl FnOnce(Watcher<'_>) -> Result<T, CheckFailure>,
    ) -> Result<T, CheckFault> {
        let progress = match self.format {
            CheckFormat::Human if !self.nagios => ProgressDisplay::start(),
            CheckFormat::Human | CheckFormat::Json => ProgressDisplay::hidden(),
        };
        let result = run(&|what| progress.tell(what));
        drop(progress);
        result.map_err(fault)
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
            (text, Exit::Status(u8::from(verdict != Verdict::Allowed)))
        };
        match super::print(text.as_bytes()) {
            Exit::Success => exit,
            // A verdict that nobody could read is none.
            _ if self.nagios => Exit::Status(NagiosStatus::Unknown.code()),
            Exit::System | Exit::Findings | Exit::Usage | Exit::Internal | Exit::Status(_) => {
                Exit::Usage
            }
        }
    }

    fn cannot_run(&self, fault: &CheckFault) -> Exit {
        if self.nagios {
            let status = NagiosStatus::Unknown;
            // Where that fails too, the status says enough.
            super::print(status.line(&fault.message, "").as_bytes());
            return Exit::Status(status.code());
        }
        plain_error(&fault.message, &[&fault.help]);
        match fault.kind {
            FaultKind::CannotRun => Exit::Usage,
            // As a shell tells of a program that a signal ended.
            FaultKind::Ended(ending) => Exit::Status(128 + ending.number()),
        }
    }
}

/// The exit after wrong flags: a monitoring system would take 2 for an outage.
///
/// It reads standard output alone, so the fault is told there too.
pub(super) fn usage(arguments: impl Iterator<Item = OsString>, fault: &str) -> Exit {
    let mut arguments = arguments.skip(1);
    let is_check = arguments.next().is_some_and(|command| command == "check");
    if is_check && arguments.any(|given| given == "--nagios") {
        // What is wrong stands in the first paragraph; how it is used, and where there is more, in others.
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

fn fault(failure: CheckFailure) -> CheckFault {
    match failure {
        CheckFailure::Name(name) => CheckFault::new(name.to_string(), name.help()),
        CheckFailure::Ended(ending) => CheckFault {
            kind: FaultKind::Ended(ending),
            ..CheckFault::new(ending.told(), "nothing can be said of the server")
        },
        CheckFailure::System(error) => CheckFault::new(
            format!("the check can't run: {error}"),
            "look at the limits on open files and processes",
        ),
    }
}
