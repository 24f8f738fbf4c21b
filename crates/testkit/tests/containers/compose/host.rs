//! A machine that runs a project: a namespace with a bridge, one for each service, and one for the players.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};

use testkit::dns::NameServer;
use testkit::namespace::Namespace;
use testkit::published::PublishedPort;

use super::project::{Project, Service};

/// The machine's address on the services' network.
const GATEWAY: &str = "172.18.0.1";

/// The machine's public address, which has the names in `.env.example`.
pub(super) const PUBLIC: &str = "203.0.113.10";

/// The players' address.
const PLAYER: &str = "203.0.113.1";

/// Docker's name server, in each container's network.
pub(super) const NAME_SERVER: &str = "127.0.0.11";

/// The machine; everything in it ends when it is dropped.
pub(super) struct Host {
    /// Its ports are the published ones.
    pub(super) machine: Namespace,
    pub(super) players: Namespace,
    pub(super) networks: BTreeMap<String, Namespace>,
    _names: Vec<NameServer>,
    _ports: Vec<PublishedPort>,
}

impl Host {
    /// Makes the networks of a project's services, with their names and published ports.
    pub(super) fn of(project: &Project) -> Self {
        let machine = Namespace::new().unwrap();
        let players = Namespace::new().unwrap();
        join(&players, &format!("{PLAYER}/24"), &machine, "public");
        machine
            .ip(&["address", "add", &format!("{PUBLIC}/24"), "dev", "public"])
            .unwrap();
        machine
            .ip(&["link", "add", "bridge", "type", "bridge"])
            .unwrap();
        machine
            .ip(&["address", "add", &format!("{GATEWAY}/16"), "dev", "bridge"])
            .unwrap();
        machine.ip(&["link", "set", "bridge", "up"]).unwrap();
        let mut networks = BTreeMap::new();
        let mut addresses = Vec::new();
        for ((name, service), address) in project.services.iter().zip(2..) {
            let address = Ipv4Addr::new(172, 18, 0, address);
            let network = Namespace::new().unwrap();
            let device = format!("to-{name}");
            join(&network, &format!("{address}/16"), &machine, &device);
            machine
                .ip(&["link", "set", &device, "master", "bridge"])
                .unwrap();
            if service
                .options
                .iter()
                .any(|option| option == "NET_BIND_SERVICE")
            {
                // The capability of a rootless container does not hold for a network from outside.
                let name = "net.ipv4.ip_unprivileged_port_start";
                network.set_sysctl(name, "0").unwrap();
            }
            networks.insert(name.clone(), network);
            addresses.push((name.as_str(), address));
        }
        let names = networks.values().map(|network| {
            let address = NAME_SERVER.parse().unwrap();
            network
                .run(|| NameServer::start(address, &addresses))
                .unwrap()
                .unwrap()
        });
        let names = names.collect();
        let ports = addresses
            .iter()
            .flat_map(|(name, address)| publish(&machine, &project.services[*name], *address));
        let ports = ports.collect();
        Self {
            machine,
            players,
            networks,
            _names: names,
            _ports: ports,
        }
    }
}

/// Gives a network a device with an address, whose other end is a device of the machine.
fn join(network: &Namespace, address: &str, machine: &Namespace, device: &str) {
    let inside = ["peer", "name", "eth0", "netns", network.name()];
    let link = [&["link", "add", device, "type", "veth"], &inside[..]].concat();
    machine.ip(&link).unwrap();
    machine.ip(&["link", "set", device, "up"]).unwrap();
    network
        .ip(&["address", "add", address, "dev", "eth0"])
        .unwrap();
    network.ip(&["link", "set", "eth0", "up"]).unwrap();
}

fn publish(machine: &Namespace, service: &Service, address: Ipv4Addr) -> Vec<PublishedPort> {
    let open = |(bound, published, target): &(String, u16, u16)| {
        let bound = SocketAddr::new(bound.parse().unwrap(), *published);
        let to = SocketAddr::from((address, *target));
        machine
            .run(|| PublishedPort::open(bound, to))
            .unwrap()
            .unwrap()
    };
    let mut ports: Vec<_> = service.ports.clone();
    // Caddy publishes 443 for TCP and for UDP.
    ports.dedup();
    ports.iter().map(open).collect()
}
