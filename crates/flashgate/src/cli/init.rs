//! `flashgate init`: prints a config for a situation, ready to run, or what goes with it.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;
use flashgate_config::config::{self, ConfigFindings};
use flashgate_config::snapshot::{ListenAddress, OwnHost};
use flashgate_report::render::{self, PlainError};

use crate::exit::Exit;

mod compose;
mod config_file;
mod container;
mod output;
mod page;
mod planned_gate;
mod preset;
mod situation;
mod systemd;
mod websockify;

use planned_gate::GateArgument;
use preset::Preset;
use situation::{Described, Servers, Situation};

/// Print a config file for your situation, with comments
///
/// Nothing is written unless `--output` names a file, and no file is overwritten without `--force`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an on/off flag")]
#[command(after_help = EXAMPLES, override_usage = "flashgate init --domain DOMAIN [OPTIONS]")]
pub(super) struct Init {
    /// A website whose Flash content or pages may connect: `www.example.com`, `*.example.com`. Without gates, also
    /// the ports: `www.example.com:9339`. Can be repeated
    #[arg(long, value_name = "DOMAIN[:PORTS]")]
    domain: Vec<String>,
    /// A gate in front of a server: `9339=127.0.0.1:9340`, as for `serve`. Can be repeated
    #[arg(long, value_name = "LISTEN=BACKEND")]
    gate: Vec<GateArgument>,
    /// A name or address that Flash content uses for this machine, spelled as in the movies. Can be repeated
    #[arg(long, value_name = "HOST")]
    host: Vec<OwnHost>,
    /// Accept TLS too, with fullchain.pem and privkey.pem in this folder
    /// [default: /etc/letsencrypt/live/HOST]
    #[arg(long, value_name = "FOLDER", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    tls: Option<OsString>,
    /// Add the gates of a known server
    #[arg(long, value_enum, value_name = "NAME")]
    preset: Option<Preset>,
    /// Make a gate of each line of websockify's token file, or of each file in a folder, so that pages with
    /// `?token=NAME` keep working
    #[arg(long, value_name = "TOKENFILE", conflicts_with_all = ["gate", "preset"])]
    from_websockify: Option<PathBuf>,
    /// The address of the bridge, one port for the WebSockets of every gate
    /// [default with --from-websockify: 8080]
    #[arg(long, value_name = "ADDRESS")]
    bridge: Option<ListenAddress>,
    /// Print a Compose file for containers instead. The backend of a gate is then the name of its service:
    /// `9339=game:9339`
    #[arg(long, group = "form", conflicts_with_all = ["tls", "from_websockify"])]
    compose: bool,
    /// Print a drop-in for flashgate.socket instead, so that systemd opens the ports of the gates
    #[arg(long, group = "form")]
    systemd: bool,
    /// Print the lines for a page with Ruffle instead
    #[arg(long, group = "form")]
    page: bool,
    /// Write to this file
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Overwrite the file
    #[arg(long, requires = "output")]
    force: bool,
}

const EXAMPLES: &str = "\
Examples:
  flashgate init --domain www.example.com --gate 9339=127.0.0.1:9340 --host play.example.com
  flashgate init --domain www.example.com --preset houdini --output flashgate.toml
  flashgate init --domain www.example.com --from-websockify tokens.cfg --bridge 8080
  flashgate init --domain www.example.com --gate 9339=game:9339 --compose

Exit codes: 0 printed or written, 1 the file can't be written, 2 the arguments are wrong";

/// What is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum InitForm {
    Config,
    Compose,
    Systemd,
    Page,
}

impl Init {
    pub(super) fn run(self) -> Exit {
        let (output, force) = (self.output.clone(), self.force);
        match self.text() {
            Ok(text) => match output {
                Some(path) if path.as_os_str() != "-" => output::write(&path, &text, force),
                Some(_) | None => super::print(text.as_bytes()),
            },
            Err(faults) => {
                render::to_stderr(&faults.to_string());
                Exit::Usage
            }
        }
    }

    fn form(&self) -> InitForm {
        match (self.compose, self.systemd, self.page) {
            (true, _, _) => InitForm::Compose,
            (_, true, _) => InitForm::Systemd,
            (_, _, true) => InitForm::Page,
            _ => InitForm::Config,
        }
    }

    fn text(self) -> Result<String, ConfigFindings> {
        let form = self.form();
        if self.is_empty() {
            return Err(nothing_given().into());
        }
        let situation = Situation::new(Described {
            domain: self.domain,
            gate: self.gate,
            host: self.host,
            tls: self.tls,
            preset: self.preset,
            from_websockify: self.from_websockify,
            bridge: self.bridge,
            servers: if form == InitForm::Compose {
                Servers::InContainers
            } else {
                Servers::Here
            },
        })?;
        Ok(match form {
            InitForm::Config => checked(config_file::text(&situation))?,
            InitForm::Compose => compose::text(&situation)?,
            InitForm::Systemd => {
                let text = systemd::text(&situation)?;
                checked(config_file::text(&situation))?;
                text
            }
            InitForm::Page => {
                let text = page::text(&situation)?;
                checked(config_file::text(&situation))?;
                text
            }
        })
    }

    /// Whether nothing says what the config is for.
    fn is_empty(&self) -> bool {
        let gates = self.gate.is_empty() && self.preset.is_none() && self.from_websockify.is_none();
        self.domain.is_empty() && gates
    }
}

/// The config, unless `serve` would refuse it.
fn checked(text: String) -> Result<String, ConfigFindings> {
    let findings = config::mistakes(text.as_bytes());
    if findings.any_error() {
        return Err(findings);
    }
    Ok(text)
}

fn nothing_given() -> PlainError {
    PlainError::new(
        "nothing to print: expected at least a website whose content may connect",
        &[
            "with a server of yours: `flashgate init --domain www.example.com --gate 9339=127.0.0.1:9340`",
            "with a known server: `flashgate init --domain www.example.com --preset houdini`",
        ],
    )
}
