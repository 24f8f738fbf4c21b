//! What gates have beyond listeners: names, servers, and the ports that rules without ports stand for.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::Duration;

use flash_policy::{Diagnostic, Policy, Port, PortRange, PortSet, blocked_ports};

use super::lines::Lines;
use super::raw::{RawGate, RawListener, RawPolicy};
use super::tree::At;
use super::tree::text::TextValue;
use super::{backend, defaults, values};
use crate::snapshot::ListenAddress;
use crate::snapshot::{Backend, Gate};

/// What a rule without ports stands for.
#[derive(Debug)]
pub(super) enum GatePorts {
    /// The ports that players dial for the gates.
    Known(Vec<Port>),
    /// One of the gates takes any free port, so nobody can tell yet what players will dial.
    AnyFree(At<ListenAddress>),
    /// There is no gate.
    NoGate,
    /// Which gates are meant can't be told, and that was reported.
    Faulty,
}

/// The names of gates, each once.
#[derive(Debug, Default)]
pub struct GateNames {
    taken: BTreeSet<String>,
    /// The number to be tried next for a port.
    next: HashMap<u16, u32>,
}

impl GateNames {
    /// What one that has no name is called: by its port, and a number where that is taken.
    pub fn by_port(&mut self, address: Option<ListenAddress>) -> String {
        let port = address.map_or(0, ListenAddress::port);
        let next = self.next.entry(port).or_insert(1);
        loop {
            let name = match *next {
                1 => format!("gate-{port}"),
                number => format!("gate-{port}-{number}"),
            };
            *next += 1;
            if self.taken.insert(name.clone()) {
                return name;
            }
        }
    }
}

/// The ports as a rule has them: in order, each once.
pub fn port_set(ports: &[Port]) -> PortSet {
    let ports: BTreeSet<_> = ports.iter().copied().collect();
    PortSet::List(ports.into_iter().map(PortRange::from).collect())
}

/// The names that the file gives.
pub(super) fn given_names(raw: &[RawListener]) -> GateNames {
    GateNames {
        taken: names(raw).map(|name| name.value.clone()).collect(),
        next: HashMap::new(),
    }
}

fn names(raw: &[RawListener]) -> impl Iterator<Item = &TextValue> {
    gates(raw).filter_map(|(_, gate)| gate.name.as_ref())
}

fn gates(raw: &[RawListener]) -> impl Iterator<Item = (&RawListener, &RawGate)> {
    raw.iter()
        .filter_map(|raw| raw.gate.as_ref().map(|gate| (raw, gate)))
}

/// A gate resolved, but for what depends on the port that players dial; none without a backend, which was reported.
pub(super) fn resolve(
    raw: &RawListener,
    gate: &RawGate,
    request: Duration,
    taken: &mut GateNames,
) -> Option<Gate> {
    let first = raw.addresses.first().map(|address| address.value);
    let name = gate.name.as_ref().map(|name| name.value.clone());
    let silence = gate.speaks_first_after.as_ref();
    Some(Gate {
        name: name.unwrap_or_else(|| taken.by_port(first)),
        backend: gate.backend.as_ref()?.value.clone(),
        http_backend: gate.http_backend.as_ref().map(|at| at.value.clone()),
        // Nobody waits beyond the deadline for everybody.
        speaks_first_after: silence
            .map_or(defaults::speaks_first_after().min(request), |at| at.value),
        send_proxy: gate.send_proxy,
        websocket: gate.websocket,
        policy: Policy::default(),
        public_port: None,
    })
}

/// Whether it can be told which policy each gate has, and where it listens.
pub(super) fn are_clear(raw: &[RawListener], policies: &[RawPolicy]) -> bool {
    let names: HashSet<_> = policies.iter().map(|policy| &policy.name).collect();
    let is_clear = |raw: &RawListener| match &raw.policy {
        Some(name) => names.contains(&name.value),
        None => policies.len() <= 1,
    };
    gates(raw).all(|(raw, _)| is_clear(raw) && !raw.addresses.is_empty())
}

/// What the rules of each policy stand for that have no ports; it is clear which gates have it.
pub(super) fn ports(raw: &[RawListener], policies: &[RawPolicy]) -> Vec<GatePorts> {
    let names = policies.iter().map(|policy| policy.name.as_str());
    let by_name: HashMap<_, usize> = names.zip(0..).collect();
    let mut all: Vec<_> = policies.iter().map(|_| GatePorts::NoGate).collect();
    for (raw, _) in gates(raw) {
        let place = raw.policy.as_ref().map(|name| name.value.as_str());
        let place = place.map_or(Some(0), |name| by_name.get(name).copied());
        if let Some(ports) = place.and_then(|place| all.get_mut(place)) {
            raw.addresses.iter().for_each(|at| ports.add(at, raw));
        }
    }
    all
}

