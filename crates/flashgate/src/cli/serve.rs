//! `flashgate serve`: builds a plan from flags or a config file, and runs the daemon.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{ArgAction, Args, ValueEnum};
use flash_policy::write::{self, Layout};
use flash_policy::{Diagnostic, Policy, Port, Reply};
use flashgate_config::config::policy_file::{self, FileContent, PolicyPort, ServedAt};
use flashgate_config::config::{self, ConfigFindings, Loaded, PlanPurpose, PlanRefused, defaults};
use flashgate_config::confinement;
use flashgate_config::snapshot::ListenAddress;
use flashgate_config::snapshot::{
    AskedBy, Deadlines, ListenTransport, Plan, Served, Service, ServiceKind, ServiceListener,
    Violation, Watched,
};
use flashgate_report::render::PlainError;

use super::allow::{self, Allow};
use super::checked;
use super::detach;
use super::gate::{self, GateFlag};
use super::listen;
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
#[expect(clippy::struct_excessive_bools, reason = "each is an on/off flag")]
#[command(after_help = EXAMPLES, override_usage = "flashgate serve [OPTIONS]")]
pub(super) struct Serve {
    #[command(flatten)]
    allow: Allow,
    /// Serve this policy file unchanged, followed by one NUL
    #[arg(long, value_name = "FILE", conflicts_with = "rules")]
    policy: Option<PathBuf>,
    /// Answer on this address: `843`, `127.0.0.1:843`, `[::1]:843`. Port 0 takes a free port. Can be repeated
    /// [default: the sockets passed by systemd; otherwise, without --gate, port 843 on every address]
    #[arg(long, value_name = "ADDRESS")]
    listen: Vec<ListenAddress>,
    /// Put a gate in front of a server: `9339=127.0.0.1:9340` answers policy requests on port 9339 and forwards
    /// everything else to port 9340, including WebSockets from pages that the policy allows. Can be repeated
    #[arg(long, value_name = "LISTEN=BACKEND")]
    gate: Vec<GateFlag>,
    /// Read all settings from this TOML file instead of the flags above
    #[arg(long, value_name = "FILE", conflicts_with_all = ["rules", "policy", "listen", "gate"])]
    config: Option<PathBuf>,
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
    /// The log format on standard error
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    log_format: LogFormat,
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
  flashgate serve --policy policy.xml
  flashgate serve --config /etc/flashgate/flashgate.toml

Exit codes: 0 stopped by a signal, 1 an address can't be bound, 2 flags, config or policy are wrong, 70 an internal error";

/// The port that players ask first, on every address.
const EVERYWHERE: ListenAddress = ListenAddress::Everywhere { port: 843 };

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum LogFormat {
    /// One line per event, readable
    #[default]
    Text,
    /// One JSON object per line
    Json,
}

impl Serve {
    pub(super) fn run(mut self, held: Option<HeldSignals>) -> Exit {
        if self.detach {
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
        if self.listen.is_empty() {
            self.listen = self.default_addresses(&inherited);
        }
        if self.check {
            drop(held);
            return match self.load(PlanPurpose::Start) {
                Ok(loaded) => {
                    log::print_findings(&loaded.warnings);
                    super::print(checked::text(&loaded.plan).as_bytes())
                }
                Err(refused) => refuse(&refused.faults),
            };
        }
        self.serve(held, inherited, leftover)
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
        if serve.strict_sandbox {
            loaded.plan.process.violation = Violation::Kill;
        }
        log::start(serve.format(), serve.verbosity());
        let again = Loader::new(move || serve.load(PlanPurpose::Reload));
        daemon::run(start, loaded.plan, again, inherited, &leftover).unwrap_or_else(|not_served| {
            log::print_findings(&not_served.faults);
            not_served.exit
        })
    }

    /// The inherited addresses that no gate uses. Without any, and without gates, port 843.
    fn default_addresses(&self, inherited: &Inherited) -> Vec<ListenAddress> {
        let mut addresses = inherited.addresses();
        addresses.retain(|address| !self.gate.iter().any(|gate| gate.takes(*address)));
        if addresses.is_empty() && self.gate.is_empty() {
            addresses.push(EVERYWHERE);
        }
        addresses
    }

    fn load(&self, purpose: PlanPurpose) -> Result<Loaded, PlanRefused> {
        let mut loaded = self.load_as_written(purpose)?;
        if let Some(path) = &self.handover {
            loaded.plan.process.handover = Some(path.clone());
        }
        Ok(loaded)
    }

    fn load_as_written(&self, purpose: PlanPurpose) -> Result<Loaded, PlanRefused> {
        if let Some(path) = &self.config {
            return config::load(path, purpose);
        }
        let policy = self.policy.iter().cloned();
        let watched: Vec<_> = policy.map(Watched::look).collect();
        match self.plan_of_flags() {
            Ok((plan, warnings)) => Ok(Loaded {
                plan: Plan { watched, ..plan },
                warnings,
            }),
            Err(faults) => Err(PlanRefused { faults, watched }),
        }
    }

    /// Builds a plan without the watched files, and warnings.
    fn plan_of_flags(&self) -> Result<(Plan, ConfigFindings), ConfigFindings> {
        let overlaps = listen::overlaps(&self.listen).into_iter();
        let gates = gate::faults(&self.gate, &self.listen);
        let faults: ConfigFindings = overlaps.chain(gates).collect();
        if !faults.is_empty() {
            return Err(faults);
        }
        let (policy, reply, warnings) = match &self.policy {
            Some(path) => self.file_reply(path)?,
            None if self.allow.rules.is_empty() => return Err(nothing_to_serve().into()),
            None => self.rules_reply()?,
        };
        let on_ports = listen::unasked(&self.listen, &policy).into_iter();
        let on_ports = on_ports.chain(gate::blocked(&self.gate));
        let plan = Plan {
            listeners: self.listeners(&policy, reply),
            limits: defaults::limits(),
            process: defaults::process(),
            admin: None,
            bridge: None,
            certificates: Vec::new(),
            transport: ListenTransport::Clear,
            hosts: Vec::new(),
            watched: Vec::new(),
        };
        Ok((plan, warnings.and(ConfigFindings::without_place(on_ports))))
    }

    /// Creates the listeners. All addresses serve the same policy.
    fn listeners(&self, policy: &Policy, reply: Reply) -> Vec<ServiceListener> {
        let gates = gate::listeners(&self.gate, policy, &reply);
        let listener = ServiceListener {
            addresses: self.listen.clone(),
            asked_by: AskedBy::ListenFlag,
            service: Arc::new(Service::new(
                ServiceKind::Policy(Served {
                    name: defaults::POLICY.to_owned(),
                    reply,
                }),
                Vec::new(),
                None,
                Deadlines::from(&defaults::limits()),
            )),
        };
        let listener = Some(listener).filter(|listener| !listener.addresses.is_empty());
        listener.into_iter().chain(gates).collect()
    }

    fn file_reply(&self, path: &Path) -> Result<(Policy, Reply, ConfigFindings), ConfigFindings> {
        let name = path.display().to_string();
        let content = policy_file::read(path).map_err(|error| {
            let reason = log::reason(&error);
            let help = confinement::explain_read(path, &error);
            let help = help.or_else(|| config::missing(&error));
            let message = format!("can't read the policy file {name}: {reason}");
            PlainError::new(&message, help.as_deref().as_slice())
        })?;
        let mut warnings = ConfigFindings::default();
        warnings.add(&name, &content.bytes, self.judge(&content));
        let warnings = unless_error(warnings)?;
        Reply::from_file_unchecked(&content.bytes)
            .map(|reply| {
                (
                    policy_file::policy(&content.bytes).unwrap_or_default(),
                    reply,
                    warnings,
                )
            })
            .map_err(|error| PlainError::new(&format!("{name}: {error}"), &[]).into())
    }

    fn rules_reply(&self) -> Result<(Policy, Reply, ConfigFindings), ConfigFindings> {
        let gates = gate::ports(&self.gate);
        let gates = gates.as_deref().map_err(|reason| *reason);
        let policy = allow::policy(&self.allow.rules, gates)?;
        let text = write::flash_unchecked(&policy, Layout::Compact);
        let found = self.judge(&FileContent::made(text.clone()));
        let mut warnings = ConfigFindings::default();
        allow::add(&mut warnings, found, &text, &self.allow.rules);
        let warnings = unless_error(warnings)?;
        let reply = Reply::new(&policy);
        let reply = reply.map_err(|error| PlainError::new(&error.to_string(), &[]))?;
        Ok((policy, reply, warnings))
    }

    /// Lints the policy for the ports that serve it.
    fn judge(&self, content: &FileContent) -> Vec<Diagnostic> {
        let gates = self.gate.iter().map(|gate| gate.listen);
        let addresses = self.listen.iter().copied().chain(gates);
        let gates = gate::ports(&self.gate).ok();
        let gates = gates.filter(|_| self.listen.is_empty());
        let gates = gates.map(|ports| {
            let servers = self.gate.iter().map(GateFlag::server_port);
            Arc::new(ports.into_iter().zip(servers).collect())
        });
        content.judge(&ServedAt::new(addresses.map(dialled).collect(), gates))
    }

    fn format(&self) -> LineFormat {
        match self.log_format {
            LogFormat::Text => LineFormat::Text,
            LogFormat::Json => LineFormat::Json,
        }
    }

    fn verbosity(&self) -> Verbosity {
        match (self.verbose, self.quiet) {
            (true, _) => Verbosity::Connections,
            (_, true) => Verbosity::Quiet,
            _ => Verbosity::Normal,
        }
    }
}

/// All findings, as an error if one of them is an error.
fn unless_error(findings: ConfigFindings) -> Result<ConfigFindings, ConfigFindings> {
    if findings.any_error() {
        Err(findings)
    } else {
        Ok(findings)
    }
}

fn refuse(faults: &ConfigFindings) -> Exit {
    log::print_findings(faults);
    Exit::Usage
}

fn nothing_to_serve() -> PlainError {
    PlainError::new(
        "nothing to serve: no policy given",
        &[
            "allow a domain and its ports: `flashgate serve --allow 'www.example.com:9339'`",
            "or serve a policy file: `flashgate serve --policy policy.xml`",
        ],
    )
}

/// The port that players connect to, as far as it is known before binding.
fn dialled(address: ListenAddress) -> PolicyPort {
    let port = Port::new(u32::from(address.port()));
    port.map_or(PolicyPort::Unknown, PolicyPort::Presumably)
}
