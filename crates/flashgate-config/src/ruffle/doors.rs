//! Makes the doors from a plan. With a bridge, its URLs replace the gates' own ports.

use flash_policy::Port;
use flashgate_wire::http::HostField;

use super::{Doors, MoviePort, WebSocketScheme, WebSocketTarget};
use crate::snapshot::{
    BridgeSettings, FreePorts, Gate, ListenTransport, OwnHost, Plan, ServiceListener, WebSocketMode,
};

impl Doors {
    /// A door for every gate that a page can reach. A gate on any free port has no door until it is bound, because the
    /// port is not known before.
    pub fn of(plan: &Plan, free: &FreePorts) -> Self {
        let scheme = match plan.transport {
            ListenTransport::Clear => WebSocketScheme::Ws,
            ListenTransport::Tls => WebSocketScheme::Wss,
        };
        let bridge_port = bridge_port(plan, free);
        let mut doors = Vec::<MoviePort>::new();
        for (gate, port) in gates(plan, free) {
            let way = match &plan.bridge {
                Some(bridge) => over(bridge, bridge_port, gate, scheme),
                None => own_port(gate, port, scheme),
            };
            let port = port.get();
            // Two gates on two addresses may have the same port. Without a bridge, both have the same URL. With a
            // bridge, only one of them can be used; the config findings report that.
            if doors.iter().all(|door| door.port != port) {
                doors.extend(way.map(|way| MoviePort { port, way }));
            }
        }
        let mut all = Self::at(doors);
        for host in &plan.hosts {
            all.add_host(host.clone());
        }
        if all.hosts.is_empty() {
            all.hosts.extend(public_host(plan));
        }
        all
    }
}

/// Every gate, with each port that movies connect to for it.
fn gates<'a>(plan: &'a Plan, free: &FreePorts) -> Vec<(&'a Gate, Port)> {
    let mut gates = Vec::new();
    for listener in &plan.listeners {
        if let Some(gate) = listener.service.gate() {
            let ports = match gate.public_port {
                Some(port) => vec![port],
                None => free.of(listener),
            };
            gates.extend(ports.into_iter().map(|port| (&**gate, port)));
        }
    }
    gates
}

/// The host of `public-url`, if it is set.
fn public_host(plan: &Plan) -> Option<OwnHost> {
    let url = plan.bridge.as_ref()?.public_url.as_ref()?;
    host_of(url).map(OwnHost::from)
}

fn host_of(url: &str) -> Option<flash_policy::Host> {
    let authority = url.split_once("://")?.1.split('/').next()?;
    HostField::parse(authority.as_bytes()).map(|field| field.host)
}

/// The URL of a gate through the bridge.
fn over(
    bridge: &BridgeSettings,
    listens_on: Option<Port>,
    gate: &Gate,
    scheme: WebSocketScheme,
) -> Option<WebSocketTarget> {
    let path = bridge.path.path(&gate.name, gate.public_port)?;
    match &bridge.public_url {
        Some(url) => Some(WebSocketTarget::There(format!("{url}{path}"))),
        None => Some(WebSocketTarget::Here {
            scheme,
            port: listens_on?.get(),
            path,
        }),
    }
}

fn bridge_port(plan: &Plan, free: &FreePorts) -> Option<Port> {
    let is_it = |listener: &&ServiceListener| listener.service.bridge().is_some();
    let listener = plan.listeners.iter().find(is_it)?;
    free.of(listener).first().copied()
}

fn own_port(gate: &Gate, port: Port, scheme: WebSocketScheme) -> Option<WebSocketTarget> {
    (gate.websocket == WebSocketMode::Upgrade)
        .then(|| WebSocketTarget::own_port(port.get(), scheme))
}
