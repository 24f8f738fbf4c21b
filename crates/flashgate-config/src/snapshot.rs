//! The resolved plan. Only what can be off is optional, and nothing changes while it is served.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use flash_policy::accept::{AcceptConfig, HttpDetection, Timing};
use flash_policy::{Host, Reply};
use tokio_rustls::rustls::ServerConfig;

use crate::tls::Certificate;

mod address;
mod bridge;
mod gate;
mod limits;
mod network;
mod own_host;
mod own_paths;
mod process;
mod sockets;
mod watched;

pub use address::{ListenAddress, NoAddress};
pub(crate) use address::{is_range, split_range};
pub(crate) use bridge::Segment;
pub use bridge::{BridgeSettings, PathPattern};
pub use gate::{Backend, Gate, WebSocketMode};
pub use limits::{Chosen, Deadlines, Limits};
pub use network::Network;
pub use own_host::OwnHost;
pub use own_paths::AskedParameter;
pub(crate) use own_paths::{OwnPaths, PathTaken, QueryParameter};
pub use process::{ProcessPlan, SandboxMode, User, Violation};
pub use sockets::{FreePorts, Services, Socket};
pub use watched::{Sight, Watched};

/// Everything that the daemon needs to know.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Where to listen, and what to answer there.
    pub listeners: Vec<ServiceListener>,
    /// The limits.
    pub limits: Limits,
    /// The settings of the process.
    pub process: ProcessPlan,
    /// The admin endpoint, if it is on.
    pub admin: Option<Admin>,
    /// The WebSocket endpoint for every gate, if it is on. `listeners` has its listener.
    pub bridge: Option<Arc<BridgeSettings>>,
    /// The certificates for TLS, if it is on and they were read.
    pub certificates: Vec<Certificate>,
    /// Whether listeners accept TLS.
    pub transport: ListenTransport,
    /// The names and addresses that Flash content uses for this machine.
    pub hosts: Vec<OwnHost>,
    /// The files that the plan was made from: the config file, policy files, certificates and keys. Empty if
    /// everything comes from flags.
    pub watched: Vec<Watched>,
}

/// Whether listeners accept TLS in addition to plain connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListenTransport {
    /// No TLS.
    Clear,
    /// TLS, with the plan's certificates.
    Tls,
}

/// Addresses with the same service.
#[derive(Clone, Debug)]
pub struct ServiceListener {
    /// The addresses.
    pub addresses: Vec<ListenAddress>,
    /// How the operator set it up.
    pub asked_by: AskedBy,
    /// What is served there.
    pub service: Arc<Service>,
}

/// What an address is for, and where it is set, so that messages can name it as the operator wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AskedBy {
    /// `[[listen]]`, `--listen`, or its default.
    Listen(SetIn),
    /// `[[gate]]` or `--gate`.
    Gate(SetIn),
    /// `[bridge]` or `--bridge`.
    Bridge(SetIn),
    /// `[admin]` or `--admin`.
    Admin(SetIn),
    /// `probes` of `[admin]`.
    Probes,
}

/// Where a setting is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetIn {
    /// In the config file.
    Config,
    /// On the command line, or nowhere.
    Flag,
    /// In an environment variable.
    Variable,
}

/// What a listener does with connections.
#[derive(Debug)]
pub struct Service {
    /// The kind of service.
    pub kind: ServiceKind,
    /// Peers whose connections must begin with a PROXY header. For other peers, such bytes are data.
    pub accept_proxy: Vec<Network>,
    /// The TLS settings. None if TLS is passed on like other bytes.
    pub tls: Option<Arc<ServerConfig>>,
    /// The deadlines of each step.
    pub deadlines: Deadlines,
    /// The settings for the first bytes, the reply and the close.
    pub accept: Arc<AcceptConfig>,
    /// Whether this is a service during a stop: see `Service::answers_only`.
    pub stopping: bool,
}

/// The kinds of service. A connection that asks for anything else is closed.
#[derive(Debug)]
pub enum ServiceKind {
    /// A policy.
    Policy(Served),
    /// A policy for policy requests, a server for everything else.
    Gate {
        /// The reply to policy requests.
        policy: Served,
        /// The server.
        gate: Arc<Gate>,
    },
    /// A WebSocket to the gate in its path.
    Bridge(Arc<BridgeSettings>),
    /// Nothing. A bridge becomes this during a stop.
    Closed,
}

impl ServiceKind {
    /// A policy, with or without a server behind it.
    pub(crate) fn new(policy: Served, gate: Option<Arc<Gate>>) -> Self {
        match gate {
            Some(gate) => Self::Gate { policy, gate },
            None => Self::Policy(policy),
        }
    }

