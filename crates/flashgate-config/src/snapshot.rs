//! What is served, resolved: nothing here is optional but what may be off, and nothing changes while it is served.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use flash_policy::accept::{AcceptConfig, Timing};
use flash_policy::{Host, Reply};
use tokio_rustls::rustls::ServerConfig;

use crate::tls::Certificate;

mod address;
mod bridge;
mod gate;
mod limits;
mod network;
mod own_host;
mod process;
mod sockets;
mod watched;

pub use address::{ListenAddress, NoAddress};
pub(crate) use bridge::Segment;
pub use bridge::{BridgeSettings, PathPattern};
pub use gate::{Backend, Gate, WebSocketMode};
pub use limits::{Chosen, Deadlines, Limits};
pub use network::Network;
pub use own_host::OwnHost;
pub use process::{ProcessPlan, SandboxMode, User, Violation};
pub use sockets::{FreePorts, Services, Socket};
pub use watched::{Sight, Watched};

/// What the daemon was told to do.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Where to listen, and what to answer there.
    pub listeners: Vec<Listener>,
    /// How much of everything.
    pub limits: Limits,
    /// How the process behaves.
    pub process: ProcessPlan,
    /// Where the daemon tells about itself, if anywhere.
    pub admin: Option<Admin>,
    /// The endpoint for WebSockets to every gate, if there is one; its listener is among the others.
    pub bridge: Option<Arc<BridgeSettings>>,
    /// What TLS is spoken with, if it is and they were read.
    pub certificates: Vec<Certificate>,
    /// What pages speak to the listeners.
    pub transport: ListenTransport,
    /// The names and addresses that Flash content uses for this machine.
    pub hosts: Vec<OwnHost>,
    /// The files that it was made from: the config file, policy files, certificates and keys; none where flags say everything.
    pub watched: Vec<Watched>,
}

/// What listeners speak to whoever can choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListenTransport {
    /// No TLS.
    Clear,
    /// TLS, with the plan's certificates.
    Tls,
}

/// Addresses where the same is done.
#[derive(Clone, Debug)]
pub struct Listener {
    /// Where.
    pub addresses: Vec<ListenAddress>,
    /// How the operator has said so.
    pub asked_by: AskedBy,
    /// What.
    pub service: Arc<Service>,
}

/// What asks for an address: for messages, which name it as the operator has written it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AskedBy {
    /// `--listen`, or nothing at all.
    ListenFlag,
    /// `--gate`.
    GateFlag,
    /// `[[listen]]`.
    Listen,
    /// `[[gate]]`.
    Gate,
    /// `[bridge]`.
    Bridge,
    /// `[admin]`.
    Admin,
}

/// What is done with connections.
#[derive(Debug)]
pub struct Service {
    /// What connections can have.
    pub kind: ServiceKind,
    /// Whose connections begin with a PROXY header, without fail; everybody else's bytes are data.
    pub accept_proxy: Vec<Network>,
    /// What a TLS handshake is answered with; none where TLS is bytes like all others.
    pub tls: Option<Arc<ServerConfig>>,
    /// How long everything may take.
    pub deadlines: Deadlines,
    /// What of it concerns the first bytes, the reply and the close.
    pub accept: Arc<AcceptConfig>,
    /// Whether this is what is left of a service during a stop: see `Service::answers_only`.
    pub stopping: bool,
}

/// What connections can have; one that asks for anything else is closed.
#[derive(Debug)]
pub enum ServiceKind {
    /// A policy.
    Policy(Served),
    /// A policy, or else a server.
    Gate {
        /// What policy requests are answered with.
        policy: Served,
        /// Where everything else goes.
        gate: Arc<Gate>,
    },
    /// A WebSocket to the gate that its path names.
    Bridge(Arc<BridgeSettings>),
    /// Nothing: that is what a stop leaves of a bridge.
    Closed,
}

impl ServiceKind {
    /// A policy, with a server behind it or without.
    pub(crate) fn new(policy: Served, gate: Option<Arc<Gate>>) -> Self {
        match gate {
            Some(gate) => Self::Gate { policy, gate },
            None => Self::Policy(policy),
        }
    }

    /// What is answered, and how long that may take.
    fn accept(&self, deadlines: Deadlines) -> AcceptConfig {
        let timing = Timing::default().request(deadlines.request);
        let timing = match self {
            Self::Gate { gate, .. } => timing.silence(gate.speaks_first_after).http(gate.http()),
            Self::Policy(_) | Self::Bridge(_) | Self::Closed => timing,
        };
        let config = match self {
            Self::Policy(policy) | Self::Gate { policy, .. } => {
                AcceptConfig::new(policy.reply.clone())
            }
            Self::Bridge(_) | Self::Closed => AcceptConfig::without_reply(),
        };
        config.timing(timing).linger(deadlines.linger)
    }
}

/// A policy as it is sent.
#[derive(Clone, Debug)]
pub struct Served {
    /// The policy's name, for logs.
    pub name: String,
    /// The bytes that are sent.
    pub reply: Reply,
}

