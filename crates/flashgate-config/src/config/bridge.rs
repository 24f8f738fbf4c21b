//! Resolves `[bridge]`: which path belongs to which gate. No path belongs to two.

use std::collections::HashMap;
use std::sync::Arc;

use flash_policy::diagnostic::any_error;
use flash_policy::{Diagnostic, Port, Span};

use super::common::Common;
use super::listeners::ResolvedListeners;
use super::raw::RawBridge;
use super::tree::At;
use super::{defaults, hosts};
use crate::snapshot::{
    AskedBy, BridgeSettings, Gate, OwnPaths, PathPattern, Segment, ServiceKind, ServiceListener,
    SetIn,
};

mod own_paths;

/// Paths that the bridge itself answers.
const OWN_PATHS: [&str; 5] = [
    "/",
    "/clientaccesspolicy.xml",
    "/crossdomain.xml",
    "/ruffle.js",
    "/ruffle.json",
];

/// Returns the bridge to the gates among the listeners, and its listener. Without `[bridge]`, reports gates that have a
/// path on it.
pub(super) fn resolve(
    raw: Option<RawBridge>,
    resolved: &ResolvedListeners,
    common: Common<'_>,
    found: &mut Vec<Diagnostic>,
) -> Option<(Arc<BridgeSettings>, ServiceListener)> {
    if raw.is_none() && !any_error(found) {
        found.extend(resolved.own_paths.iter().map(own_paths::missing));
    }
    Some(with_gates(raw?, resolved, common, found))
}

/// Returns the bridge to the gates among the listeners, and its listener.
pub(super) fn with_gates(
    raw: RawBridge,
    resolved: &ResolvedListeners,
    common: Common<'_>,
    found: &mut Vec<Diagnostic>,
) -> (Arc<BridgeSettings>, ServiceListener) {
    let gates: Vec<_> = resolved
        .listeners
        .iter()
        .filter_map(|listener| listener.service.gate())
        .collect();
    let place = raw.path.as_ref().map_or(raw.header, |path| path.span);
    let path = raw
        .path
        .map_or_else(defaults::bridge_path, |path| path.value);
    // Mistakes in gates are already reported.
    if gates.is_empty() && !any_error(found) {
        found.push(without_gates(raw.header));
    }
    let url = raw.public_url.as_ref();
    found.extend(url.and_then(|url| doubled(url, &path)));
    found.extend(url.into_iter().flat_map(hosts::judge_url));
    let mut bridge = BridgeSettings {
        routes: routes(&path, &gates, place, found),
        path,
        public_url: raw.public_url.map(|url| url.value),
        trust_forwarded_for: raw.trust_forwarded_for,
        own_paths: OwnPaths::default(),
    };
    for own in &resolved.own_paths {
        own_paths::add(&mut bridge, own, found);
    }
    let bridge = Arc::new(bridge);
    let listener = ServiceListener {
        addresses: raw.addresses.iter().map(|at| at.value).collect(),
        asked_by: AskedBy::Bridge(SetIn::Config),
        service: Arc::new(
            common.with_files(ServiceKind::Bridge(Arc::clone(&bridge)), raw.accept_proxy),
        ),
    };
    (bridge, listener)
}

fn routes(
    path: &PathPattern,
    gates: &[&Arc<Gate>],
    place: Span,
    found: &mut Vec<Diagnostic>,
) -> HashMap<String, Arc<Gate>> {
    let mut routes = HashMap::<String, Arc<Gate>>::new();
    let mut by_port = HashMap::new();
    for gate in gates {
        // The policy applies to a port, even if the path has a name.
        let port = gate.public_port;
        let Some(full) = port.and_then(|port| path.path(&gate.name, Some(port))) else {
            found.push(unknown_port(gate, place));
            continue;
        };
        if OWN_PATHS.contains(&full.as_str()) {
            found.push(taken(gate, &full, place));
        }
        let key = match (path.segment, gate.public_port) {
            (Segment::Port, Some(port)) => port.get().to_string(),
            (Segment::Port, None) | (Segment::Name, _) => gate.name.clone(),
        };
        let first = *by_port.entry(gate.public_port).or_insert(gate);
        if !Arc::ptr_eq(first, gate) && path.segment == Segment::Name {
            found.push(untold(gate, first, place));
        }
        let other = routes
            .get(&key)
            .map(|other| ambiguous(gate, other, &full, place));
        found.extend(other);
        routes.insert(key, Arc::clone(gate));
    }
    routes
}

/// A path that is in both `public-url` and `path`.
fn doubled(url: &At<String>, path: &PathPattern) -> Option<Diagnostic> {
    let host = url.value.find("://")? + 3;
    let (_, steps) = url.value.split_at_checked(host)?;
    let slashes = steps.match_indices('/').map(|(at, _)| host + at);
    let ends = slashes.filter_map(|at| url.value.split_at_checked(at));
    let (before, end) = { ends }.find(|(_, end)| path.before.starts_with(&format!("{end}/")))?;
    let message = format!(
        "pages open `{}{path}`: `path` is appended to `public-url`",
        url.value
    );
    Some(
        Diagnostic::warning("doubled-path", message)
            .at(url.span, "")
            .note(format!(
                "this works only if a proxy removes the first `{end}`"
            ))
            .help(format!("write `public-url = \"{before}\"`")),
    )
}

fn without_gates(header: Span) -> Diagnostic {
    Diagnostic::error("bridge-without-gates", "expected a gate for `[bridge]` to forward to, found none")
        .at(header, "")
        .help("add one: `[[gate]]`, and below it `address = \"[::]:9339\"` and `backend = \"127.0.0.1:9340\"`")
}

fn unknown_port(gate: &Gate, place: Span) -> Diagnostic {
    let name = &gate.name;
    let message =
        format!("the path to gate `{name}` needs a port, but the gate takes any free one");
    Diagnostic::error("unknown-public-port", message)
        .at(place, "")
        .help("set `public-port` in the gate: a policy allows pages by port")
}

fn taken(gate: &Gate, full: &str, place: Span) -> Diagnostic {
    let name = &gate.name;
    let message = format!(
        "the path to gate `{name}` is `{full}`, which the bridge itself answers{}",
        own_paths::condition(full)
    );
    Diagnostic::error("reserved-path", message)
        .at(place, "")
        .help("rename the gate, or put text before `{name}`, as in `/game/{name}`")
}

fn untold(gate: &Gate, other: &Gate, place: Span) -> Diagnostic {
    let (name, first) = (&gate.name, &other.name);
    let port = gate.public_port.map_or(0, Port::get);
    let message = format!(
        "gates `{first}` and `{name}` have the same port, {port}, but Ruffle picks a gate by its port"
    );
    Diagnostic::warning("same-public-port", message)
        .at(place, "")
        .note(format!("`/ruffle.js` and `flashgate ruffle` send port {port} to `{first}`; pages for `{name}` must name its path themselves"))
        .help("give each gate its own `public-port`, if movies can use another port")
}

fn ambiguous(gate: &Gate, other: &Gate, full: &str, place: Span) -> Diagnostic {
    let (one, two) = (&other.name, &gate.name);
    let message = if one == two {
        format!("the path `{full}` matches several ports of gate `{one}`")
    } else {
        format!("the path `{full}` matches both gate `{one}` and gate `{two}`")
    };
    let help = if one == two {
        "use `{port}` in the path, or write a gate for each port"
    } else {
        "use `{name}` in the path, or give each gate its own `public-port`"
    };
    Diagnostic::error("ambiguous-path", message)
        .at(place, "")
        .help(help)
}
