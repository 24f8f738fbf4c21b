//! `flashgate ruffle`: the Ruffle config for a page, so that its movies reach the gates.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Args;
use flashgate_config::config::{self, ConfigFindings, PlanPurpose, hosts};
use flashgate_config::ruffle::{Doors, MoviePort, WebSocketScheme, WebSocketTarget};
use flashgate_config::snapshot::{FreePorts, OwnHost};
use flashgate_report::render::{self, PlainError};

use super::gate::GateFlag;
use crate::exit::Exit;

/// Print the part of Ruffle's config that connects movies to the gates
///
/// Ruffle can't open sockets. Its page must name a WebSocket for each host and port that movies connect to. A running
/// flashgate serves the same config at /ruffle.js and /ruffle.json, on its gates and on its bridge.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Ruffle {
    /// The config file that flashgate serves; its `hosts` are the names that movies use
    #[arg(long, value_name = "FILE", conflicts_with = "gate")]
    config: Option<PathBuf>,
    /// A gate, as passed to `serve`. Can be repeated
    #[arg(long, value_name = "LISTEN=BACKEND")]
    gate: Vec<GateFlag>,
    /// A name or address that movies use for this machine, spelled exactly as in the movies. Added to the `hosts` of
    /// the config file. Can be repeated
    #[arg(long, value_name = "HOST")]
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
        let (mut doors, by_host, bridged, mut warnings) = match &self.config {
            Some(path) => {
                let loaded =
                    config::load(path, PlanPurpose::Tell).map_err(|refused| refused.faults)?;
                // Nothing is bound, so the free ports are unknown.
                let doors = Doors::of(&loaded.plan, &FreePorts::default());
                let by_host = loaded.plan.leads_pages_by_host();
                (
                    doors,
                    by_host,
                    loaded.plan.bridge.is_some(),
                    loaded.warnings,
                )
            }
            None => (
                Doors::at(doors(&self.gate)),
                true,
                false,
                ConfigFindings::default(),
            ),
        };
        if by_host {
            let ports = doors.ports_in_urls();
            // With `hosts` in the config, loading it has already reported these ports.
            let blocked = ports.into_iter().filter(|_| doors.hosts.is_empty());
            let blocked = blocked.filter_map(|port| hosts::blocked(port, bridged));
            let local = self.host.iter();
            let local = local.filter_map(|host| hosts::astray(host, bridged));
            let found = local.chain(blocked);
            warnings = warnings.and(ConfigFindings::without_place(found));
        }
        for host in self.host {
            doors.add_host(host);
        }
        if doors.doors.is_empty() {
            return Err(no_door(self.config.is_none() && self.gate.is_empty()).into());
        }
        if doors.hosts.is_empty() {
            return Err(warnings.and(no_host(self.config.is_some())));
        }
        Ok((doors, warnings))
    }
}

/// One entry per port, even if a gate has several addresses.
fn doors(gates: &[GateFlag]) -> Vec<MoviePort> {
    let mut doors: Vec<MoviePort> = gates.iter().filter_map(door).collect();
    let mut seen = BTreeSet::new();
    doors.retain(|door| seen.insert(door.port));
    doors
}

fn door(flag: &GateFlag) -> Option<MoviePort> {
    let port = flag.listen.port();
    let way = WebSocketTarget::own_port(port, WebSocketScheme::Ws);
    (port != 0).then_some(MoviePort { port, way })
}

fn no_door(nothing_given: bool) -> PlainError {
    if nothing_given {
        return PlainError::new(
            "nothing to print: no config file and no gate given",
            &[
                "pass the config file that flashgate serves: `--config /etc/flashgate/flashgate.toml`",
                "or pass a gate: `--gate 9339=127.0.0.1:9340 --host play.example.com`",
            ],
        );
    }
    PlainError::new(
        "nothing to print: no gate with a known port",
        &[
            "Ruffle needs a gate with `websocket = true`, or `[bridge]`, which reaches every gate",
            "if a gate or the bridge listens on port 0, set `public-port` or `public-url`",
        ],
    )
}

fn no_host(config: bool) -> PlainError {
    let flag = "pass it as movies spell it: `--host play.example.com`";
    let key = "write `hosts = [\"play.example.com\"]` at the top of the config file, spelled as in the movies";
    let help = if config { &[key, flag][..] } else { &[flag] };
    PlainError::new(
        "nothing to print: the name that movies use for this machine is missing",
        help,
    )
}
