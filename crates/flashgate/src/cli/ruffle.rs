//! `flashgate ruffle`: the Ruffle config for a page, so that its movies reach the gates.

use std::path::PathBuf;
use std::str::FromStr as _;

use clap::Args;
use flash_policy::{Policy, Reply};
use flashgate_config::config::{self, ConfigFindings, PlanPurpose, flags, hosts, own_host};
use flashgate_config::ruffle::Doors;
use flashgate_config::snapshot::{FreePorts, ListenAddress, OwnHost, SetIn};
use flashgate_report::render::{self, PlainError};

use super::gate::{self, GateRange};
use super::given::{self, GivenValue};
use super::settings::{self, PageSettings};
use super::variables::Variables;
use crate::exit::Exit;

/// Print the part of Ruffle's config that connects movies to the gates
///
/// Ruffle can't open sockets. Its page must name a WebSocket for each host and port that movies connect to. A running
/// flashgate serves the same config at /ruffle.js and /ruffle.json, on its gates and on its bridge.
///
/// Without --config and --gate, it reads the variables that `serve` reads: `FLASHGATE_CONFIG`, or `FLASHGATE_GATE` and
/// those of the other flags.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Ruffle {
    /// The config file that flashgate serves; its `hosts` are the names that movies use
    #[arg(long, value_name = "FILE", conflicts_with_all = ["gate", "bridge", "public_url"])]
    config: Option<PathBuf>,
    /// A gate, as passed to `serve`. Can be repeated
    #[arg(long, value_name = "LISTEN=BACKEND")]
    gate: Vec<GateRange>,
    /// The bridge, as passed to `serve`. Can be repeated
    #[arg(long, value_name = "ADDRESS", value_parser = flags::bridge_address)]
    bridge: Vec<ListenAddress>,
    /// The URL at which pages reach the bridge, as passed to `serve`
    #[arg(long, value_name = "URL", value_parser = flags::public_url)]
    public_url: Option<String>,
    /// A name or address that movies use for this machine, spelled exactly as in the movies. Added to the `hosts` of
    /// the config file. Can be repeated
    #[arg(long, value_name = "HOST", value_parser = own_host::parse)]
    host: Vec<OwnHost>,
    /// Print a script for the page instead of JSON
    #[arg(long)]
    js: bool,
    // Flags of `serve` that don't matter here. They are accepted so that a `serve` command line can be reused.
    #[arg(long, hide = true)]
    allow: Vec<String>,
    #[arg(long, hide = true)]
    policy: Option<String>,
    #[arg(long, hide = true)]
    listen: Vec<String>,
    #[arg(long, hide = true)]
    public_port: Option<String>,
    #[arg(long, hide = true)]
    admin: Option<String>,
    #[arg(long, hide = true)]
    log_format: Option<String>,
    #[arg(short, long, hide = true)]
    verbose: bool,
    #[arg(short, long, hide = true)]
    quiet: bool,
}

const EXAMPLES: &str = "\
Examples:
  flashgate ruffle --config /etc/flashgate/flashgate.toml
  flashgate ruffle --gate 9339=127.0.0.1:9340 --host play.example.com --js > ruffle-sockets.js

In the page, after Ruffle's script and after any script that sets its config:
  <script src=\"ruffle-sockets.js\"></script>

Exit codes: 0 printed, 2 flags or config are wrong, or there is nothing to print";

impl Ruffle {
    pub(super) fn run(self) -> Exit {
        let js = self.js;
        match self.doors() {
            Ok((doors, warnings)) => {
                render::to_stderr(&warnings.to_string());
                let text = if js {
                    doors.script(None)
                } else {
                    doors.json(None)
                };
                super::print(text.as_bytes())
            }
            Err(faults) => {
                render::to_stderr(&faults.to_string());
                Exit::Usage
            }
        }
    }

