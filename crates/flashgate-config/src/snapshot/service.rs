//! What a listener does with a connection, and within which deadlines.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use flash_policy::Reply;
use flash_policy::accept::{AcceptConfig, HttpDetection, Timing};
use tokio_rustls::rustls::ServerConfig;

use super::{BridgeSettings, Deadlines, Gate, MasterFiles, Network, WebSocketMode};

/// What a listener does with connections.
#[derive(Debug)]
pub struct Service {
    /// The kind of service.
    pub kind: ServiceKind,
    /// Peers whose connections must begin with a PROXY header. For other peers, such bytes are data.
    pub accept_proxy: Vec<Network>,
    /// The TLS settings. None if TLS is passed on like other bytes.
    pub tls: Option<Arc<ServerConfig>>,
    /// The master policy files that are served here over HTTP, if any are.
    pub files: Option<Arc<MasterFiles>>,
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
    /// Master policy files over HTTP.
    Http,
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
            Self::Policy(_) | Self::Bridge(_) | Self::Http | Self::Closed => {
                timing.http(HttpDetection::On)
            }
        };
        let config = match self {
            Self::Policy(policy) | Self::Gate { policy, .. } => {
                AcceptConfig::new(policy.reply.clone())
            }
            Self::Bridge(_) | Self::Http | Self::Closed => AcceptConfig::without_reply(),
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
            files: None,
            deadlines,
            stopping: false,
        }
    }

    /// Also serves these master policy files.
    #[must_use]
    pub fn with_files(mut self, files: Option<Arc<MasterFiles>>) -> Self {
        self.files = files;
        self
    }

    /// How many descriptors a connection may use: its own, and one for a backend.
    pub fn descriptors(&self) -> u8 {
        if self.passes_on() { 2 } else { 1 }
    }

    /// The reply to policy requests.
    pub const fn policy(&self) -> Option<&Served> {
        match &self.kind {
            ServiceKind::Policy(policy) | ServiceKind::Gate { policy, .. } => Some(policy),
            ServiceKind::Bridge(_) | ServiceKind::Http | ServiceKind::Closed => None,
        }
    }

    /// The server for everything except policy requests.
    pub const fn gate(&self) -> Option<&Arc<Gate>> {
        match &self.kind {
            ServiceKind::Gate { gate, .. } => Some(gate),
            ServiceKind::Policy(_)
            | ServiceKind::Bridge(_)
            | ServiceKind::Http
            | ServiceKind::Closed => None,
        }
    }

    /// The bridge, if this is one.
    pub const fn bridge(&self) -> Option<&Arc<BridgeSettings>> {
        match &self.kind {
            ServiceKind::Bridge(bridge) => Some(bridge),
            ServiceKind::Policy(_)
            | ServiceKind::Gate { .. }
            | ServiceKind::Http
            | ServiceKind::Closed => None,
        }
    }

    /// Whether connections may be forwarded to a backend.
    pub const fn passes_on(&self) -> bool {
        matches!(self.kind, ServiceKind::Gate { .. } | ServiceKind::Bridge(_))
    }

    /// The service during a stop: policy requests are answered, and requests for files on the address of `[http]`.
    /// Everything else is closed.
    pub(crate) fn answers_only(&self, request: Duration) -> Self {
        let kind = match (&self.kind, self.policy()) {
            (ServiceKind::Http, _) => ServiceKind::Http,
            (_, Some(policy)) => ServiceKind::Policy(policy.clone()),
            (_, None) => ServiceKind::Closed,
        };
        let deadlines = Deadlines {
            request: self.deadlines.request.min(request),
            ..self.deadlines
        };
        Self {
            stopping: true,
            files: self.files.clone(),
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

    /// Whether HTTP is parsed here: on the bridge, at the address of `[http]`, and at gates with WebSockets.
    pub fn speaks_http(&self) -> bool {
        match &self.kind {
            ServiceKind::Bridge(_) | ServiceKind::Http => true,
            ServiceKind::Gate { gate, .. } => gate.websocket == WebSocketMode::Upgrade,
            ServiceKind::Policy(_) | ServiceKind::Closed => false,
        }
    }

    /// Whether the `X-Forwarded-For` of a peer is trusted.
    pub fn trusts_forwarded_for(&self, peer: Option<SocketAddr>) -> bool {
        let bridge = self.bridge();
        peer.is_some_and(|peer| bridge.is_some_and(|bridge| bridge.trusts(peer.ip())))
    }

    /// The name of the listener: its gate's, its policy's, `bridge` or `http`.
    pub fn name(&self) -> &str {
        match &self.kind {
            ServiceKind::Gate { gate, .. } => &gate.name,
            ServiceKind::Policy(policy) => &policy.name,
            ServiceKind::Bridge(_) | ServiceKind::Closed => BRIDGE,
            ServiceKind::Http => HTTP,
        }
    }
}

/// The name of the bridge's listener.
const BRIDGE: &str = "bridge";

/// The name of the listener of `[http]`.
const HTTP: &str = "http";
