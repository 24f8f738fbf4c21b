//! Resolves `[[listen]]` and `[[gate]]`: policies, public ports, and no address twice.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use flash_policy::reply::Dialect;
use flash_policy::{Diagnostic, Port};

use super::common::Common;
use super::gates;
use super::http;
use super::lines::Lines;
use super::policy::{Named, by_name};
use super::policy_file::{PlayerPorts, PolicyPort};
use super::raw::{GatesPath, Raw, RawListener};
use super::tree::{At, listed};
use crate::snapshot::ListenAddress;
use crate::snapshot::{AskedBy, Gate, Served, ServiceKind, ServiceListener, SetIn};

mod unasked;

pub(super) use unasked::unasked;
pub use unasked::unasked_port;

/// Returns a listener for every `[[listen]]` and `[[gate]]`. There are several if the addresses have different ports,
/// because the policy sent depends on the port.
pub(super) fn resolve(
    raw: &[RawListener],
    policies: &[Named],
    common: Common<'_>,
    found: &mut Vec<Diagnostic>,
) -> ResolvedListeners {
    let (mut listeners, mut taken) = (Vec::new(), gates::given_names(raw));
    let mut own_paths = Vec::new();
    for raw in raw {
        let gate = raw.gate.as_ref();
        let gate =
            gate.and_then(|gate| gates::resolve(raw, gate, common.deadlines.request, &mut taken));
        let Some(policy) = policy_of(raw, policies, found) else {
            continue;
        };
        for (public_port, addresses) in by_port(raw) {
            let gate = gate.as_ref().and_then(|gate| {
                let policy = policy.granted(public_port)?;
                Some(Arc::new(Gate {
                    policy,
                    public_port,
                    ..gate.clone()
                }))
            });
            own_paths.extend(gate.as_ref().and_then(|gate| path_of(raw, gate)));
            let kind = policy.reply(raw.dialect, public_port).map(|reply| {
                let name = policy.name.clone();
                ServiceKind::new(Served { name, reply }, gate)
            });
            listeners.extend(kind.map(|kind| ServiceListener {
                addresses,
                asked_by: raw.asked_by(),
                service: Arc::new(if http::answers(raw) {
                    common.with_files(kind, raw.accept_proxy.clone())
                } else {
                    common.service(kind, raw.accept_proxy.clone())
                }),
            }));
        }
    }
    ResolvedListeners {
        listeners,
        own_paths,
    }
}

/// The listeners, and what the bridge needs to know of their gates.
#[derive(Debug)]
pub(super) struct ResolvedListeners {
    pub(super) listeners: Vec<ServiceListener>,
    pub(super) own_paths: Vec<GatesPath>,
}

fn path_of(raw: &RawListener, gate: &Arc<Gate>) -> Option<GatesPath> {
    let pattern = raw.gate.as_ref()?.bridge_path.clone()?;
    let gate = Arc::clone(gate);
    Some(GatesPath { pattern, gate })
}

fn policy_of<'a>(
    raw: &RawListener,
    policies: &'a [Named],
    found: &mut Vec<Diagnostic>,
) -> Option<&'a Named> {
    match (&raw.policy, policies) {
        (Some(name), _) => by_name(name, policies, found),
        (None, [only]) => Some(only),
        // The missing policy is already reported.
        (None, []) => None,
        (None, several) => {
            let names: Vec<_> = several.iter().map(|policy| policy.name.as_str()).collect();
            let kind = raw.kind();
            let message = format!("`{kind}` needs `policy`, because there are several policies");
            found.push(
                Diagnostic::error("missing-key", message)
                    .at(raw.header, "")
                    .help(format!("choose one of {}", listed(&names))),
            );
            None
        }
    }
}

/// Where a policy is served.
#[derive(Debug, Default)]
pub(super) struct ServedPlaces {
    pub(super) ports: Vec<PolicyPort>,
    /// Whether any of them is not a gate.
    pub(super) beside_gates: bool,
    /// Whether Silverlight clients ask for it. Their ports are not among the `ports`.
    pub(super) to_silverlight: bool,
}

/// Where each policy is served.
pub(super) fn ports_by_policy(policies: &[Named], raw: &[RawListener]) -> Vec<ServedPlaces> {
    let names = policies.iter().map(|policy| policy.name.as_str());
    let by_name: HashMap<_, _> = names.zip(0..).collect();
    let mut places: Vec<ServedPlaces> = policies.iter().map(|_| ServedPlaces::default()).collect();
    for raw in raw {
        let place = match &raw.policy {
            Some(name) => by_name.get(name.value.as_str()).copied(),
            None => (policies.len() == 1).then_some(0),
        };
        let Some(place) = place.and_then(|place: usize| places.get_mut(place)) else {
            continue;
        };
        place.beside_gates |= raw.gate.is_none();
        if raw.dialect == Dialect::Silverlight {
            place.to_silverlight = true;
            continue;
        }
        let ports = by_port(raw).into_iter().map(|(port, _)| match port {
            Some(port) if raw.public_port.is_some() => PolicyPort::Surely(port),
            Some(port) => PolicyPort::Presumably(port),
            None => PolicyPort::Unknown,
        });
        place.ports.extend(ports);
    }
    places
}

