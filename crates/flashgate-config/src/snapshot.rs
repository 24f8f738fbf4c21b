//! The resolved plan. Only what can be off is optional, and nothing changes while it is served.

use std::sync::Arc;

use flash_policy::Host;

use crate::tls::Certificate;

mod address;
mod bridge;
mod gate;
mod limits;
mod master_files;
mod network;
mod own_host;
mod own_paths;
mod process;
mod service;
mod sockets;
mod watched;

pub use address::{ListenAddress, NoAddress};
pub(crate) use address::{is_range, split_range};
pub(crate) use bridge::Segment;
pub use bridge::{BridgeSettings, PathPattern};
pub use gate::{Backend, Gate, WebSocketMode};
pub use limits::{Chosen, Deadlines, Limits};
pub(crate) use master_files::FileGrants;
pub use master_files::{FileReaders, MasterFile, MasterFileContent, MasterFileKind, MasterFiles};
pub use network::Network;
pub use own_host::OwnHost;
pub use own_paths::AskedParameter;
pub(crate) use own_paths::{OwnPaths, PathTaken, QueryParameter};
pub use process::{ProcessPlan, SandboxMode, User, Violation};
pub use service::{Served, Service, ServiceKind};
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
    /// The master policy files over HTTP, if there are any. `listeners` has their own listener, if they have one.
    pub files: Option<Arc<MasterFiles>>,
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
    /// `[http]`.
    Http,
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
