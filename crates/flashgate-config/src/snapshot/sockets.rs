//! Which sockets a plan needs, and what each answers.
//!
//! Where a wildcard holds a port, the kernel lets nobody bind one of its addresses beside it. So the wildcard's socket
//! serves both, and the local address of a connection says whose it is.

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use flash_policy::Port;

use super::{AskedBy, ListenAddress, Listener, Plan, Service};

/// A socket to be bound.
#[derive(Clone, Debug)]
pub struct Socket {
    /// Where.
    pub address: ListenAddress,
    /// The name under which another process may have bound it.
    pub name: String,
    /// What asks for it.
    pub asked_by: AskedBy,
    /// What is done there.
    pub services: Services,
}

/// What is done on a socket, by the local address of a connection.
#[derive(Clone, Debug)]
pub struct Services {
    /// On every address that is not among the others.
    general: Arc<Service>,
    /// On single addresses of a wildcard.
    special: Vec<(SocketAddr, Arc<Service>)>,
}

/// The ports that listeners got which asked for any free one; known once they are bound.
#[derive(Debug, Default)]
pub struct FreePorts(Vec<(Arc<Service>, Port)>);

impl FreePorts {
    /// From what was asked for, what is done there, and what was bound; in the order of the plan.
    pub fn new<'a>(
        bound: impl IntoIterator<Item = (ListenAddress, &'a Arc<Service>, SocketAddr)>,
    ) -> Self {
        let free = bound
            .into_iter()
            .filter(|(asked, ..)| asked.port() == 0)
            .filter_map(|(_, service, address)| {
                let port = Port::new(u32::from(address.port())).ok()?;
                Some((Arc::clone(service), port))
            });
        Self(free.collect())
    }

    /// The ports that a listener is bound to, in the order of its addresses, as far as they are known.
    pub(crate) fn of(&self, listener: &Listener) -> Vec<Port> {
        let its = |(service, _): &&(Arc<Service>, Port)| Arc::ptr_eq(service, &listener.service);
        let mut free = self.0.iter().filter(its).map(|(_, port)| *port);
        let addresses = listener.addresses.iter();
        addresses
            .filter_map(|address| match address.port() {
                0 => free.next(),
                port => Port::new(u32::from(port)).ok(),
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
    fn new(address: ListenAddress, listener: &Listener) -> Self {
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

    /// What is done with connections to a local address.
    pub fn at(&self, local: Option<SocketAddr>) -> &Arc<Service> {
        let special = local.and_then(|local| {
            let mine = |(address, _): &&(SocketAddr, Arc<Service>)| is_same(*address, local);
            self.special.iter().find(mine)
        });
        special.map_or(&self.general, |(_, service)| service)
    }

    /// On every address but single ones.
    pub fn general(&self) -> &Arc<Service> {
        &self.general
    }

    /// On single addresses of a wildcard.
    pub fn special(&self) -> &[(SocketAddr, Arc<Service>)] {
        &self.special
    }

    /// What is left of them during a stop; a client may take `request` to send a policy request.
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

    /// How many descriptors a connection may come to have.
    pub fn descriptors(&self) -> u8 {
        self.all()
            .map(|service| service.descriptors())
            .max()
            .unwrap_or(1)
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Service>> {
        let special = self.special.iter().map(|(_, service)| service);
        std::iter::once(&self.general).chain(special)
    }
}

/// Whether a local address, as a socket of either family tells it, is the one that the plan means.
fn is_same(planned: SocketAddr, local: SocketAddr) -> bool {
    let same = planned.ip().to_canonical() == local.ip().to_canonical();
    match (planned, local) {
        // One link-local address may be that of several interfaces.
        (SocketAddr::V6(planned), SocketAddr::V6(local)) if planned.scope_id() != 0 => {
            same && planned.scope_id() == local.scope_id()
        }
        _ => same,
    }
}
