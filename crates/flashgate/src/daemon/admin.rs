//! `[admin]`: the daemon's status over HTTP, on its own listener, and health checks on another one.
//!
//! Its connections are separate too, so players and admin clients never wait for each other. It changes nothing.

use std::sync::Arc;

use flash_policy::Host;
use flashgate_config::snapshot::{AdminEndpoint, AdminScope, AskedBy};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tracing::info;

use super::endpoint::{AskedEndpoint, Endpoint, NotWatched};
use super::listening::{Bound, Wanted};
use crate::log::LIFECYCLE;

mod about;
mod answer;
mod connection;
mod listener;
mod metrics;
mod status_json;

use about::AdminAnswers;
pub(super) use about::AdminSources;
use listener::AdminListener;
pub(super) use listener::MOST_CONNECTIONS;
pub(crate) use metrics::reference as metrics_reference;

/// The socket that a plan asks for. The service manager can use the name for it.
pub(super) fn wanted<'a>(plan: AdminEndpoint) -> Wanted<'a> {
    let (name, asked_by) = match plan.scope {
        AdminScope::All => ("admin", AskedBy::Admin(plan.set_in)),
        AdminScope::Probes => ("probes", AskedBy::Probes),
    };
    Wanted {
        address: plan.address,
        name,
        asked_by,
    }
}

/// The running listener.
#[derive(Debug)]
pub(super) struct AdminServer {
    /// As in the plan. The bound address may be more specific.
    plan: AdminEndpoint,
    endpoint: Arc<Endpoint>,
    hosts: watch::Sender<Vec<Host>>,
    stop: watch::Sender<bool>,
    pub(super) task: JoinHandle<()>,
}

/// A listener that is registered but not started.
pub(super) struct PreparedAdmin {
    plan: AdminEndpoint,
    listener: AdminListener,
    endpoint: Arc<Endpoint>,
    hosts: watch::Sender<Vec<Host>>,
}

/// Registers a socket with the event loop.
pub(super) fn prepare(
    plan: AdminEndpoint,
    bound: Bound,
    sources: AdminSources,
) -> Result<PreparedAdmin, NotWatched> {
    let endpoint = Arc::new(Endpoint::new(bound));
    let (hosts, receiver) = watch::channel(Vec::new());
    let address = endpoint.address;
    let answers = AdminAnswers {
        scope: plan.scope,
        hosts: receiver,
        sources: Arc::new(sources),
    };
    let listener = AdminListener::new(Arc::clone(&endpoint), answers)
        .map_err(|error| NotWatched { address, error })?;
    Ok(PreparedAdmin {
        plan,
        listener,
        endpoint,
        hosts,
    })
}

impl PreparedAdmin {
    /// Starts serving. `hosts` are the names that clients may use for this machine.
    pub(super) fn begin(self, hosts: &[Host]) -> AdminServer {
        let (stop, stopping) = watch::channel(false);
        let address = self.endpoint.address;
        self.hosts.send_replace(hosts.to_vec());
        match self.plan.scope {
            AdminScope::All => info!(target: LIFECYCLE, %address, "admin listening"),
            AdminScope::Probes => info!(target: LIFECYCLE, %address, "probes listening"),
        }
        AdminServer {
            plan: self.plan,
            endpoint: self.endpoint,
            hosts: self.hosts,
            stop,
            task: tokio::spawn(self.listener.run(stopping)),
        }
    }
}

impl AdminServer {
    /// Whether it matches a plan.
    pub(super) fn fits(&self, plan: AdminEndpoint) -> bool {
        self.plan == plan
    }

    /// The endpoint, for a handover.
    pub(super) fn endpoint(&self) -> AskedEndpoint {
        AskedEndpoint {
            asked: self.plan.address,
            endpoint: Arc::clone(&self.endpoint),
        }
    }

    /// Replaces the names that clients may use.
    pub(super) fn set_hosts(&self, hosts: &[Host]) {
        self.hosts.send_replace(hosts.to_vec());
    }

    /// Closes the listener. Open connections are still answered.
    pub(super) fn stop(&self) {
        let address = self.endpoint.address;
        match self.plan.scope {
            AdminScope::All => info!(target: LIFECYCLE, %address, "admin no longer listening"),
            AdminScope::Probes => info!(target: LIFECYCLE, %address, "probes no longer listening"),
        }
        self.stop.send_replace(true);
    }
}