impl GatePorts {
    fn add(&mut self, address: &At<ListenAddress>, raw: &RawListener) {
        let port = raw.public_port.or(bound_port(address.value));
        match (&mut *self, port) {
            (Self::AnyFree(_) | Self::Faulty, _) => {}
            (_, None) => *self = Self::AnyFree(address.clone()),
            (Self::Known(known), Some(port)) => known.push(port),
            (Self::NoGate, Some(port)) => *self = Self::Known(vec![port]),
        }
    }
}

/// Reports gates of the same name, those that wait for longer than anybody may, those that forward to one of our own
/// addresses, and those that late players are said not to connect to.
pub(super) fn check(
    raw: &[RawListener],
    ours: &[At<ListenAddress>],
    request: Duration,
    lines: &Lines,
    found: &mut Vec<Diagnostic>,
) {
    let mut names_before = HashMap::new();
    for name in names(raw) {
        let first: &TextValue = names_before.entry(&name.value).or_insert(name);
        if first.span != name.span {
            found.push(same_name(name, first, lines));
        }
    }
    let own = backend::PlannedAddresses::new(ours.iter().map(|at| at.value));
    for (raw, gate) in gates(raw) {
        found.extend(
            raw.addresses
                .iter()
                .filter_map(|at| blocked(at, raw.public_port)),
        );
        let silence = gate.speaks_first_after.as_ref();
        found.extend(silence.and_then(|silence| too_long(silence, request)));
        let servers = [&gate.backend, &gate.http_backend];
        let servers = servers.into_iter().flatten();
        found.extend(servers.filter_map(|server| {
            let place = own.holds(&server.value)?;
            Some(back_to_us(server, ours.get(place)?, lines))
        }));
    }
}

fn same_name(name: &TextValue, first: &TextValue, lines: &Lines) -> Diagnostic {
    let message = format!(
        "expected a name of its own for each gate, found `{}` again",
        name.value
    );
    let line = lines.number(first.span.start);
    Diagnostic::error("duplicate-gate-name", message)
        .at(name.span, "")
        .note(format!("it stands in line {line} already"))
        .help("logs and metrics tell gates apart by their names; without one a gate is called by its port")
}

/// A gate on a port that late versions of Flash Player are said to block.
fn blocked(address: &At<ListenAddress>, public_port: Option<Port>) -> Option<Diagnostic> {
    let port = public_port.or(bound_port(address.value))?;
    Some(blocked_port(port)?.at(address.span, ""))
}

/// The port that is listened on, if that is known before.
pub(super) fn bound_port(address: ListenAddress) -> Option<Port> {
    Port::new(u32::from(address.port())).ok()
}

/// The warning for a gate that players reach on this port, if late versions of Flash Player are said to block it.
pub fn blocked_port(port: Port) -> Option<Diagnostic> {
    blocked_ports::is_blocked(port).then(|| {
        let message = format!(
            "Flash Player {} and later are said to open no socket to port {port}, whatever a policy says",
            blocked_ports::SINCE.major()
        );
        Diagnostic::warning("port-blocked-by-player", message)
            .note("it is on a list of blocked ports that Adobe's staff posted in a forum in 2017; its documentation was not updated")
            .help("have movies connect to another port; `flashgate explain blocked-ports` has the list")
    })
}

fn too_long(silence: &At<Duration>, request: Duration) -> Option<Diagnostic> {
    (silence.value > request).then(|| {
        let message = format!(
            "expected no more than `request` in `[limits]`, which is `{}`, found `{}`",
            values::written(request),
            values::written(silence.value)
        );
        Diagnostic::error("out-of-range", message)
            .at(silence.span, "")
            .note("no connection is left undecided for longer than `request`")
            .help("write less, `200ms` say, or raise `request`")
    })
}

fn back_to_us(server: &At<Backend>, ours: &At<ListenAddress>, lines: &Lines) -> Diagnostic {
    let message = format!(
        "expected the address of another server, found `{}`, where flashgate itself listens",
        server.value
    );
    let line = lines.number(ours.span.start);
    Diagnostic::error("backend-is-flashgate", message)
        .at(server.span, "")
        .note(format!("`{}` stands in line {line}", ours.value))
        .help("have the server listen on another port or address, and write that one here")
}