impl Service {
    /// What is done with connections, before any stop.
    #[must_use]
    pub fn new(
        kind: ServiceKind,
        accept_proxy: Vec<Network>,
        tls: Option<Arc<ServerConfig>>,
        deadlines: Deadlines,
    ) -> Self {
        Self {
            accept: Arc::new(kind.accept(deadlines)),
            kind,
            accept_proxy,
            tls,
            deadlines,
            stopping: false,
        }
    }

    /// How many descriptors a connection may come to have: its own, and that to a backend.
    pub fn descriptors(&self) -> u8 {
        if self.passes_on() { 2 } else { 1 }
    }

    /// What policy requests are answered with.
    pub const fn policy(&self) -> Option<&Served> {
        match &self.kind {
            ServiceKind::Policy(policy) | ServiceKind::Gate { policy, .. } => Some(policy),
            ServiceKind::Bridge(_) | ServiceKind::Closed => None,
        }
    }

    /// Where everything but policy requests goes.
    pub const fn gate(&self) -> Option<&Arc<Gate>> {
        match &self.kind {
            ServiceKind::Gate { gate, .. } => Some(gate),
            ServiceKind::Policy(_) | ServiceKind::Bridge(_) | ServiceKind::Closed => None,
        }
    }

    /// Where WebSockets go by their path.
    pub const fn bridge(&self) -> Option<&Arc<BridgeSettings>> {
        match &self.kind {
            ServiceKind::Bridge(bridge) => Some(bridge),
            ServiceKind::Policy(_) | ServiceKind::Gate { .. } | ServiceKind::Closed => None,
        }
    }

    /// Whether connections may go on to a backend.
    pub const fn passes_on(&self) -> bool {
        matches!(self.kind, ServiceKind::Gate { .. } | ServiceKind::Bridge(_))
    }

    /// What is left of it during a stop: policy requests are answered, everything else is closed.
    pub(crate) fn answers_only(&self, request: Duration) -> Self {
        let kind = self
            .policy()
            .cloned()
            .map_or(ServiceKind::Closed, ServiceKind::Policy);
        let deadlines = Deadlines {
            request: self.deadlines.request.min(request),
            ..self.deadlines
        };
        Self {
            stopping: true,
            ..Self::new(kind, self.accept_proxy.clone(), self.tls.clone(), deadlines)
        }
    }

    /// Whether connections of a peer begin with a PROXY header.
    pub fn expects_proxy(&self, peer: Option<SocketAddr>) -> bool {
        peer.is_some_and(|peer| {
            let mut networks = self.accept_proxy.iter();
            networks.any(|network| network.contains(peer.ip()))
        })
    }

    /// Whether HTTP is understood here: on the bridge, and where a gate has WebSockets.
    pub fn speaks_http(&self) -> bool {
        match &self.kind {
            ServiceKind::Bridge(_) => true,
            ServiceKind::Gate { gate, .. } => gate.websocket == WebSocketMode::Upgrade,
            ServiceKind::Policy(_) | ServiceKind::Closed => false,
        }
    }

    /// Whether a peer says in front of a request whom it asks for.
    pub fn trusts_forwarded_for(&self, peer: Option<SocketAddr>) -> bool {
        let bridge = self.bridge();
        peer.is_some_and(|peer| bridge.is_some_and(|bridge| bridge.trusts(peer.ip())))
    }

    /// What a listener is called where it is found by a name: its gate, or its policy, or what it is.
    pub fn name(&self) -> &str {
        match &self.kind {
            ServiceKind::Gate { gate, .. } => &gate.name,
            ServiceKind::Policy(policy) => &policy.name,
            ServiceKind::Bridge(_) | ServiceKind::Closed => BRIDGE,
        }
    }
}

/// What the bridge's listener is called.
const BRIDGE: &str = "bridge";

/// Where the daemon tells about itself.
#[derive(Clone, Debug)]
pub struct Admin {
    /// Loopback, unless the operator asked for the danger.
    pub address: ListenAddress,
}

impl Plan {
    /// What clients may call this machine.
    pub fn host_names(&self) -> Vec<Host> {
        self.hosts.iter().map(|own| own.host.clone()).collect()
    }

    /// Whether pages with Ruffle get URLs that are made of `hosts`.
    pub fn leads_pages_by_host(&self) -> bool {
        match &self.bridge {
            Some(bridge) => bridge.public_url.is_none(),
            None => self
                .gates()
                .any(|gate| gate.websocket == WebSocketMode::Upgrade),
        }
    }

    /// The gates.
    pub fn gates(&self) -> impl Iterator<Item = &Gate> {
        let services = self.listeners.iter().map(|listener| &listener.service);
        services.filter_map(|service| service.gate().map(Arc::as_ref))
    }

    /// Every address with its listener, in the order of the plan.
    fn addresses(&self) -> impl Iterator<Item = (ListenAddress, &Listener)> {
        self.listeners.iter().flat_map(|listener| {
            listener
                .addresses
                .iter()
                .map(move |address| (*address, listener))
        })
    }
}
