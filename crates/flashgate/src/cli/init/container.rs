//! What flashgate in a container listens on, and what Docker publishes.
//!
//! Inside, every address is the container's own, so flashgate listens on all of them. The address that the user wrote is
//! the one at which Docker publishes the port.

use flash_policy::Port;
use flashgate_config::config::{ConfigFindings, defaults, own_host};
use flashgate_config::snapshot::ListenAddress;
use flashgate_report::render::PlainError;

use super::super::gate::GateRange;
use super::super::given::{self, GivenValue};
use super::super::settings::{LogFormat, PageSettings, Settings};
use super::planned_gate::{PlannedGate, range};
use super::situation::Situation;

/// The port of the policy, as players know it.
const MASTER: u16 = 843;

/// The port of the policy in the container.
const POLICY: u16 = 8843;

/// The name of flashgate's service.
const SERVICE: &str = "flashgate";

/// One port, or a range of ports, that Docker publishes under the same number.
#[derive(Debug)]
pub(super) struct ContainerPort {
    /// Not every address of the machine.
    host: Option<String>,
    ports: String,
    /// The flag.
    given: String,
}

impl ContainerPort {
    fn new(address: &str, given: String) -> Self {
        let (host, ports) = address.rsplit_once(':').unwrap_or(("", address));
        Self {
            host: Some(host.to_owned()).filter(|host| !["", "[::]"].contains(&&**host)),
            ports: ports.to_owned(),
            given,
        }
    }

    fn range(&self) -> (u16, u16) {
        range(&self.ports).unwrap_or_default()
    }

    /// As in a Compose file: `9339:9339` or `127.0.0.1:9339:9339`.
    pub(super) fn published(&self) -> String {
        let ports = &self.ports;
        match &self.host {
            Some(host) => format!("{host}:{ports}:{ports}"),
            None => format!("{ports}:{ports}"),
        }
    }
}

/// The published ports of the gates and the bridge, or why the container can't have them.
pub(super) fn ports(situation: &Situation) -> Result<Vec<ContainerPort>, ConfigFindings> {
    let mut published = Vec::new();
    for gate in &situation.gates {
        reaches_a_server(gate)?;
        let given = format!("--gate {}={}", written(&gate.address), gate.backend);
        published.push(ContainerPort::new(&gate.address, given));
    }
    published.extend(situation.bridge.iter().map(|bridge| {
        let given = format!("--bridge {}", written(&bridge.address));
        ContainerPort::new(&bridge.address, given)
    }));
    for (index, port) in published.iter().enumerate() {
        let (before, _) = published.split_at(index);
        can_publish(port, before)?;
    }
    settings(situation)?.plan()?;
    Ok(published)
}

/// As the user may have written it.
fn written(address: &str) -> &str {
    address.strip_prefix("[::]:").unwrap_or(address)
}

/// A gate as the variable has it.
pub(super) fn gate(gate: &PlannedGate) -> String {
    format!("{}={}", gate.public_ports(), gate.backend)
}

/// The host of a gate's backend.
pub(super) fn backend_host(gate: &PlannedGate) -> &str {
    gate.backend.rsplit_once(':').map_or("", |(host, _)| host)
}

fn reaches_a_server(gate: &PlannedGate) -> Result<(), PlainError> {
    let host = backend_host(gate);
    if host.starts_with("127.") || ["localhost", "[::1]", ""].contains(&host) {
        return Err(in_its_container(gate));
    }
    if host.eq_ignore_ascii_case(SERVICE) {
        let message = format!("`{}` is flashgate's own service", gate.backend);
        let help = "write the name of the server's service; rename it if it is `flashgate`";
        return Err(PlainError::new(&message, &[help]));
    }
    Ok(())
}

fn in_its_container(gate: &PlannedGate) -> PlainError {
    let backend = &gate.backend;
    let port = backend
        .rsplit_once(':')
        .map_or(&**backend, |(_, port)| port);
    let port = range(port).map_or(9339, |(first, _)| first);
    let ports = gate.public_ports();
    PlainError::new(
        &format!("in a container, `{backend}` is the container itself"),
        &[&format!(
            "write the name of the server's service: `--gate {ports}=game:{port}`"
        )],
    )
}

/// Refuses ports that the container, its health check or another flag already uses.
fn can_publish(port: &ContainerPort, before: &[ContainerPort]) -> Result<(), PlainError> {
    let (first, last) = port.range();
    let admin = defaults::admin_address().map_or(0, ListenAddress::port);
    let taken = [
        (0, "Docker can't publish any free port".to_owned()),
        (
            MASTER,
            format!("the policy has it, as port {POLICY} of the container"),
        ),
        (POLICY, "in the container, the policy has it".to_owned()),
        (
            admin,
            "in the container, the health check asks it".to_owned(),
        ),
    ];
    let others = before.iter().filter_map(|other| {
        let (from, to) = other.range();
        let both = first.max(from);
        let reason = format!(
            "in the container, `{}` has it, whatever the address",
            other.given
        );
        (both <= last.min(to)).then_some((both, reason))
    });
    let mut taken = taken.into_iter().chain(others);
    let Some((at, reason)) = taken.find(|(port, _)| (first..=last).contains(port)) else {
        return Ok(());
    };
    let message = format!("`{}` can't use port {at}: {reason}", port.given);
    Err(PlainError::new(&message, &["choose another port"]))
}

/// What `serve` makes of the variables in the file.
fn settings(situation: &Situation) -> Result<Settings, PlainError> {
    let gates = situation.gates.iter().map(|it| gate(it).parse());
    let gates: Result<Vec<GateRange>, _> = gates.collect();
    let gates = gates.map_err(|error| PlainError::new(&error.to_string(), &[]))?;
    let bridge = situation.bridge.iter();
    let bridge = bridge.map(|it| ListenAddress::Everywhere { port: it.port });
    let hosts = situation.hosts.iter();
    let hosts = hosts.filter_map(|host| own_host::parse(host).ok());
    let listen = ListenAddress::Everywhere { port: POLICY };
    let public_port = Port::new(MASTER).ok();
    Ok(Settings {
        allow: GivenValue::by_variable(given::ALLOW, situation.allow.clone()),
        policy: None,
        listen: GivenValue::by_variable(given::LISTEN, vec![listen]),
        public_port: public_port.map(|port| GivenValue::by_variable(given::PUBLIC_PORT, port)),
        pages: PageSettings {
            gate: GivenValue::by_flag(given::GATE, gates).each(),
            bridge: GivenValue::by_flag(given::BRIDGE, bridge.collect()),
            public_url: None,
            host: GivenValue::by_flag(given::HOST, hosts.collect()),
        },
        admin: defaults::admin_address().map(|it| GivenValue::by_variable(given::ADMIN, it)),
        config: None,
        log_format: LogFormat::default(),
    })
}
