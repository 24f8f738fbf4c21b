//! `[admin]`: the daemon's status over HTTP, on its own listener.
//!
//! Its connections are separate too, so players and admin clients never wait for each other. It changes nothing.

use std::sync::Arc;

use flash_policy::Host;
use flashgate_config::snapshot;
use flashgate_config::snapshot::ListenAddress;
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

pub(super) use about::AdminSources;
use listener::AdminListener;
pub(super) use listener::MOST_CONNECTIONS;
pub(crate) use metrics::reference as metrics_reference;

/// The name that the service manager can use for its socket.
const NAME: &str = "admin";

/// The socket that a plan asks for.
pub(super) fn wanted(plan: &snapshot::Admin) -> Wanted<'static> {
    Wanted {
        address: plan.address,
        name: NAME,
        asked_by: snapshot::AskedBy::Admin(plan.set_in),
    }
}

/// The running listener.
#[derive(Debug)]
pub(super) struct AdminServer {
    /// The address in the plan. The bound address may be more specific.
    asked: ListenAddress,
    endpoint: Arc<Endpoint>,
    hosts: watch::Sender<Vec<Host>>,
    stop: watch::Sender<bool>,
    pub(super) task: JoinHandle<()>,
}

/// A listener that is registered but not started.
pub(super) struct PreparedAdmin {
    listener: AdminListener,
    endpoint: Arc<Endpoint>,
    hosts: watch::Sender<Vec<Host>>,
}

/// Registers a socket with the event loop.
pub(super) fn prepare(bound: Bound, sources: AdminSources) -> Result<PreparedAdmin, NotWatched> {
    let endpoint = Arc::new(Endpoint::new(bound));
    let (hosts, receiver) = watch::channel(Vec::new());
    let address = endpoint.address;
    let listener = AdminListener::new(Arc::clone(&endpoint), receiver, sources)
        .map_err(|error| NotWatched { address, error })?;
    Ok(PreparedAdmin {
        listener,
        endpoint,
        hosts,
    })
}

impl PreparedAdmin {
    /// Starts serving. `hosts` are the names that clients may use for this machine.
    pub(super) fn begin(self, plan: &snapshot::Admin, hosts: &[Host]) -> AdminServer {
        let (stop, stopping) = watch::channel(false);
        let address = self.endpoint.address;
        self.hosts.send_replace(hosts.to_vec());
        info!(target: LIFECYCLE, %address, "admin listening");
        AdminServer {
            asked: plan.address,
            endpoint: self.endpoint,
            hosts: self.hosts,
            stop,
            task: tokio::spawn(self.listener.run(stopping)),
        }
    }
}

impl AdminServer {
    /// Whether it matches a plan.
    pub(super) fn fits(&self, plan: &snapshot::Admin) -> bool {
        self.asked == plan.address
    }

    /// The endpoint, for a handover.
    pub(super) fn endpoint(&self) -> AskedEndpoint {
        AskedEndpoint {
            asked: self.asked,
            endpoint: Arc::clone(&self.endpoint),
        }
    }

    /// Replaces the names that clients may use.
    pub(super) fn set_hosts(&self, hosts: &[Host]) {
        self.hosts.send_replace(hosts.to_vec());
    }

    /// Closes the listener. Open connections are still answered.
    pub(super) fn stop(&self) {
        info!(target: LIFECYCLE, address = %self.endpoint.address, "admin no longer listening");
        self.stop.send_replace(true);
    }
}
