//! The sockets that a plan needs, and the services on each.
//!
//! If a wildcard is bound to a port, the kernel allows no other socket to bind one of its addresses. So the wildcard's
//! socket serves both, and the local address of a connection selects the service.

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use flash_policy::Port;

use super::{AskedBy, ListenAddress, Plan, Service, ServiceListener};

/// A socket to be bound.
#[derive(Clone, Debug)]
pub struct Socket {
    /// Its address.
    pub address: ListenAddress,
    /// The name under which another process may have bound it.
    pub name: String,
    /// What it is for, and where it is set.
    pub asked_by: AskedBy,
    /// The services on it.
    pub services: Services,
}

/// The services on a socket, by the local address of a connection.
#[derive(Clone, Debug)]
pub struct Services {
    /// For every address that is not in `special`.
    general: Arc<Service>,
    /// For single addresses of a wildcard.
    special: Vec<(SocketAddr, Arc<Service>)>,
}

/// The ports of listeners that asked for any free one. They are known once the listeners are bound.
#[derive(Debug, Default)]
pub struct FreePorts(Vec<(Arc<Service>, Port)>);

impl FreePorts {
    /// Takes the requested address, the service and the bound address of each socket, in the order of the plan.
    pub fn new<'a>(
        bound: impl IntoIterator<Item = (ListenAddress, &'a Arc<Service>, SocketAddr)>,
    ) -> Self {
        let free = bound
            .into_iter()
            .filter(|(asked, ..)| asked.port() == 0)
            .filter_map(|(_, service, address)| {
                let port = Port::new(address.port()).ok()?;
                Some((Arc::clone(service), port))
            });
        Self(free.collect())
    }

    /// The ports that a listener is bound to, in the order of its addresses, as far as they are known.
    pub(crate) fn of(&self, listener: &ServiceListener) -> Vec<Port> {
        let its = |(service, _): &&(Arc<Service>, Port)| Arc::ptr_eq(service, &listener.service);
        let mut free = self.0.iter().filter(its).map(|(_, port)| *port);
        let addresses = listener.addresses.iter();
        addresses
            .filter_map(|address| match address.port() {
                0 => free.next(),
                port => Port::new(port).ok(),
            })
            .collect()
    }
}

impl Plan {
    /// The sockets to bind, in the order of the plan.
    pub fn sockets(&self) -> Vec<Socket> {
        let addresses: HashSet<_> = self.addresses().map(|(address, _)| address).collect();
        let (mut sockets, mut covered) = (Vec::<Socket>::new(), Vec::new());
        let mut places = HashMap::new();
        for (address, listener) in self.addresses() {
            if let Some(holder) = address.holder(&addresses) {
                covered.push((holder, address, &listener.service));
            } else {
                places.entry(address).or_insert(sockets.len());
                sockets.push(Socket::new(address, listener));
            }
        }
        for (holder, address, service) in covered {
            let place = places.get(&holder);
            let socket = place.and_then(|place| sockets.get_mut(*place));
            if let (Some(socket), ListenAddress::Exactly(address)) = (socket, address) {
                let special = (address, Arc::clone(service));
                socket.services.special.push(special);
            }
        }
        sockets
    }
}

impl Socket {
    fn new(address: ListenAddress, listener: &ServiceListener) -> Self {
        Self {
            address,
            name: listener.service.name().to_owned(),
            asked_by: listener.asked_by,
            services: Services {
                general: Arc::clone(&listener.service),
                special: Vec::new(),
            },
        }
    }
}

impl Services {
    /// Whether the local address of a connection must be known.
    pub fn by_address(&self) -> bool {
        !self.special.is_empty()
    }

    /// The service for connections to a local address.
    pub fn at(&self, local: Option<SocketAddr>) -> &Arc<Service> {
        let special = local.and_then(|local| {
            let mine = |(address, _): &&(SocketAddr, Arc<Service>)| is_same(*address, local);
            self.special.iter().find(mine)
        });
        special.map_or(&self.general, |(_, service)| service)
    }

    /// The service for every address without its own.
    pub fn general(&self) -> &Arc<Service> {
        &self.general
    }

    /// The services for single addresses of a wildcard.
    pub fn special(&self) -> &[(SocketAddr, Arc<Service>)] {
        &self.special
    }

    /// The services during a stop. A client has `request` to send a policy request.
    pub fn answers_only(&self, request: Duration) -> Self {
        let less = |service: &Arc<Service>| Arc::new(service.answers_only(request));
        let special = self.special.iter();
        Self {
            general: less(&self.general),
            special: special
                .map(|(address, service)| (*address, less(service)))
                .collect(),
        }
    }

    /// How many descriptors a connection may use.
    pub fn descriptors(&self) -> u8 {
        self.all()
            .map(|service| service.descriptors())
            .max()
            .unwrap_or(1)
    }

    /// All services.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Service>> {
        let special = self.special.iter().map(|(_, service)| service);
        std::iter::once(&self.general).chain(special)
    }
}

/// Whether a local address, which a socket of either family may report, is the planned one.
fn is_same(planned: SocketAddr, local: SocketAddr) -> bool {
    let same = planned.ip().to_canonical() == local.ip().to_canonical();
    match (planned, local) {
        // Several interfaces may have the same link-local address.
        (SocketAddr::V6(planned), SocketAddr::V6(local)) if planned.scope_id() != 0 => {
            same && planned.scope_id() == local.scope_id()
        }
        _ => same,
    }
}
