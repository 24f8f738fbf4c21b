//! `flashgate serve`: builds a plan from flags or a config file, and runs the daemon.

use std::path::PathBuf;
use std::sync::Arc;

use clap::{ArgAction, Args};
use flashgate_config::config::{self, ConfigFindings, Loaded, PlanPurpose, PlanRefused};
use flashgate_config::snapshot::{Plan, Violation, Watched};
use flashgate_report::render::PlainError;

use super::addresses;
use super::checked;
use super::detach;
use super::given::GivenValue;
use super::listen;
use super::settings::{LogFormat, SettingFlags, Settings};
use crate::daemon::sandbox::Leftover;
use crate::daemon::{self, EventLoop, HeldSignals, Inherited, Loader};
use crate::exit::Exit;
use crate::log::{self, LineFormat, Verbosity};

/// Serve a socket policy
///
/// Answers policy requests on port 843 of every IPv6 and IPv4 address, or on the addresses in --listen and --gate.
/// SIGTERM, SIGINT and SIGQUIT stop it once every accepted connection has been answered; a second signal stops it at
/// once.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, override_usage = "flashgate serve [OPTIONS]")]
pub(super) struct Serve {
    #[command(flatten)]
    settings: SettingFlags,
    #[command(flatten)]
    run: RunFlags,
}

/// How it runs. These flags have no variable.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an on/off flag")]
struct RunFlags {
    /// Validate the configuration and exit: 0 if valid, 2 if not
    #[arg(long)]
    check: bool,
    /// Take over the listeners of the flashgate process that uses the same path, if there is one. It exits once its
    /// open connections have ended. The next start with this path takes over from this process. Overrides `handover`
    /// in the config file
    #[arg(long, value_name = "PATH")]
    handover: Option<PathBuf>,
    /// Start in the background and exit: 0 once the new process serves, 1 if it fails
    #[arg(long, conflicts_with = "check")]
    detach: bool,
    /// Log every connection
    #[arg(short, long, action = ArgAction::SetTrue, conflicts_with = "quiet")]
    verbose: bool,
    /// Log only warnings, errors, and the lines that say where it listens and that it is ready
    #[arg(short, long, action = ArgAction::SetTrue)]
    quiet: bool,
    /// Kill the process at a system call that the sandbox forbids, instead of refusing the call
    #[arg(long, hide = true)]
    strict_sandbox: bool,
}

const EXAMPLES: &str = "\
Examples:
  flashgate serve --allow '*.example.com:9339'
  flashgate serve --allow 'www.example.com:9339,9400-9410' --listen 127.0.0.1:8430
  flashgate serve --allow 'www.example.com' --gate 9339=127.0.0.1:9340
  flashgate serve --allow 'www.example.com' --gate 9339=127.0.0.1:9340 --bridge 127.0.0.1:8080
  FLASHGATE_ALLOW='www.example.com' FLASHGATE_GATE='9339=127.0.0.1:9340' flashgate serve
  flashgate serve --policy policy.xml
  flashgate serve --config /etc/flashgate/flashgate.toml

Exit codes: 0 stopped by a signal, 1 an address can't be bound, 2 flags, config or policy are wrong, 70 an internal error";

impl Serve {
    pub(super) fn run(self, held: Option<HeldSignals>) -> Exit {
        let Self { settings, run } = self;
        if run.detach {
            drop(held);
            return detach::run();
        }
        detach::wait_until_orphan();
        let leftover = Leftover::note();
        let inherited = match Inherited::from_service_manager() {
            Ok(inherited) => inherited,
            Err(unusable) => {
                return refuse(&unusable.error().into());
            }
        };
        let mut settings = match settings.with_variables() {
            Ok(settings) => settings,
            Err(faults) => return refuse(&faults),
        };
        if settings.listen.value.is_empty() {
            settings.listen.value = listen::default_addresses(&settings, &inherited);
        }
        let serving = ConfiguredServe { settings, run };
        if serving.run.check {
            drop(held);
            return serving.check();
        }
        serving.serve(held, inherited, leftover)
    }
}

