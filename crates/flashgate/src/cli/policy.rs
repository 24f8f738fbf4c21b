//! `flashgate policy`: the answer to "has anyone an example that works?"

use clap::{Args, ValueEnum};
use flash_policy::Serving;
use flash_policy::write::{self, Layout};

use super::Exit;
use super::allow::{Allow, NoPorts};
use crate::render::{self, Source};

/// Print the policy that the given rules make
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  flashgate policy --pretty --allow '*.example.com:9339,9400-9410'"
)]
pub(super) struct Print {
    #[command(flatten)]
    allow: Allow,
    /// The client it is for
    #[arg(long, value_enum, default_value_t)]
    dialect: Dialect,
    /// An element a line
    #[arg(long)]
    pretty: bool,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Dialect {
    /// Flash Player, Lightspark, Unity's web player
    #[default]
    Flash,
    /// Silverlight and Moonlight (ports 4502 to 4534 only)
    Silverlight,
}

impl Print {
    pub(super) fn run(&self) -> Exit {
        if self.allow.is_empty() {
            render::plain_error(
                "nothing to print: no rule is given",
                &["name who may connect where: `flashgate policy --allow 'www.example.com:9339'`"],
            );
            return Exit::Usage;
        }
        let policy = match self.allow.policy(Err(NoPorts::NoGate)) {
            Ok(policy) => policy,
            Err(faults) => {
                render::to_stderr(&faults);
                return Exit::Usage;
            }
        };
        let layout = if self.pretty {
            Layout::Pretty
        } else {
            Layout::Compact
        };
        let flash = write::flash(&policy, layout);
        let text = match self.dialect {
            Dialect::Flash => {
                let report = flash_policy::lint(flash.as_bytes(), Serving::from_unknown_port());
                let source = Source::new("policy made from --allow", flash.as_bytes());
                render::to_stderr(&render::findings(&report.findings, &source));
                Ok(flash)
            }
            Dialect::Silverlight => write::silverlight(&policy, layout),
        };
        match text {
            Ok(text) => super::print(format!("{text}\n").as_bytes()),
            Err(error) => {
                render::plain_error(
                    &error.to_string(),
                    &["add such a port to the rule, or leave the rule out"],
                );
                Exit::Usage
            }
        }
    }
}
