//! Hosts on one network, each in its own namespace, connected by a bridge.

use std::sync::atomic::{AtomicU32, Ordering};

use testkit::namespace::Namespace;

/// The network. Its hub is a host too, where players are.
pub(super) struct Lan {
    pub(super) hub: Namespace,
    hosts: AtomicU32,
}

impl Lan {
    /// A network without other hosts; `addresses` are the hub's.
    pub(super) fn new(addresses: &[&str]) -> Self {
        let hub = Namespace::new().unwrap();
        hub.ip(&["link", "add", "lan", "type", "bridge"]).unwrap();
        for address in addresses {
            hub.ip(&["addr", "add", address, "dev", "lan"]).unwrap();
        }
        hub.ip(&["link", "set", "lan", "up"]).unwrap();
        let hosts = AtomicU32::new(0);
        Self { hub, hosts }
    }

    /// Adds a host. Its interface is `eth0`.
    pub(super) fn host(&self, address: &str) -> Namespace {
        let host = Namespace::new().unwrap();
        let port = format!("port{}", self.hosts.fetch_add(1, Ordering::Relaxed));
        let peer = ["peer", "name", &port, "netns", self.hub.name()];
        let pair = ["link", "add", "eth0", "type", "veth"];
        host.ip(&[&pair[..], &peer].concat()).unwrap();
        let hub = &self.hub;
        hub.ip(&["link", "set", &port, "master", "lan", "up"])
            .unwrap();
        host.ip(&["addr", "add", address, "dev", "eth0"]).unwrap();
        host.ip(&["link", "set", "eth0", "up"]).unwrap();
        host
    }
}
