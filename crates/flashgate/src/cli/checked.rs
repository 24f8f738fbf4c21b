//! The output of `serve --check` for a valid configuration.

use flash_policy::Scheme;
use flash_policy::reply::Dialect;
use flashgate_config::snapshot::{
    AdminScope, BridgeSettings, Gate, MasterFile, Plan, Served, ServiceKind, ServiceListener,
};
use flashgate_config::tls::Certificate;

/// A line for each listener and certificate, and one for `[admin]`.
pub(super) fn text(plan: &Plan) -> String {
    let line = |listener: &ServiceListener| {
        let addresses: Vec<_> = listener.addresses.iter().map(ToString::to_string).collect();
        let addresses = addresses.join(", ");
        let service = &listener.service;
        let rest = service.gate().map_or_else(String::new, |gate| rest(gate));
        let first = match (service.policy(), &service.kind) {
            (Some(Served { name, reply }), _) => {
                let length = reply.as_bytes().len();
                let to_silverlight = reply.dialect() == Dialect::Silverlight;
                let clients = if to_silverlight {
                    " to Silverlight"
                } else {
                    ""
                };
                format!("ok: {addresses} serves policy {name}{clients}, {length} bytes{rest}\n")
            }
            (None, ServiceKind::Http) => String::new(),
            (None, _) => {
                let bridge = plan.bridge.as_deref().map_or_else(String::new, paths);
                format!("ok: {addresses} serves the bridge{bridge}\n")
            }
        };
        first + &files(&addresses, listener)
    };
    let certificate = |it: &Certificate| {
        let (file, names, ends) = (&it.file, it.names.join(", "), it.ends());
        format!("ok: {file} is for {names}, until {ends}\n")
    };
    let certificates = plan.certificates.iter().map(certificate);
    let admin = plan.admin_endpoints().map(|endpoint| {
        let what = match endpoint.scope {
            AdminScope::All => "admin",
            AdminScope::Probes => "probes",
        };
        format!("ok: {} serves {what}\n", endpoint.address)
    });
    let lines = plan.listeners.iter().map(line);
    lines.chain(certificates).chain(admin).collect()
}

/// A line for each master policy file that a listener serves.
fn files(addresses: &str, listener: &ServiceListener) -> String {
    let files = listener.service.files.iter().flat_map(|files| files.each());
    let line = |file: &MasterFile| {
        let (path, policy) = (file.kind.path(), &file.policy);
        let length = file.over(Scheme::Http).bytes.len();
        format!("ok: {addresses} serves policy {policy} as {path} over HTTP, {length} bytes\n")
    };
    files.map(line).collect()
}

/// The number of gates on the bridge, and their path.
fn paths(bridge: &BridgeSettings) -> String {
    let (url, path) = (
        bridge.public_url.as_deref().unwrap_or_default(),
        &bridge.path,
    );
    match bridge.routes.len() {
        1 => format!(", 1 gate at {url}{path}"),
        gates => format!(", {gates} gates at {url}{path}"),
    }
}

/// Where a gate forwards everything other than policy requests.
fn rest(gate: &Gate) -> String {
    let backend = &gate.backend;
    match &gate.http_backend {
        Some(http) => format!("; HTTP goes to {http}, the rest to {backend}"),
        None => format!("; the rest goes to {backend}"),
    }
}
