//! What gates have beyond listeners: names, servers, and the ports that rules without ports stand for.

use std::collections::BTreeSet;
use std::time::Duration;

use flash_policy::{Diagnostic, Policy, Port, PortRange, PortSet, blocked_ports};

use super::raw::{RawGate, RawListener};
use super::tree::{At, Text};
use super::{backend, defaults, listeners, values};
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

/// What one that has no name is called: by its port, and a number where that is taken.
pub(crate) fn name_by_port(address: Option<ListenAddress>, taken: &mut BTreeSet<String>) -> String {
    let port = address.map_or(0, ListenAddress::port);
    let numbered = (2..).map(|number: u32| format!("gate-{port}-{number}"));
    let mut names = std::iter::once(format!("gate-{port}")).chain(numbered);
    let free = names.find(|name| !taken.contains(name));
    let name = free.unwrap_or_else(|| format!("gate-{port}"));
    taken.insert(name.clone());
    name
}

/// The ports as a rule has them: in order, each once.
pub(crate) fn port_set(ports: &[Port]) -> PortSet {
    let ports: BTreeSet<_> = ports.iter().copied().collect();
    PortSet::List(ports.into_iter().map(PortRange::from).collect())
}

/// The names that the file gives.
pub(super) fn given_names(raw: &[RawListener]) -> BTreeSet<String> {
    names(raw).map(|name| name.value.clone()).collect()
}

fn names(raw: &[RawListener]) -> impl Iterator<Item = &Text> {
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
    taken: &mut BTreeSet<String>,
) -> Option<Gate> {
    let first = raw.addresses.first().map(|address| address.value);
    let name = gate.name.as_ref().map(|name| name.value.clone());
    let silence = gate.speaks_first_after.as_ref();
    Some(Gate {
        name: name.unwrap_or_else(|| name_by_port(first, taken)),
        backend: gate.backend.as_ref()?.value.clone(),
        http_backend: gate.http_backend.as_ref().map(|at| at.value.clone()),
        // Nobody waits beyond the deadline for everybody.
        speaks_first_after: silence
            .map_or(defaults::SPEAKS_FIRST_AFTER.min(request), |at| at.value),
        send_proxy: gate.send_proxy,
        websocket: gate.websocket.unwrap_or(defaults::WEBSOCKET),
        policy: Policy::default(),
        public_port: None,
    })
}

/// What the rules of a policy stand for that have no ports.
pub(super) fn ports(policy: &str, raw: &[RawListener], policies: &[String]) -> GatePorts {
    let misnamed = |raw: &RawListener| match &raw.policy {
        Some(name) => !policies.contains(&name.value),
        None => policies.len() > 1,
    };
    if gates(raw).any(|(raw, _)| misnamed(raw) || raw.addresses.is_empty()) {
        return GatePorts::Faulty;
    }
    let mut known = Vec::new();
    for (raw, _) in gates(raw).filter(|(raw, _)| listeners::serves(raw, policy, policies.len())) {
        for address in &raw.addresses {
            match raw.public_port.or(listeners::bound_port(address.value)) {
                Some(port) => known.push(port),
                None => return GatePorts::AnyFree(address.clone()),
            }
        }
    }
    if known.is_empty() {
        GatePorts::NoGate
    } else {
        GatePorts::Known(known)
    }
}

/// Reports gates of the same name, those that wait for longer than anybody may, those that forward to one of our own
/// addresses, and those that late players are said not to connect to.
pub(super) fn check(
    raw: &[RawListener],
    ours: &[At<ListenAddress>],
    request: Duration,
    source: &str,
    found: &mut Vec<Diagnostic>,
) {
    let all: Vec<_> = names(raw).collect();
    for (index, name) in all.iter().enumerate() {
        let mut before = all.iter().take(index);
        let first = before.find(|other| other.value == name.value);
        found.extend(first.map(|first| same_name(name, first, source)));
    }
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
        found.extend(servers.filter_map(|server| back_to_us(server, ours, source)));
    }
}

fn same_name(name: &Text, first: &Text, source: &str) -> Diagnostic {
    let message = format!(
        "expected a name of its own for each gate, found `{}` again",
        name.value
    );
    let line = listeners::line(source, first.span.start);
    Diagnostic::error("duplicate-gate-name", message)
        .at(name.span, "")
        .note(format!("it stands in line {line} already"))
        .help("logs and metrics tell gates apart by their names; without one a gate is called by its port")
}

/// A gate on a port that late versions of Flash Player are said to block.
fn blocked(address: &At<ListenAddress>, public_port: Option<Port>) -> Option<Diagnostic> {
    let port = public_port.or(listeners::bound_port(address.value))?;
    Some(blocked_port(port)?.at(address.span, ""))
}

/// The warning for a gate that players reach on this port, if late versions of Flash Player are said to block it.
pub(crate) fn blocked_port(port: Port) -> Option<Diagnostic> {
    blocked_ports::is_blocked(port).then(|| {
        let message = format!(
            "Flash Player {} and later are said to open no socket to port {port}, whatever a policy says",
            blocked_ports::SINCE.major()
        );
        Diagnostic::warning("blocked-by-player", message)
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

fn back_to_us(
    server: &At<Backend>,
    ours: &[At<ListenAddress>],
    source: &str,
) -> Option<Diagnostic> {
    let addresses: Vec<_> = ours.iter().map(|at| at.value).collect();
    let is_it = |at: &&At<ListenAddress>| backend::is_ours(&server.value, at.value, &addresses);
    let ours = ours.iter().find(is_it)?;
    let message = format!(
        "expected the address of another server, found `{}`, where flashgate itself listens",
        server.value
    );
    let line = listeners::line(source, ours.span.start);
    let finding = Diagnostic::error("backend-is-flashgate", message)
        .at(server.span, "")
        .note(format!("`{}` stands in line {line}", ours.value))
        .help("have the server listen on another port or address, and write that one here");
    Some(finding)
}
