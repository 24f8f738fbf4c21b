//! What gates have in addition to listeners: names, servers, and the ports of rules without ports.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use flash_policy::{Diagnostic, Port, PortSet, blocked_ports};

use super::lines::Lines;
use super::raw::{RawGate, RawHttp, RawListener, RawPolicy};
use super::tree::At;
use super::tree::text::TextValue;
use super::{backend, defaults, values};
use crate::snapshot::ListenAddress;
use crate::snapshot::{Backend, Gate};

/// The ports of a rule without ports.
#[derive(Debug)]
pub(super) enum GatePorts {
    /// The ports that players connect to for the gates.
    Known(Vec<Port>),
    /// One of the gates takes any free port, so the port that players will use is not known yet.
    AnyFree(At<ListenAddress>),
    /// There is no gate. `[http]` may serve the policy too.
    NoGate { over_http: bool },
    /// Only `[http]` serves the policy, where ports mean nothing.
    NotNeeded,
    /// It is not clear which gates use the policy, or whether one is needed. This is already reported.
    Faulty,
}

/// The names of gates, without duplicates.
#[derive(Debug, Default)]
pub struct GateNames {
    taken: BTreeSet<String>,
    /// The number to try next for a port.
    next: HashMap<u16, u32>,
}

impl GateNames {
    /// Names a gate that has no name after its port, with a number if that name is taken.
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

/// The ports as a rule has them: sorted, without duplicates.
pub fn port_set(ports: &[Port]) -> PortSet {
    let ports: BTreeSet<_> = ports.iter().copied().collect();
    ports.into_iter().collect()
}

/// The names in the file.
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

/// Resolves a gate, except what depends on the public port. Returns nothing if the backend is missing, which is
/// already reported.
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
        // The default must not exceed the deadline for a client's first bytes.
        speaks_first_after: silence
            .map_or(defaults::speaks_first_after().min(request), |at| at.value),
        send_proxy: gate.send_proxy,
        websocket: gate.websocket,
        policy: Arc::default(),
        public_port: None,
    })
}

/// Whether it is clear which policy each gate uses and where it listens.
pub(super) fn are_clear(raw: &[RawListener], policies: &[RawPolicy]) -> bool {
    let names: HashSet<_> = policies.iter().map(|policy| &policy.name).collect();
    let is_clear = |raw: &RawListener| match &raw.policy {
        Some(name) => names.contains(&name.value),
        None => policies.len() <= 1,
    };
    gates(raw).all(|(raw, _)| is_clear(raw) && !raw.addresses.is_empty())
}

/// The ports for rules without ports, for each policy. Requires that it is clear which gates use it.
pub(super) fn ports(
    raw: &[RawListener],
    http: Option<&RawHttp>,
    policies: &[RawPolicy],
) -> Vec<GatePorts> {
    let names = policies.iter().map(|policy| policy.name.as_str());
    let by_name: HashMap<_, usize> = names.zip(0..).collect();
    let is_clear = http.is_none_or(|http| http.is_clear(|name| by_name.contains_key(name)));
    let without_gate = |policy: &RawPolicy| {
        let over_http = http.is_some_and(|http| http.serves(&policy.name));
        let on_sockets = |raw: &RawListener| raw.serves(&policy.name, policies.len());
        if raw.iter().any(on_sockets) {
            GatePorts::NoGate { over_http }
        } else if over_http {
            GatePorts::NotNeeded
        } else if is_clear {
            GatePorts::NoGate { over_http }
        } else {
            GatePorts::Faulty
        }
    };
    let mut all: Vec<_> = policies.iter().map(without_gate).collect();
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
            (Self::NoGate { .. } | Self::NotNeeded, Some(port)) => *self = Self::Known(vec![port]),
        }
    }
}

/// Reports gates with the same name, gates that wait longer than `request`, gates that forward to flashgate itself,
/// and gates on ports that late players reportedly block.
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
    let mut shown = HashSet::new();
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
            // Once for a range.
            let is_new = shown.insert(server.span.start);
            let ours = ours.get(place).filter(|_| is_new)?;
            Some(back_to_us(server, ours, lines))
        }));
    }
}

fn same_name(name: &TextValue, first: &TextValue, lines: &Lines) -> Diagnostic {
    let message = format!("each gate needs its own name, found `{}` again", name.value);
    let line = lines.number(first.span.start);
    Diagnostic::error("duplicate-gate-name", message)
        .at(name.span, "")
        .note(format!("first used in line {line}"))
        .help("rename one, because logs and metrics tell gates apart by name; a gate without one is named after its port")
}

/// A gate on a port that late versions of Flash Player reportedly block.
fn blocked(address: &At<ListenAddress>, public_port: Option<Port>) -> Option<Diagnostic> {
    let port = public_port.or(bound_port(address.value))?;
    Some(blocked_port(port)?.at(address.span, ""))
}

/// The port to listen on, unless it is any free one.
pub(super) fn bound_port(address: ListenAddress) -> Option<Port> {
    Port::new(address.port()).ok()
}

/// The warning for a gate that players reach on a port that late versions of Flash Player reportedly block.
pub fn blocked_port(port: Port) -> Option<Diagnostic> {
    blocked_ports::is_blocked(port).then(|| {
        let message = format!(
            "Flash Player {} and later reportedly block sockets to port {port}; no policy can change that",
            blocked_ports::SINCE.major()
        );
        Diagnostic::warning("port-blocked-by-player", message)
            .note("it is on a list of blocked ports that Adobe staff posted in a forum in 2017; the documentation was not updated")
            .help("let movies use another port; `flashgate explain blocked-ports` shows the list")
    })
}

fn too_long(silence: &At<Duration>, request: Duration) -> Option<Diagnostic> {
    (silence.value > request).then(|| {
        let message = format!(
            "expected at most `request` in `[limits]`, which is `{}`, found `{}`",
            values::written(request),
            values::written(silence.value)
        );
        Diagnostic::error("out-of-range", message)
            .at(silence.span, "")
            .note("flashgate decides how to treat a connection within `request`")
            .help("lower it, for example to `200ms`, or raise `request`")
    })
}

fn back_to_us(server: &At<Backend>, ours: &At<ListenAddress>, lines: &Lines) -> Diagnostic {
    let message = format!(
        "expected another server, found `{}`, where flashgate itself listens",
        server.value
    );
    let line = lines.number(ours.span.start);
    Diagnostic::error("backend-is-flashgate", message)
        .at(server.span, "")
        .note(format!(
            "flashgate listens on `{}` in line {line}",
            ours.value
        ))
        .help("let the server listen on another port or address, and write that here")
}
