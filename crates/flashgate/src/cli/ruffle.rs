//! `flashgate ruffle`: what a page tells Ruffle, so that movies on it reach the gates.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Args;
use flashgate_config::config::{self, ConfigFindings, PlanPurpose, hosts};
use flashgate_config::ruffle::{Doors, MoviePort, WebSocketScheme, WebSocketTarget};
use flashgate_config::snapshot::{FreePorts, OwnHost};
use flashgate_report::render::{self, PlainError};

use super::gate::GateFlag;
use crate::exit::Exit;

/// Print the part of Ruffle's config that leads movies to the gates
///
/// Ruffle opens no sockets: its page must name a WebSocket for each host and port that movies connect to. A running
/// flashgate tells pages the same at /ruffle.js and /ruffle.json, on its gates and on its bridge.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Ruffle {
    /// The config file that is served; its `hosts` are the names that movies use
    #[arg(long, value_name = "FILE", conflicts_with = "gate")]
    config: Option<PathBuf>,
    /// A gate that is served, as `serve` has it. May be given several times
    #[arg(long, value_name = "LISTEN=BACKEND")]
    gate: Vec<GateFlag>,
    /// A name or address that movies use for this machine, spelt as they spell it; beside those of the config file. May be
    /// given several times
    #[arg(long, value_name = "HOST")]
    host: Vec<OwnHost>,
    /// Print a script for the page rather than JSON
    #[arg(long)]
    js: bool,
    // What else `serve` takes says nothing about pages, and may stand in a command line that was made from one of its.
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

In the page, behind Ruffle's script and behind whatever sets its config:
  <script src=\"ruffle-sockets.js\"></script>";

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

    /// The doors, and warnings.
    fn doors(self) -> Result<(Doors, ConfigFindings), ConfigFindings> {
        let (mut doors, by_host, bridged, mut warnings) = match &self.config {
            Some(path) => {
                let loaded =
                    config::load(path, PlanPurpose::Tell).map_err(|refused| refused.faults)?;
                // Nothing is bound, so which free ports there will be is not known.
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
            // Those in a config with `hosts` have been told with it.
            let blocked = ports.into_iter().filter(|_| doors.hosts.is_empty());
            let blocked = blocked.filter_map(|port| hosts::blocked(port, bridged));
            let found = self.host.iter().filter_map(hosts::astray).chain(blocked);
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

/// One for each port; a gate has as many flags as addresses.
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
            "nothing to print: expected a gate, found neither a config file nor a flag",
            &[
                "name the config file that is served: `--config /etc/flashgate/flashgate.toml`",
                "or a gate: `--gate 9339=127.0.0.1:9340 --host play.example.com`",
            ],
        );
    }
    PlainError::new(
        "nothing to print: expected a gate on a port that is known, found none",
        &[
            "Ruffle reaches the ports of gates that take WebSockets, and every gate over `[bridge]`",
            "where a gate or the bridge listens on port 0, write what pages reach: `public-port`, `public-url`",
        ],
    )
}

fn no_host(config: bool) -> PlainError {
    let flag = "pass it as movies spell it: `--host play.example.com`";
    let key =
        "write `hosts = [\"play.example.com\"]` at the top of the config file, spelt as in movies";
    let help = if config { &[key, flag][..] } else { &[flag] };
    PlainError::new(
        "nothing to print: expected the name that movies use for this machine, found none",
        help,
    )
}