/// What to serve, and how.
struct ConfiguredServe {
    settings: Settings,
    run: RunFlags,
}

impl ConfiguredServe {
    fn check(&self) -> Exit {
        match self.load(PlanPurpose::Start) {
            Ok(loaded) => {
                log::print_findings(&loaded.warnings);
                super::print(checked::text(&loaded.plan).as_bytes())
            }
            Err(refused) => refuse(&refused.faults),
        }
    }

    fn serve(
        self,
        held: Option<HeldSignals>,
        inherited: Inherited,
        mut leftover: Leftover,
    ) -> Exit {
        leftover.keep(inherited.descriptors());
        let mut start = match EventLoop::new(held) {
            Ok(start) => start,
            Err(fault) => {
                log::print_findings(&PlainError::new(&fault.to_string(), &[]).into());
                return Exit::System;
            }
        };
        let serve = Arc::new(self);
        let loading = Arc::clone(&serve);
        let mut loaded = match start.unless_stopped(move || loading.load(PlanPurpose::Start)) {
            Ok(Some(Ok(loaded))) => loaded,
            Ok(Some(Err(refused))) => return refuse(&refused.faults),
            Ok(None) => return Exit::Success,
            Err(fault) => {
                let message = format!("can't start a thread: {}", log::reason(&fault));
                log::print_findings(&PlainError::new(&message, &[]).into());
                return Exit::System;
            }
        };
        log::print_findings(&loaded.warnings);
        if serve.run.strict_sandbox {
            loaded.plan.process.violation = Violation::Kill;
        }
        log::start(serve.format(), serve.verbosity());
        let again = Loader::new(move || serve.load(PlanPurpose::Reload));
        daemon::run(start, loaded.plan, again, inherited, &leftover).unwrap_or_else(|not_served| {
            log::print_findings(&not_served.faults);
            not_served.exit
        })
    }

    fn load(&self, purpose: PlanPurpose) -> Result<Loaded, PlanRefused> {
        let mut loaded = match &self.settings.config {
            Some(config) => self.load_config(config, purpose)?,
            None => self.load_flags()?,
        };
        if let Some(path) = &self.run.handover {
            loaded.plan.process.handover = Some(path.clone());
        }
        Ok(loaded)
    }

    /// Reads the config file. Without `[admin]`, the variable's address is used.
    fn load_config(
        &self,
        config: &GivenValue<PathBuf>,
        purpose: PlanPurpose,
    ) -> Result<Loaded, PlanRefused> {
        let mut loaded = config::load(&config.value, purpose).map_err(|refused| PlanRefused {
            faults: config.about_path(refused.faults),
            ..refused
        })?;
        let plan = &mut loaded.plan;
        let admin = self.settings.admin.as_ref();
        if let Some(admin) = admin.filter(|_| plan.admin.is_none()) {
            if let Some(faults) = addresses::beside_config(admin, plan) {
                let watched = std::mem::take(&mut plan.watched);
                return Err(PlanRefused { faults, watched });
            }
            plan.admin = self.settings.admin();
        }
        Ok(loaded)
    }

    fn load_flags(&self) -> Result<Loaded, PlanRefused> {
        let policy = self.settings.policy.iter();
        let policy = policy.map(|policy| Watched::look(policy.value.clone()));
        let watched: Vec<_> = policy.collect();
        match self.settings.plan() {
            Ok((plan, warnings)) => Ok(Loaded {
                plan: Plan { watched, ..plan },
                warnings,
            }),
            Err(faults) => Err(PlanRefused { faults, watched }),
        }
    }

    fn format(&self) -> LineFormat {
        match self.settings.log_format {
            LogFormat::Text => LineFormat::Text,
            LogFormat::Json => LineFormat::Json,
        }
    }

    fn verbosity(&self) -> Verbosity {
        match (self.run.verbose, self.run.quiet) {
            (true, _) => Verbosity::Connections,
            (_, true) => Verbosity::Quiet,
            _ => Verbosity::Normal,
        }
    }
}

fn refuse(faults: &ConfigFindings) -> Exit {
    log::print_findings(faults);
    Exit::Usage
}
