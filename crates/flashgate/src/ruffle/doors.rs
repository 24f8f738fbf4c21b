//! From what is served to the doors: a bridge, where there is one, stands for the gates' own ports.

use flash_policy::Port;

use super::{Door, Doors, Scheme, Way};
use crate::http::HostField;
use crate::snapshot::{Bridge, Gate, Listener, OwnHost, Plan, WebSocket};

impl Doors {
    /// A door for every gate that a page can reach. A gate on any free port has none: nobody can tell what movies dial.
    pub(crate) fn of(plan: &Plan) -> Self {
        let services = plan.listeners.iter().map(|listener| &listener.service);
        let gates = services.filter_map(|service| service.gate.as_deref());
        let scheme = if plan.certificates.is_empty() {
            Scheme::Ws
        } else {
            Scheme::Wss
        };
        let mut doors = Vec::<Door>::new();
        for gate in gates {
            let Some(port) = gate.public_port else {
                continue;
            };
            let way = match &plan.bridge {
                Some(bridge) => over(bridge, bridge_port(plan), gate, scheme),
                None => own_port(gate, port, scheme),
            };
            let port = port.get();
            // Of two gates that are dialled alike, on two addresses, only one can be meant.
            if doors.iter().all(|door| door.port != port) {
                doors.extend(way.map(|way| Door { port, way }));
            }
        }
        Self {
            hosts: hosts(plan),
            doors,
        }
    }
}

/// As the config says; else the one that pages reach the bridge by.
fn hosts(plan: &Plan) -> Vec<OwnHost> {
    let mut hosts = Vec::<OwnHost>::new();
    for host in &plan.hosts {
        if !hosts.iter().any(|other| other.written == host.written) {
            hosts.push(host.clone());
        }
    }
    if hosts.is_empty() {
        let url = plan.bridge.as_ref().and_then(|it| it.public_url.as_ref());
        hosts.extend(url.and_then(|url| host_of(url)).map(OwnHost::from));
    }
    hosts
}

fn host_of(url: &str) -> Option<flash_policy::Host> {
    let authority = url.split_once("://")?.1.split('/').next()?;
    HostField::parse(authority.as_bytes()).map(|field| field.host)
}

/// The way to a gate through the bridge.
fn over(bridge: &Bridge, listens_on: Option<Port>, gate: &Gate, scheme: Scheme) -> Option<Way> {
    let path = bridge.path.path(&gate.name, gate.public_port)?;
    match &bridge.public_url {
        Some(url) => Some(Way::There(format!("{url}{path}"))),
        None => Some(Way::Here {
            scheme,
            port: listens_on?.get(),
            path,
        }),
    }
}

fn bridge_port(plan: &Plan) -> Option<Port> {
    let is_it = |listener: &&Listener| listener.service.bridge.is_some();
    let listener = plan.listeners.iter().find(is_it)?;
    let address = listener.addresses.first()?;
    Port::new(u32::from(address.port())).ok()
}

fn own_port(gate: &Gate, port: Port, scheme: Scheme) -> Option<Way> {
    (gate.websocket == WebSocket::Upgrade).then(|| Way::own_port(port.get(), scheme))
}
