//! `flashgate policy`: prints a policy that works, from rules or from a config file.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use flash_policy::write::{self, Layout, SilverlightError};
use flash_policy::{Policy, Serving};
use flashgate_config::config::{self, ConfigFindings};
use flashgate_report::render::{self, PlainError};

use super::allow::{self, NoPorts};
use crate::exit::Exit;

/// Print the policy made from rules or a config file
///
/// A policy file named in a config file is printed as flashgate understands it: without comments, and without
/// what has no effect.
///
/// `site-control` is printed only if players reach one of the policy's listeners on port 843.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, override_usage = "flashgate policy [OPTIONS]")]
pub(super) struct Print {
    /// Allow content from DOMAIN to connect to PORTS
    ///
    /// DOMAIN is a host name, an address, `*.example.com` (which covers example.com too) or `*`. PORTS is a list such
    /// as `9339,9400-9410`, or `*`. Can be repeated.
    #[arg(long = "allow", value_name = "DOMAIN:PORTS")]
    rules: Vec<String>,
    /// Print a policy of this config file, read and checked as `serve` does
    #[arg(long, value_name = "FILE", conflicts_with = "rules")]
    config: Option<PathBuf>,
    /// The name of the policy in the config file. Optional if there is only one
    #[arg(long, value_name = "NAME", requires = "config")]
    name: Option<String>,
    /// The client that the policy is for
    #[arg(long, value_enum, default_value_t)]
    dialect: Dialect,
    /// Print one element per line
    #[arg(long)]
    pretty: bool,
}

const EXAMPLES: &str = "\
Examples:
  flashgate policy --pretty --allow '*.example.com:9339,9400-9410'
  flashgate policy --pretty --config /etc/flashgate/flashgate.toml --name default

Exit codes: 0 printed, 2 flags, config or policy are wrong";

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Dialect {
    /// Flash Player, Lightspark, Unity's web player
    #[default]
    Flash,
    /// Silverlight and Moonlight (only ports 4502 to 4534)
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

    /// Builds the text, and prints warnings to standard error.
    fn text(&self) -> Result<String, ConfigFindings> {
        let policy = match &self.config {
            Some(path) => configured(path, self.name.as_deref())?,
            None if self.rules.is_empty() => return Err(nothing_to_print().into()),
            None => allow::policy(&self.rules, Err(NoPorts::NotServed))?,
        };
        if self.dialect == Dialect::Flash {
            render::to_stderr(&self.judged(&policy).to_string());
        }
        match self.dialect {
            Dialect::Flash => Ok(write::flash_unchecked(&policy, self.layout())),
            Dialect::Silverlight => write::silverlight(&policy, self.layout()).map_err(|error| {
                let help = matches!(error, SilverlightError::NoPorts { .. })
                    .then_some("add a port from 4502 to 4534 to the rule, or remove the rule");
                PlainError::new(&error.to_string(), help.as_slice()).into()
            }),
        }
    }

    /// The findings for the printed policy, with places in the flags or in the printed text.
    fn judged(&self, policy: &Policy) -> ConfigFindings {
        let text = write::flash_unchecked(policy, self.layout());
        let found = flash_policy::lint(text.as_bytes(), Serving::from_unknown_port()).findings;
        let mut findings = ConfigFindings::default();
        if self.config.is_some() {
            findings.add(&"policy as printed", text.as_bytes(), found);
        } else {
            allow::add(&mut findings, found, &text, &self.rules);
        }
        findings
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
        "nothing to print: no rules and no config file given",
        &[
            "allow a domain and its ports: `flashgate policy --allow 'www.example.com:9339'`",
            "or pass a config file: `flashgate policy --config /etc/flashgate/flashgate.toml`",
        ],
    )
}

/// Reads a policy from a config file.
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
            &format!("{} has no policy named `{name}`", path.display()),
            &[&format!("its policies are {names}")],
        )
        .into()),
        (_, _, _) => Err(PlainError::new(
            &format!("{} has several policies; pass `--name`", path.display()),
            &[&format!("use one of {names}")],
        )
        .into()),
    }
}