/// The ports of all gates, or no ports if one takes any free port.
pub(super) fn gate_ports(raw: &[RawListener]) -> PlayerPorts {
    let ports = |raw: &RawListener| {
        let gate = raw.gate.as_ref()?;
        let server = gate.backend.as_ref().map(|at| at.value.port);
        let server = server.and_then(|port| Port::new(port).ok());
        let ports = by_port(raw).into_iter();
        Some(
            ports
                .map(move |(port, _)| Some((port?, server)))
                .collect::<Vec<_>>(),
        )
    };
    let ports: Option<_> = raw.iter().filter_map(ports).flatten().collect();
    ports.unwrap_or_default()
}

fn by_port(raw: &RawListener) -> Vec<(Option<Port>, Vec<ListenAddress>)> {
    let mut groups: Vec<(Option<Port>, Vec<ListenAddress>)> = Vec::new();
    let mut places = HashMap::new();
    for address in &raw.addresses {
        let port = raw.public_port.or(gates::bound_port(address.value));
        let place = *places.entry(port).or_insert(groups.len());
        match groups.get_mut(place) {
            Some((_, addresses)) => addresses.push(address.value),
            None => groups.push((port, vec![address.value])),
        }
    }
    if groups.is_empty() {
        // Its addresses are invalid, but its policy is still checked.
        groups.push((raw.public_port, Vec::new()));
    }
    groups
}

/// Reports addresses that can't be bound together. Two policies may share a port, because the local address selects
/// one. `[admin]` and players may not share one.
pub(super) fn check(
    raw: &Raw,
    players: &[At<ListenAddress>],
    admin: &[At<ListenAddress>],
    lines: &Lines,
    found: &mut Vec<Diagnostic>,
) {
    for (nth, own) in admin.iter().enumerate() {
        let overlaps = |other: &&At<ListenAddress>| {
            other.value.covers(own.value) || own.value.covers(other.value)
        };
        let player = players.iter().find(overlaps);
        found.extend(player.map(|other| beside_admin(own, other, lines)));
        let other = admin.iter().take(nth).find(overlaps);
        found.extend(other.map(|other| beside_each_other(own, other)));
    }
    let mut kinds = kinds(&raw.listeners);
    let bridge = raw
        .bridge
        .as_ref()
        .map(|raw| (&raw.addresses, AskedBy::Bridge(SetIn::Config)));
    let http = raw.http.as_ref().map(|raw| (&raw.addresses, AskedBy::Http));
    for (addresses, kind) in bridge.into_iter().chain(http) {
        kinds.extend(addresses.iter().map(|at| (at.span.start, kind)));
    }
    let (mut before, mut shown) = (HashMap::new(), HashSet::new());
    // Port 0 takes a free port each time.
    let fixed = players.iter().chain(admin);
    for address in fixed.filter(|address| address.value.port() != 0) {
        let first: &At<ListenAddress> = before.entry(address.value).or_insert(address);
        // Two ranges may have many ports in common.
        let places = (first.span.start, address.span.start);
        if first.span == address.span || !shown.insert(places) {
            continue;
        }
        let help = match [first, address].map(|at| kinds.get(&at.span.start)) {
            [Some(AskedBy::Listen(_)), Some(AskedBy::Gate(_))]
            | [Some(AskedBy::Gate(_)), Some(AskedBy::Listen(_))] => BESIDE_GATE,
            [
                Some(AskedBy::Gate(_) | AskedBy::Bridge(_)),
                Some(AskedBy::Http),
            ] => BESIDE_FILES,
            [Some(AskedBy::Http), _] | [_, Some(AskedBy::Http)] => BESIDE_POLICY,
            _ => OF_ITS_OWN,
        };
        found.push(duplicate(address, first, lines).help(help));
    }
}

const BESIDE_GATE: &str =
    "a gate answers policy requests itself: remove the `[[listen]]`, or this address from it";

const BESIDE_FILES: &str =
    "leave out `address` in `[http]`: gates and the bridge serve its files on their own ports";

const BESIDE_POLICY: &str = "give `[http]` its own address or port";

const OF_ITS_OWN: &str =
    "give each listener its own address or port: a policy request contains no host name";

/// The kind of listener for each address, by its position in the file.
fn kinds(raw: &[RawListener]) -> HashMap<usize, AskedBy> {
    let each = raw.iter().flat_map(|raw| {
        let starts = raw.addresses.iter().map(|at| at.span.start);
        starts.map(|start| (start, raw.asked_by()))
    });
    each.collect()
}

fn duplicate(address: &At<ListenAddress>, first: &At<ListenAddress>, lines: &Lines) -> Diagnostic {
    let message = format!(
        "expected each address once, found `{}` again",
        address.value
    );
    let line = lines.number(first.span.start);
    Diagnostic::error("duplicate-listener", message)
        .at(address.span, "")
        .note(format!("first used in line {line}"))
}

fn beside_each_other(probes: &At<ListenAddress>, admin: &At<ListenAddress>) -> Diagnostic {
    let (address, other) = (probes.value, admin.value);
    let message =
        format!("can't bind `{address}` for `probes`: `[admin]` also listens on `{other}`");
    Diagnostic::error("duplicate-listener", message)
        .at(probes.span, "")
        .help("give `probes` its own port, such as 9844")
}

fn beside_admin(admin: &At<ListenAddress>, other: &At<ListenAddress>, lines: &Lines) -> Diagnostic {
    let (address, line) = (admin.value, lines.number(other.span.start));
    let message = format!(
        "can't bind `{address}` for `[admin]`: `{}` is for players",
        other.value
    );
    Diagnostic::error("duplicate-listener", message)
        .at(admin.span, "")
        .note(format!("`{}` is in line {line}", other.value))
        .help("give `[admin]` its own port")
}
