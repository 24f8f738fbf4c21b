//! Builds a plan from flags and variables. Nothing here binds.

use std::path::PathBuf;
use std::sync::Arc;

use flash_policy::write::{self, Layout};
use flash_policy::{Diagnostic, Policy, Port, Profile, Reply};
use flashgate_config::config::flags::{self, BridgeFlags};
use flashgate_config::config::policy_file::{self, FileContent, PolicyPort, ServedAt};
use flashgate_config::config::{self, ConfigFindings, defaults};
use flashgate_config::confinement;
use flashgate_config::snapshot::{
    Admin, AskedBy, Deadlines, ListenAddress, ListenTransport, Plan, Served, Service, ServiceKind,
    ServiceListener,
};
use flashgate_report::render::PlainError;

use super::gate::{self, GateFlag};
use super::given::{GivenBy, GivenValue};
use super::settings::{PageSettings, Settings};
use super::{addresses, allow, listen};
use crate::log;

impl Settings {
    /// Builds a plan without the watched files, and warnings.
    pub(super) fn plan(&self) -> Result<(Plan, ConfigFindings), ConfigFindings> {
        let incomplete = self.pages.incomplete().into_iter();
        let incomplete: ConfigFindings = incomplete.chain(self.incomplete()).collect();
        let faults = addresses::faults(self).and(incomplete);
        if !faults.is_empty() {
            return Err(faults);
        }
        let (policy, reply, warnings) = match &self.policy {
            Some(path) => self.file_reply(path)?,
            None if self.allow.value.is_empty() => return Err(nothing_to_serve().into()),
            None => self.rules_reply()?,
        };
        let listeners = self.listeners(&policy, reply);
        let (mut plan, found) = self.pages.plan(listeners);
        plan.admin = self.admin();
        let on_ports = self.unasked(&policy).into_iter();
        let gates = &self.pages.gate.value;
        let on_ports = on_ports.chain(gate::blocked(gates));
        let on_ports = on_ports.chain(gate::unopened(
            gates,
            &policy,
            !self.listen.value.is_empty(),
        ));
        let warnings = warnings.and(ConfigFindings::without_place(on_ports));
        let found = unless_error(warnings.and(found))?;
        Ok((plan, found))
    }

    /// The admin address that flags or variables set.
    pub(super) fn admin(&self) -> Option<Admin> {
        let admin = self.admin.as_ref()?;
        Some(Admin {
            address: admin.value,
            probes: None,
            set_in: admin.set_in(),
        })
    }

    /// An error for a public port without a policy port.
    fn incomplete(&self) -> Option<PlainError> {
        let port = self.public_port.as_ref();
        let port = port.filter(|_| self.listen.value.is_empty())?;
        let name = port.name();
        let message = format!("`{name}` is for policy ports, and there are only gates");
        let help = "set `public-port` of a gate in a config file, or listen on a policy port";
        Some(PlainError::new(&message, &[help]))
    }

    fn unasked(&self, policy: &Policy) -> Vec<Diagnostic> {
        match &self.public_port {
            // The operator knows which port players use.
            Some(_) => Vec::new(),
            None => listen::unasked(&self.listen, policy),
        }
    }