    /// The reply and the deadlines.
    fn accept(&self, deadlines: Deadlines) -> AcceptConfig {
        let timing = Timing::default().request(deadlines.request);
        let timing = match self {
            Self::Gate { gate, .. } => timing.silence(gate.speaks_first_after).http(gate.http()),
            Self::Policy(_) | Self::Bridge(_) | Self::Closed => timing.http(HttpDetection::On),
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
    /// A service for normal operation. A stop uses `answers_only`.
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

    /// How many descriptors a connection may use: its own, and one for a backend.
    pub fn descriptors(&self) -> u8 {
        if self.passes_on() { 2 } else { 1 }
    }

    /// The reply to policy requests.
    pub const fn policy(&self) -> Option<&Served> {
        match &self.kind {
            ServiceKind::Policy(policy) | ServiceKind::Gate { policy, .. } => Some(policy),
            ServiceKind::Bridge(_) | ServiceKind::Closed => None,
        }
    }

    /// The server for everything except policy requests.
    pub const fn gate(&self) -> Option<&Arc<Gate>> {
        match &self.kind {
            ServiceKind::Gate { gate, .. } => Some(gate),
            ServiceKind::Policy(_) | ServiceKind::Bridge(_) | ServiceKind::Closed => None,
        }
    }

    /// The bridge, if this is one.
    pub const fn bridge(&self) -> Option<&Arc<BridgeSettings>> {
        match &self.kind {
            ServiceKind::Bridge(bridge) => Some(bridge),
            ServiceKind::Policy(_) | ServiceKind::Gate { .. } | ServiceKind::Closed => None,
        }
    }

    /// Whether connections may be forwarded to a backend.
    pub const fn passes_on(&self) -> bool {
        matches!(self.kind, ServiceKind::Gate { .. } | ServiceKind::Bridge(_))
    }

    /// The service during a stop: policy requests are answered, everything else is closed.
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

    /// Whether connections from a peer begin with a PROXY header.
    pub fn expects_proxy(&self, peer: Option<SocketAddr>) -> bool {
        peer.is_some_and(|peer| {
            let mut networks = self.accept_proxy.iter();
            networks.any(|network| network.contains(peer.ip()))
        })
    }

    /// Whether HTTP is parsed here: on the bridge, and at gates with WebSockets.
    pub fn speaks_http(&self) -> bool {
        match &self.kind {
            ServiceKind::Bridge(_) => true,
            ServiceKind::Gate { gate, .. } => gate.websocket == WebSocketMode::Upgrade,
            ServiceKind::Policy(_) | ServiceKind::Closed => false,
        }
    }

    /// Whether the `X-Forwarded-For` of a peer is trusted.
    pub fn trusts_forwarded_for(&self, peer: Option<SocketAddr>) -> bool {
        let bridge = self.bridge();
        peer.is_some_and(|peer| bridge.is_some_and(|bridge| bridge.trusts(peer.ip())))
    }

    /// The name of the listener: its gate's, its policy's, or `bridge`.
    pub fn name(&self) -> &str {
        match &self.kind {
            ServiceKind::Gate { gate, .. } => &gate.name,
            ServiceKind::Policy(policy) => &policy.name,
            ServiceKind::Bridge(_) | ServiceKind::Closed => BRIDGE,
        }
    }
}

/// The name of the bridge's listener.
const BRIDGE: &str = "bridge";

/// The settings of the admin endpoint.
#[derive(Clone, Debug)]
pub struct Admin {
    /// Loopback, unless the operator set `danger-public`.
    pub address: ListenAddress,
    /// A second listener for health checks only, open to everyone.
    pub probes: Option<ListenAddress>,
    /// Where it is set.
    pub set_in: SetIn,
}

/// A listener of the admin endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AdminEndpoint {
    /// Its address.
    pub address: ListenAddress,
    /// What it answers.
    pub scope: AdminScope,
    /// Where it is set.
    pub set_in: SetIn,
}

/// What a listener of the admin endpoint answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdminScope {
    /// Every path, for clients that name this machine.
    All,
    /// Only the health checks, for everyone.
    Probes,
}

impl Plan {
    /// The listeners of the admin endpoint.
    pub fn admin_endpoints(&self) -> impl Iterator<Item = AdminEndpoint> + '_ {
        self.admin.iter().flat_map(|admin| {
            let all = (Some(admin.address), AdminScope::All);
            let each = [all, (admin.probes, AdminScope::Probes)];
            each.into_iter().filter_map(|(address, scope)| {
                let (address, set_in) = (address?, admin.set_in);
                Some(AdminEndpoint {
                    address,
                    scope,
                    set_in,
                })
            })
        })
    }

    /// The names that clients may use for this machine.
    pub fn host_names(&self) -> Vec<Host> {
        self.hosts.iter().map(|own| own.host.clone()).collect()
    }

    /// Whether Ruffle pages get URLs that contain a name from `hosts`.
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
    fn addresses(&self) -> impl Iterator<Item = (ListenAddress, &ServiceListener)> {
        self.listeners.iter().flat_map(|listener| {
            listener
                .addresses
                .iter()
                .map(move |address| (*address, listener))
        })
    }
}
