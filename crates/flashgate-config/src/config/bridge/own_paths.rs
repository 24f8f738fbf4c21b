//! Gives gates their own paths on the bridge. No request can mean two gates.

use std::sync::Arc;

use flash_policy::{Diagnostic, Span};

use crate::config::raw::GatesPath;
use crate::snapshot::{BridgeSettings, Gate, MasterFileKind, PathTaken, QueryParameter};

/// Paths that the bridge answers, whatever their query is. A WebSocket may have `/`.
const ANSWERED: [&str; 4] = [
    "/clientaccesspolicy.xml",
    "/crossdomain.xml",
    "/ruffle.js",
    "/ruffle.json",
];

/// Adds the path of a gate, or reports why it can't have it.
pub(super) fn add(bridge: &mut BridgeSettings, own: &GatesPath, found: &mut Vec<Diagnostic>) {
    let (gate, place) = (&own.gate, own.pattern.span);
    // A gate without a known port is already reported.
    let Some((path, parameter)) = own.pattern.value.of(gate) else {
        return;
    };
    if ANSWERED.contains(&path.as_str()) {
        found.push(answered(&path, place));
        return;
    }
    let general = bridge.path.segment_in(&path);
    if let Some(other) = general.and_then(|segment| bridge.routes.get(segment)) {
        // This is the path that the gate has anyway.
        if !Arc::ptr_eq(other, gate) {
            found.push(general_path(&path, other, place));
        }
        return;
    }
    let has_query = parameter.is_some();
    let full = match &parameter {
        Some(QueryParameter { name, value }) => format!("{path}?{name}={value}"),
        None => path.clone(),
    };
    match bridge.own_paths.add(path.clone(), parameter, gate) {
        Ok(()) => {}
        Err(PathTaken::By(other)) => found.push(same(&full, gate, &other, place)),
        Err(PathTaken::ByParameter(name)) if has_query => {
            found.push(other_parameter(&path, &name, place));
        }
        Err(PathTaken::ByParameter(name)) => found.push(every_query(&path, &name, place)),
    }
}

/// A path on a bridge that does not exist.
pub(super) fn missing(own: &GatesPath) -> Diagnostic {
    let message = "expected `[bridge]`, which `bridge-path` is a path on, found none";
    Diagnostic::error("bridge-path-without-bridge", message)
        .at(own.pattern.span, "")
        .help("add `[bridge]`, and below it `address = \"[::]:8443\"`; on the gate's own port, pages may use any path")
}

/// When the bridge answers this path, if not always. It is reserved in any case.
pub(super) fn condition(path: &str) -> &'static str {
    let files = [
        MasterFileKind::CrossDomain,
        MasterFileKind::ClientAccessPolicy,
    ];
    if files.iter().any(|file| file.path() == path) {
        " if there is an `[http]`"
    } else {
        ""
    }
}

fn answered(path: &str, place: Span) -> Diagnostic {
    let message = format!("the bridge itself answers `{path}`{}", condition(path));
    Diagnostic::error("reserved-path", message)
        .at(place, "")
        .help("write another path")
}

fn general_path(path: &str, other: &Gate, place: Span) -> Diagnostic {
    let name = &other.name;
    let message = format!("`{path}` is the path to gate `{name}`, with any query");
    Diagnostic::error("ambiguous-path", message)
        .at(place, "")
        .note("`path` in `[bridge]` gives each gate a path")
        .help("write another path")
}

fn same(path: &str, gate: &Gate, other: &Gate, place: Span) -> Diagnostic {
    let (one, two) = (&other.name, &gate.name);
    let (message, help) = if one == two {
        (
            format!("the path `{path}` matches several ports of gate `{one}`"),
            "write `{port}` in the path, or a gate for each port",
        )
    } else {
        (
            format!("the path `{path}` matches both gate `{one}` and gate `{two}`"),
            "give each gate its own path, or its own value of a query parameter, as in `/?token=login`",
        )
    };
    Diagnostic::error("ambiguous-path", message)
        .at(place, "")
        .help(help)
}

fn other_parameter(path: &str, name: &str, place: Span) -> Diagnostic {
    let message = format!("at the path `{path}`, the parameter `{name}` already selects the gate");
    Diagnostic::error("ambiguous-path", message)
        .at(place, "")
        .note("a request may have both parameters")
        .help(format!("use `{name}` here too, or another path"))
}

fn every_query(path: &str, name: &str, place: Span) -> Diagnostic {
    let message = format!(
        "the path `{path}` without a query matches every query, but the parameter `{name}` already selects a gate there"
    );
    Diagnostic::error("ambiguous-path", message)
        .at(place, "")
        .help(format!(
            "add a value of `{name}`, as in `{path}?{name}=game`, or use another path"
        ))
}