    /// Creates the listeners. All addresses serve the same policy.
    fn listeners(&self, policy: &Policy, reply: Reply) -> Vec<ServiceListener> {
        let gates = gate::listeners(&self.pages.gate, policy, &reply);
        let listener = ServiceListener {
            addresses: self.listen.value.clone(),
            asked_by: AskedBy::Listen(self.listen.set_in()),
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

    fn file_reply(
        &self,
        given: &GivenValue<PathBuf>,
    ) -> Result<(Policy, Reply, ConfigFindings), ConfigFindings> {
        let path = &given.value;
        let name = path.display().to_string();
        let content = policy_file::read(path).map_err(|error| {
            let reason = log::reason(&error);
            let help = confinement::explain_read(path, &error);
            let help = help.or_else(|| config::missing(&error));
            let message = format!("can't read the policy file {name}: {reason}");
            let help = help.into_iter().chain(given.where_set());
            help.fold(PlainError::new(&message, &[]), PlainError::help)
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
        let gates = gate::ports(&self.pages.gate.value);
        let gates = gates.as_deref().map_err(|reason| *reason);
        let policy = allow::policy(&self.allow.value, self.allow.name(), gates)?;
        let text = write::flash_unchecked(&policy, Layout::Compact);
        let found = self.judge(&FileContent::made(text.clone()));
        let mut warnings = ConfigFindings::default();
        allow::add(&mut warnings, found, (&text, Profile::Socket), &self.allow);
        let warnings = unless_error(warnings)?;
        let reply = Reply::new(&policy);
        let reply = reply.map_err(|error| PlainError::new(&error.to_string(), &[]))?;
        Ok((policy, reply, warnings))
    }

    /// Lints the policy for the ports that serve it.
    fn judge(&self, content: &FileContent) -> Vec<Diagnostic> {
        let gates = &self.pages.gate.value;
        let public = self.public_port.as_ref().map(|port| port.value);
        let listen = self.listen.value.iter().map(|address| match public {
            Some(port) => PolicyPort::Surely(port),
            None => presumed(*address),
        });
        let ports = listen.chain(gates.iter().map(|gate| presumed(gate.listen)));
        let known = gate::ports(gates).ok();
        let known = known.filter(|_| self.listen.value.is_empty());
        let known = known.map(|ports| {
            let servers = gates.iter().map(GateFlag::server_port);
            Arc::new(ports.into_iter().zip(servers).collect())
        });
        content.judge(&ServedAt::new(ports.collect(), known))
    }
}

impl PageSettings {
    /// An error for a public URL without a bridge.
    pub(super) fn incomplete(&self) -> Option<PlainError> {
        let url = self.public_url.as_ref();
        let url = url.filter(|_| self.bridge.value.is_empty())?;
        let example = match url.by {
            GivenBy::Flag => "--bridge 443",
            GivenBy::Variable => "FLASHGATE_BRIDGE=443",
        };
        let message = format!("`{}` is for a bridge, and there is no bridge", url.name());
        let help = format!("add the address that it listens on, as in `{example}`");
        Some(PlainError::new(&message, &[&help]))
    }

    /// A plan with these listeners, the bridge and the hosts, and findings about them.
    pub(super) fn plan(&self, mut listeners: Vec<ServiceListener>) -> (Plan, ConfigFindings) {
        let (mut bridge, mut findings) = (None, ConfigFindings::default());
        if !self.bridge.value.is_empty() {
            let url = self.public_url.as_ref();
            let flags = BridgeFlags {
                addresses: self.bridge.value.clone(),
                text: self.bridge.texts(),
                public_url: url.map(|url| (url.value.clone(), url.text())),
            };
            let (settings, listener, found) = flags::bridge(flags, &listeners);
            listeners.push(listener);
            bridge = Some(settings);
            findings = found;
        }
        let plan = Plan {
            listeners,
            limits: defaults::limits(),
            process: defaults::process(),
            admin: None,
            // Only a config file names them.
            files: None,
            bridge,
            certificates: Vec::new(),
            transport: ListenTransport::Clear,
            hosts: self.host.value.clone(),
            watched: Vec::new(),
        };
        let hosts = flags::judge_hosts(&self.host.value, &self.host.texts(), &plan);
        (plan, findings.and(hosts))
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

fn nothing_to_serve() -> PlainError {
    PlainError::new(
        "nothing to serve: no policy given",
        &[
            "allow a domain and its ports: `flashgate serve --allow 'www.example.com:9339'`",
            "or serve a policy file: `flashgate serve --policy policy.xml`",
            "or set a variable, such as `FLASHGATE_ALLOW` or `FLASHGATE_CONFIG`",
        ],
    )
}

/// The port that players connect to, as far as it is known before binding.
fn presumed(address: ListenAddress) -> PolicyPort {
    let port = Port::new(address.port());
    port.map_or(PolicyPort::Unknown, PolicyPort::Presumably)
}
