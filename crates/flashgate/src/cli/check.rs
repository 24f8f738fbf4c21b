//! `flashgate check`: arguments in, a report out. What it does lies in `check`, how it is told in `render::check`.

use std::io::Read as _;
use std::time::Duration;

use clap::{Args, ValueEnum};
use flash_policy::decide::{Location, Sandbox};
use flash_policy::player::{self, Config, Verdict};
use flash_policy::{Host, Origin, PlayerVersion, Port};

use super::Exit;
use crate::check::{self, BridgePlan, Entry, Failure, Page, Plan, ProxyUrl};
use crate::config::lasting;
use crate::render::check::{self as told, Progress, Status};
use crate::render::plain_error;

/// Do what a player would do against a live server, and say what would happen and why
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  flashgate check play.example.com:9339 --from https://www.example.org/game.swf\n  \
                  flashgate check wss://play.example.com/9339 --client ruffle --from https://www.example.org/\n\n\
                  Exit status: 0 it would connect, 1 it would not, 2 the check could not run"
)]
pub(super) struct Check {
    /// HOST:PORT that the movie connects to; for --client ruffle a ws: or wss: URL, or a file with the page's config
    #[arg(value_name = "TARGET")]
    target: String,
    /// Where the movie was loaded from (ruffle: the page); a bare domain is taken as http, default the target's host
    #[arg(long, value_name = "URL")]
    from: Option<String>,
    /// The version of Flash Player: 7, 8, 9.0.16, 9.0.47, 9.0.115, 9.0.124, 10, 11 to 32
    #[arg(long, value_name = "VERSION", default_value = "32")]
    player: PlayerVersion,
    /// The program that plays the movie
    #[arg(long, value_enum, default_value_t)]
    client: Client,
    /// The security sandbox that the movie runs in
    #[arg(long, value_enum, default_value_t)]
    sandbox: SandboxName,
    /// A policy that the movie loads itself: xmlsocket://HOST:PORT, or http://… for players before 9.0.124
    #[arg(long, value_name = "URL")]
    load_policy: Vec<String>,
    /// The movie uses `SecureSocket`: TLS, for the policy too
    #[arg(long)]
    secure_socket: bool,
    /// How long the whole attempt may take
    #[arg(long, value_name = "TIME", default_value = "20s", value_parser = lasting)]
    timeout: Duration,
    /// Another master port, for test set-ups: it counts as 843 (silverlight: 943) in every rule
    #[arg(long, value_name = "PORT", value_parser = port)]
    master_port: Option<Port>,
    /// How the report is written
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// One status line with performance data; exit status 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN
    #[arg(long)]
    nagios: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Client {
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
enum Format {
    /// For people
    #[default]
    Human,
    /// For programs; docs/check.schema.json describes it
    Json,
}

/// What keeps a check from running: a message, and what to do.
struct Fault {
    message: String,
    help: String,
}

impl Check {
    pub(super) fn run(self) -> Exit {
        let result = if self.client == Client::Ruffle {
            self.bridge()
        } else {
            self.player()
        };
        result.unwrap_or_else(|fault| self.cannot_run(&fault))
    }

    fn player(&self) -> Result<Exit, Fault> {
        let plan = Plan {
            config: self.config()?,
            target: self.target.clone(),
        };
        let report = self.watched(|watcher| check::run(plan, watcher))?;
        Ok(self.tell(
            report.outcome.verdict,
            || told::human(&report),
            || told::json(&report),
            || told::nagios(&report),
        ))
    }

    fn bridge(&self) -> Result<Exit, Fault> {
        let plan = self.bridge_plan()?;
        let report = self.watched(|watcher| check::run_bridge(plan, watcher))?;
        Ok(self.tell(
            report.verdict,
            || told::human_bridge(&report),
            || told::json_bridge(&report),
            || told::nagios_bridge(&report),
        ))
    }

    /// Runs it with its progress shown; whatever ends it, nothing of that is left on the terminal.
    fn watched<T>(
        &self,
        run: impl FnOnce(check::Watcher<'_>) -> Result<T, Failure>,
    ) -> Result<T, Fault> {
        let progress = Progress::new(!self.nagios && matches!(self.format, Format::Human));
        let result = run(&|what| progress.tell(what));
        drop(progress);
        result.map_err(fault)
    }

    fn tell(
        &self,
        verdict: Verdict,
        human: impl FnOnce() -> String,
        json: impl FnOnce() -> String,
        nagios: impl FnOnce() -> (String, Status),
    ) -> Exit {
        let (text, exit) = if self.nagios {
            let (line, status) = nagios();
            (line, Exit::Status(status.code()))
        } else {
            let text = match self.format {
                Format::Human => human(),
                Format::Json => json(),
            };
            (text, Exit::Status(u8::from(verdict != Verdict::Allowed)))
        };
        match super::print(text.as_bytes()) {
            Exit::Success => exit,
            failed => failed,
        }
    }

    fn cannot_run(&self, fault: &Fault) -> Exit {
        if self.nagios {
            let status = Status::Unknown;
            super::print(status.line(&fault.message, "").as_bytes());
            return Exit::Status(status.code());
        }
        plain_error(&fault.message, &[&fault.help]);
        if fault.message == INTERRUPTED {
            return Exit::Status(130);
        }
        Exit::Usage
    }

    fn config(&self) -> Result<Config, Fault> {
        let (target, port) = self.host_and_port()?;
        let mut config = Config::new(self.sandbox(&target)?, target, port);
        config.client = match self.client {
            Client::Flash => player::Client::Flash,
            Client::Lightspark => player::Client::Lightspark,
            Client::Unity => player::Client::Unity,
            Client::Silverlight => player::Client::Silverlight,
            Client::Ruffle => player::Client::Ruffle,
        };
        config.version = self.player;
        config.master_port = self.master_port;
        config.timeout = self.timeout;
        if self.secure_socket {
            config.socket = player::Socket::Secure;
        }
        config.loaded = self.loaded()?;
        Ok(config)
    }

    fn host_and_port(&self) -> Result<(Host, Port), Fault> {
        let fault = |why: &str| {
            Fault {
            message: format!("`{}` is no target: {why}", self.target),
            help: "write the host and the port that the movie connects to, as in `play.example.com:9339` or `[::1]:9339`".to_owned(),
        }
        };
        let (host, port) = self
            .target
            .rsplit_once(':')
            .filter(|(host, _)| {
                !host.ends_with(':') && (!host.contains(':') || host.starts_with('['))
            })
            .ok_or_else(|| fault("expected HOST:PORT"))?;
        let host = host
            .parse::<Host>()
            .map_err(|error| fault(&error.to_string()))?;
        let port = self::port(port).map_err(|why| fault(&why))?;
        Ok((host, port))
    }

    fn sandbox(&self, target: &Host) -> Result<Sandbox, Fault> {
        Ok(match self.sandbox {
            SandboxName::Remote => Sandbox::Remote(self.origin(target)?),
            SandboxName::LocalWithNetwork => Sandbox::LocalWithNetwork,
            SandboxName::LocalWithFile => Sandbox::LocalWithFile,
            SandboxName::LocalTrusted => Sandbox::LocalTrusted,
            SandboxName::Application => Sandbox::Application,
        })
    }

    fn origin(&self, target: &Host) -> Result<Origin, Fault> {
        let text = self
            .from_url()
            .unwrap_or_else(|| format!("http://{target}/"));
        text.parse()
            .map_err(|error: flash_policy::origin::OriginError| Fault {
                message: format!("`{text}` in --from is no address of a movie: {error}"),
                help: FROM_HELP.to_owned(),
            })
    }

    /// A bare domain is taken as http.
    fn from_url(&self) -> Option<String> {
        let from = self.from.as_ref()?;
        Some(if from.contains("://") {
            from.clone()
        } else {
            format!("http://{from}")
        })
    }

    fn loaded(&self) -> Result<Vec<Location>, Fault> {
        let loaded = self.load_policy.iter().map(|text| {
            text.parse().map_err(|error: player::LocationError| Fault {
                message: format!("`{text}` in --load-policy is no address of a policy: {error}"),
                help: "write it as the movie does, as in `xmlsocket://play.example.com:8080`"
                    .to_owned(),
            })
        });
        loaded.collect()
    }

    fn bridge_plan(&self) -> Result<BridgePlan, Fault> {
        let page = self.from_url().map(|text| {
            Page::read(&text).map_err(|why| Fault {
                message: format!("`{text}` in --from is no address of a page: {why}"),
                help: FROM_HELP.to_owned(),
            })
        });
        let page = page.transpose()?;
        let entries = if self.target.contains("://") {
            let url = ProxyUrl::read(&self.target, None).map_err(|why| self.no_bridge(&why))?;
            vec![Entry { movie: None, url }]
        } else {
            let bytes = self.read_config()?;
            check::entries(&bytes, page.as_ref()).map_err(|fault| self.no_bridge(&fault.message))?
        };
        Ok(BridgePlan {
            target: self.target.clone(),
            entries,
            page,
            timeout: self.timeout,
        })
    }

    fn read_config(&self) -> Result<Vec<u8>, Fault> {
        let read = if self.target == "-" {
            let mut bytes = Vec::new();
            let read = std::io::stdin()
                .lock()
                .take(LARGEST_CONFIG)
                .read_to_end(&mut bytes);
            read.map(|_| bytes)
        } else {
            std::fs::read(&self.target)
        };
        read.map_err(|error| self.no_bridge(&error.to_string()))
    }

    fn no_bridge(&self, why: &str) -> Fault {
        Fault {
            message: format!("`{}` is no bridge: {why}", self.target),
            help: "write a URL like `wss://play.example.com/9339`, or name a JSON file with the page's `socketProxy`".to_owned(),
        }
    }
}

/// The exit after wrong flags: a monitoring system would take 2 for an outage.
pub(super) fn usage(mut arguments: impl Iterator<Item = String>) -> Exit {
    if arguments.any(|argument| argument == "--nagios") {
        Exit::Status(Status::Unknown.code())
    } else {
        Exit::Usage
    }
}

/// Far above what any page has.
const LARGEST_CONFIG: u64 = 1 << 20;

const FROM_HELP: &str =
    "write the address that the movie was loaded from, as in `https://www.example.org/game.swf`";

const INTERRUPTED: &str = "interrupted";

fn port(text: &str) -> Result<Port, String> {
    let number = text
        .parse::<u32>()
        .map_err(|_| format!("expected a port from 1 to 65535, found `{text}`"))?;
    Port::new(number).map_err(|error| error.to_string())
}

fn fault(failure: Failure) -> Fault {
    match failure {
        Failure::Name(name) => Fault {
            message: format!("`{}` has no address: {}", name.name, name.why),
            help: "look at the spelling, and ask for it with `getent ahosts`; a player would give up here too".to_owned(),
        },
        Failure::Interrupted => Fault {
            message: INTERRUPTED.to_owned(),
            help: "nothing can be said of the server".to_owned(),
        },
        Failure::System(error) => Fault {
            message: format!("the check can't run: {error}"),
            help: "look at the limits on open files and processes".to_owned(),
        },
    }
}