    /// The Ruffle config and warnings.
    fn doors(self) -> Result<(Doors, ConfigFindings), ConfigFindings> {
        let mut variables = Variables::default();
        let config = match (self.config, self.gate.is_empty()) {
            (None, false) => None,
            (config, _) => variables.path(given::CONFIG, config),
        };
        let Some(config) = config else {
            let pages = PageSettings {
                gate: variables
                    .list(given::GATE, self.gate, GateRange::from_str)
                    .each(),
                bridge: variables.list(given::BRIDGE, self.bridge, flags::bridge_address),
                public_url: variables.one(given::PUBLIC_URL, self.public_url, flags::public_url),
                host: variables.list(given::HOST, self.host, own_host::parse),
            };
            variables.finish()?;
            return of_flags(&pages);
        };
        variables.finish()?;
        let bridge = Some(given::BRIDGE).filter(|_| !self.bridge.is_empty());
        let public_url = Some(given::PUBLIC_URL).filter(|_| self.public_url.is_some());
        settings::only_config(&config, bridge.into_iter().chain(public_url))?;
        of_config(&config, self.host)
    }
}

/// The doors of a config file, and of further hosts.
fn of_config(
    path: &GivenValue<PathBuf>,
    more: Vec<OwnHost>,
) -> Result<(Doors, ConfigFindings), ConfigFindings> {
    let loaded = config::load(&path.value, PlanPurpose::Tell);
    let loaded = loaded.map_err(|refused| path.about_path(refused.faults))?;
    let plan = loaded.plan;
    // Nothing is bound, so the free ports are unknown.
    let mut doors = Doors::of(&plan, &FreePorts::default());
    let mut warnings = loaded.warnings;
    if plan.leads_pages_by_host() {
        let is_bridge = plan.bridge.is_some();
        let ports = doors.ports_in_urls();
        // With `hosts` in the config, loading it has already reported these ports.
        let blocked = ports.into_iter().filter(|_| doors.hosts.is_empty());
        let blocked = blocked.filter_map(|port| hosts::blocked(port, is_bridge));
        let local = more.iter();
        let local = local.filter_map(|host| hosts::astray(host, is_bridge));
        warnings = warnings.and(ConfigFindings::without_place(local.chain(blocked)));
    }
    for host in more {
        doors.add_host(host);
    }
    complete(doors, warnings, SetIn::Config)
}

/// The doors of gates and a bridge in flags or variables.
fn of_flags(pages: &PageSettings) -> Result<(Doors, ConfigFindings), ConfigFindings> {
    if pages.gate.value.is_empty() {
        return Err(nothing().into());
    }
    if let Some(fault) = pages.incomplete() {
        return Err(fault.into());
    }
    let policy = Policy::default();
    let reply = Reply::new(&policy);
    let reply = reply.map_err(|error| PlainError::new(&error.to_string(), &[]))?;
    let (plan, found) = pages.plan(gate::listeners(&pages.gate, &policy, &reply));
    if found.any_error() {
        return Err(found);
    }
    let doors = Doors::of(&plan, &FreePorts::default());
    complete(doors, found, pages.gate.set_in())
}

/// The same doors, if there are any.
fn complete(
    doors: Doors,
    warnings: ConfigFindings,
    set_in: SetIn,
) -> Result<(Doors, ConfigFindings), ConfigFindings> {
    if doors.doors.is_empty() {
        return Err(no_door().into());
    }
    if doors.hosts.is_empty() {
        return Err(warnings.and(no_host(set_in)));
    }
    Ok((doors, warnings))
}

fn nothing() -> PlainError {
    PlainError::new(
        "nothing to print: no config file and no gate given",
        &[
            "pass the config file that flashgate serves: `--config /etc/flashgate/flashgate.toml`",
            "or pass a gate: `--gate 9339=127.0.0.1:9340 --host play.example.com`",
        ],
    )
}

fn no_door() -> PlainError {
    PlainError::new(
        "nothing to print: no gate with a known port",
        &[
            "Ruffle needs a gate with `websocket = true`, or `[bridge]`, which reaches every gate",
            "if a gate or the bridge listens on port 0, set `public-port` or `public-url`",
        ],
    )
}

fn no_host(set_in: SetIn) -> PlainError {
    let flag = "pass it as movies spell it: `--host play.example.com`";
    let key = "write `hosts = [\"play.example.com\"]` at the top of the config file, spelled as in the movies";
    let help = match set_in {
        SetIn::Config => &[key, flag][..],
        SetIn::Flag | SetIn::Variable => &[flag],
    };
    PlainError::new(
        "nothing to print: the name that movies use for this machine is missing",
        help,
    )
}
