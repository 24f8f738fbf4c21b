//! `flashgate policy`: the answer to "has anyone an example that works?"

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use flash_policy::write::{self, Layout};
use flash_policy::{Policy, Serving};
use flashgate_config::config::{self, ConfigFindings};
use flashgate_report::render::{self, PlainError, Source};

use super::allow::{self, NoPorts};
use crate::exit::Exit;

/// Print the policy that rules or a config file make
///
/// It is printed as it is made from rules; a policy file that a config file names is printed as it is understood, without
/// comments and faults. `site-control` is printed if players connect to one of the policy's listeners on
/// port 843.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, override_usage = "flashgate policy [OPTIONS]")]
pub(super) struct Print {
    /// Let movies from DOMAIN connect to PORTS
    ///
    /// DOMAIN is a host name, an address, `*.example.com` (which covers example.com too) or `*`. PORTS is a list such
    /// as `9339,9400-9410`, or `*`. May be given several times; rules add up.
    #[arg(long = "allow", value_name = "DOMAIN:PORTS")]
    rules: Vec<String>,
    /// Print a policy of this config file, which is read and judged as for `serve`
    #[arg(long, value_name = "FILE", conflicts_with = "rules")]
    config: Option<PathBuf>,
    /// Which of the config file's policies; may be left out where there is one only
    #[arg(long, value_name = "NAME", requires = "config")]
    name: Option<String>,
    /// The client it is for
    #[arg(long, value_enum, default_value_t)]
    dialect: Dialect,
    /// An element a line
    #[arg(long)]
    pretty: bool,
}

/// What a policy made from flags is called.
const MADE: &str = "policy made from --allow";

const EXAMPLES: &str = "\
Examples:
  flashgate policy --pretty --allow '*.example.com:9339,9400-9410'
  flashgate policy --pretty --config /etc/flashgate/flashgate.toml --name default";

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Dialect {
    /// Flash Player, Lightspark, Unity's web player
    #[default]
    Flash,
    /// Silverlight and Moonlight (ports 4502 to 4534 only)
    Silverlight,
}

impl Print {
    pub(super) fn run(&self) -> Exit {
        match self.text() {
            Ok(text) => super::print(format!("{text}\n").as_bytes()),
            Err(faults) => {
                render::to_stderr(&faults.to_string());
                Exit::Usage
            }
        }
    }

    /// Warnings are shown on the way.
    fn text(&self) -> Result<String, ConfigFindings> {
        let policy = match &self.config {
            Some(path) => configured(path, self.name.as_deref())?,
            None if self.rules.is_empty() => return Err(nothing_to_print().into()),
            None => allow::policy(&self.rules, Err(NoPorts::NotServed))?,
        };
        if self.dialect == Dialect::Flash {
            let name = self.config.as_ref().map_or(MADE, |_| "policy as printed");
            render::to_stderr(&judged(name, &policy, self.layout()));
        }
        match self.dialect {
            Dialect::Flash => Ok(write::flash(&policy, self.layout())),
            Dialect::Silverlight => write::silverlight(&policy, self.layout()).map_err(|error| {
                let help = "add such a port to the rule, or leave the rule out";
                PlainError::new(&error.to_string(), &[help]).into()
            }),
        }
    }

    fn layout(&self) -> Layout {
        if self.pretty {
            Layout::Pretty
        } else {
            Layout::Compact
        }
    }
}

fn nothing_to_print() -> PlainError {
    PlainError::new(
        "nothing to print: no rule is given, and no config file",
        &[
            "allow a domain and its ports: `flashgate policy --allow 'www.example.com:9339'`",
            "or a config file: `flashgate policy --config /etc/flashgate/flashgate.toml`",
        ],
    )
}

/// What is to be said of rules that are served somewhere, in the places of what is printed.
fn judged(name: &str, policy: &Policy, layout: Layout) -> String {
    let text = write::flash(policy, layout);
    let report = flash_policy::lint(text.as_bytes(), Serving::from_unknown_port());
    let source = Source::new(name, text.as_bytes());
    render::findings(&report.findings, &source)
}

/// A policy of a config file.
fn configured(path: &Path, name: Option<&str>) -> Result<Policy, ConfigFindings> {
    let policies = config::policies(path)?;
    let names: Vec<_> = policies
        .iter()
        .map(|(name, _)| format!("`{name}`"))
        .collect();
    let names = names.join(", ");
    let wanted = |(other, _): &(String, Policy)| name.is_none_or(|name| name == other);
    let mut chosen = policies.into_iter().filter(wanted);
    match (chosen.next(), chosen.next(), name) {
        (Some((_, policy)), None, _) => Ok(policy),
        (None, _, Some(name)) => Err(PlainError::new(
            &format!(
                "expected the name of a policy in {}, found `{name}`",
                path.display()
            ),
            &[&format!("it has {names}")],
        )
        .into()),
        (_, _, _) => Err(PlainError::new(
            &format!(
                "expected `--name` beside several policies in {}, found none",
                path.display()
            ),
            &[&format!("name one of {names}")],
        )
        .into()),
    }
}
