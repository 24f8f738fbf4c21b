//! `flashgate self-test`: enters the sandbox, then tries what it forbids.

use std::path::PathBuf;

use clap::Args;
use flashgate_config::config::{self, ConfigFindings, PlanPurpose, defaults};
use flashgate_report::render;

use crate::daemon::sandbox::{self, Leftover, Needs};
use crate::exit::Exit;
use crate::log::{self, LineFormat, Verbosity};

/// Enter the sandbox as `serve` does, and try what it forbids and what it must allow. Exits with 0 if each result is as expected
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 each result is as expected, 1 a result is not, or the sandbox can't be entered, \
                  2 the flags or the config are wrong"
)]
pub(super) struct SelfTest {
    /// Use the sandbox settings of this config file; none of its addresses is bound
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl SelfTest {
    pub(super) fn run(self) -> Exit {
        let leftover = Leftover::note();
        let load = |path| config::load(path, PlanPurpose::Start);
        let (process, needs) = match self.config.as_deref().map(load) {
            None => (defaults::process(), Needs::default()),
            Some(Ok(loaded)) => {
                let needs = Needs::of(&loaded.plan, std::iter::empty());
                (loaded.plan.process, needs)
            }
            Some(Err(refused)) => {
                render::to_stderr(&refused.faults.to_string());
                return Exit::Usage;
            }
        };
        log::start(LineFormat::Text, Verbosity::Normal);
        let mut say = |line: &str| {
            super::print(line.as_bytes());
        };
        match sandbox::self_test(&process, &needs, &leftover, &mut say) {
            Ok(true) => Exit::Success,
            Ok(false) => Exit::System,
            Err(fault) => {
                let faults: ConfigFindings = fault.errors().into_iter().collect();
                render::to_stderr(&faults.to_string());
                Exit::System
            }
        }
    }
}
