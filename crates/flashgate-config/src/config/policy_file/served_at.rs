//! Where a policy is served, as far as findings depend on it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use flash_policy::lint::{Options, PolicyReader};
use flash_policy::{Policy, Port, PortRange, PortSet, Profile, Rule, Serving};

use crate::snapshot::MasterFileKind;

/// A port that players connect to for a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PolicyPort {
    /// The port is not known.
    Unknown,
    /// The listening port. In a container, it may be published as another.
    Presumably(Port),
    /// The port that the operator has set.
    Surely(Port),
}

impl PolicyPort {
    pub(crate) fn port(self) -> Option<Port> {
        match self {
            Self::Unknown => None,
            Self::Presumably(port) | Self::Surely(port) => Some(port),
        }
    }
}

/// Where a policy is served.
#[derive(Clone, Debug)]
pub struct ServedAt {
    /// The lowest port of each class. `None` is an unknown port.
    ports: BTreeSet<Option<Port>>,
    height: Height,
    /// The ports of all gates, if only gates serve the policy and their ports are known.
    gates: Arc<PlayerPorts>,
    silverlight: SilverlightClients,
    /// The clients that it is checked for.
    clients: Vec<PolicyReader>,
    /// The files that it is served as over HTTP.
    over_http: Vec<MasterFileKind>,
}

/// Whether Silverlight clients ask for a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SilverlightClients {
    Ask,
    DontAsk,
}

/// The ports that players connect to for gates, each with the port of the server behind it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlayerPorts(BTreeMap<Port, Option<Port>>);

/// Which ports a policy is served on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Height {
    /// Certainly served only on high ports.
    HighOnly,
    Any,
}

impl PlayerPorts {
    /// The ports of the servers, each with the port that players connect to for it.
    fn servers(&self) -> Vec<(Port, Port)> {
        let pairs = self.0.iter();
        pairs
            .filter_map(|(player, server)| Some(((*server)?, *player)))
            .collect()
    }
}

impl FromIterator<(Port, Option<Port>)> for PlayerPorts {
    fn from_iter<I: IntoIterator<Item = (Port, Option<Port>)>>(gates: I) -> Self {
        Self(gates.into_iter().collect())
    }
}

impl ServedAt {
    /// Takes the ports, and the gates' ports if only gates serve the policy.
    pub fn new(ports: Vec<PolicyPort>, gates: Option<Arc<PlayerPorts>>) -> Self {
        let is_high =
            |dialled: &PolicyPort| matches!(dialled, PolicyPort::Surely(port) if !port.is_low());
        let only_high = !ports.is_empty() && ports.iter().all(is_high);
        Self {
            height: if only_high {
                Height::HighOnly
            } else {
                Height::Any
            },
            ports: one_of_each_class(ports.into_iter().map(PolicyPort::port)),
            gates: gates.unwrap_or_default(),
            silverlight: SilverlightClients::DontAsk,
            clients: Vec::new(),
            over_http: Vec::new(),
        }
    }

    /// The same places, checked for these clients too.
    #[must_use]
    pub fn for_clients(self, clients: &[PolicyReader]) -> Self {
        Self {
            clients: clients.to_vec(),
            ..self
        }
    }

    /// The same places, and a port that Silverlight asks.
    #[must_use]
    pub(crate) fn and_silverlight(self) -> Self {
        Self {
            silverlight: SilverlightClients::Ask,
            ..self
        }
    }

    pub(crate) fn asked_by_silverlight(&self) -> bool {
        self.silverlight == SilverlightClients::Ask
    }

    /// Also served over HTTP, as these files.
    pub(crate) fn and_over_http(mut self, files: Vec<MasterFileKind>) -> Self {
        self.over_http = files;
        self
    }

    /// The files that it is served as over HTTP.
    pub(crate) fn over_http(&self) -> &[MasterFileKind] {
        &self.over_http
    }

    /// The lowest port of each class: 843, below 1024, from 1024 up. `None` is an unknown port.
    pub(crate) fn each(&self) -> &BTreeSet<Option<Port>> {
        &self.ports
    }

    /// How the linter checks these bytes for players that connect to this one of the ports.
    pub(super) fn options(&self, bytes: &[u8], port: Option<Port>) -> Options {
        let serving = port.map_or(Serving::from_unknown_port(), Serving::from_port);
        let mut options = Options::for_service(serving).clients(&self.clients);
        if self.height == Height::HighOnly {
            options = options.nowhere_else();
        }
        // Findings about gates are the same for each port.
        let is_first = self.ports.first() == Some(&port);
        let policy = || flash_policy::parse(bytes, Profile::Socket).policy;
        if is_first && policy().is_some_and(|policy| self.misses_every_gate(&policy)) {
            let gates = self.gates.0.keys().copied().map(PortRange::from);
            options = options.used_ports(PortSet::List(gates.collect()));
            options = options.server_ports(self.gates.servers());
        }
        options
    }

    /// Whether gates serve the policy but it opens none of their ports. A policy that opens a gate's port may also
    /// open ports of servers that are not in this config.
    pub(in crate::config) fn misses_every_gate(&self, policy: &Policy) -> bool {
        let has_gate = |range: &PortRange| self.gates.0.range(range.low()..=range.high()).next();
        let opens = |rule: &Rule| match &rule.ports {
            PortSet::All => true,
            PortSet::List(ranges) => ranges.iter().any(|range| has_gate(range).is_some()),
        };
        !self.gates.0.is_empty() && !policy.rules.iter().any(opens)
    }
}

/// The lowest port of each class. The same findings apply to the others, so checking a policy does not take longer with
/// more gates.
fn one_of_each_class(ports: impl Iterator<Item = Option<Port>>) -> BTreeSet<Option<Port>> {
    let ports: BTreeSet<_> = ports.collect();
    let class = |port: Port| (port == Port::MASTER, port.is_low());
    let mut seen = BTreeSet::new();
    let is_new = |port: &Option<Port>| seen.insert(port.map(class));
    ports.into_iter().filter(is_new).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_is_checked_once_for_all_ports_of_a_class() {
        let port = |number| Port::new(number).ok();
        let ports = (1..=u16::MAX).map(port).chain([None]);
        let classes = [None, port(1), port(843), port(1024)];
        assert_eq!(one_of_each_class(ports), BTreeSet::from(classes));
    }
}
