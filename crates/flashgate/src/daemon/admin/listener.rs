//! The accept loop of `[admin]`. Like that of a policy port it has no exit but a stop, and never spins.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Duration;

use flash_policy::Host;
use rustix::io::Errno;
use rustix::net::{SocketFlags, accept_with};
use tokio::io::unix::AsyncFd;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};
use tokio::time::sleep;
use tracing::{error, warn};

use super::{About, connection};
use crate::daemon::accept_error::{self, Class, classify};
use crate::daemon::endpoint::Endpoint;
use crate::daemon::readable::{self, Cleared};
use crate::log::{self, Sampler};

/// More than the probes and scrapers of a machine have open together; the others wait in the queue.
pub(in crate::daemon) const MOST_CONNECTIONS: usize = 32;

/// After an error that is not that of one connection.
const PAUSE: Duration = Duration::from_secs(1);

/// After one that is: when nothing else comes in, nothing spins.
const REST: Duration = Duration::from_millis(10);

/// See the module.
pub(super) struct Listener {
    endpoint: Arc<Endpoint>,
    /// None once it is to stop.
    socket: Option<AsyncFd<Arc<OwnedFd>>>,
    hosts: watch::Receiver<Vec<Host>>,
    about: Arc<About>,
    sampler: Sampler,
}

impl Listener {
    pub(super) fn new(
        endpoint: Arc<Endpoint>,
        hosts: watch::Receiver<Vec<Host>>,
        about: About,
    ) -> io::Result<Self> {
        Ok(Self {
            socket: Some(readable::watch(endpoint.socket())?),
            endpoint,
            hosts,
            about: Arc::new(about),
            sampler: Sampler::of_warnings("admin-accept"),
        })
    }

    /// Serves until it is told to stop, and then answers who is connected.
    pub(super) async fn run(mut self, mut stop: watch::Receiver<bool>) {
        let mut open = JoinSet::new();
        loop {
            tokio::select! {
                biased;
                // An error means that whoever could say "stop" has gone, which is a stop.
                _ = stop.wait_for(|stop| *stop) => break,
                Some(ended) = open.join_next() => note(&ended),
                stream = self.accept(), if open.len() < MOST_CONNECTIONS => {
                    let (hosts, about) = (self.hosts.clone(), Arc::clone(&self.about));
                    open.spawn(connection::serve(stream, hosts, about));
                }
            }
        }
        self.socket = None;
        while let Some(ended) = open.join_next().await {
            note(&ended);
        }
    }

    /// The next connection.
    async fn accept(&mut self) -> TcpStream {
        loop {
            let Some(socket) = &self.socket else {
                return std::future::pending().await;
            };
            // The error is the event loop's own, at its end.
            let Ok(ready) = socket.readable().await else {
                return std::future::pending().await;
            };
            match accept_with(socket, SocketFlags::NONBLOCK | SocketFlags::CLOEXEC) {
                Ok(socket) => match TcpStream::from_std(socket.into()) {
                    Ok(stream) => return stream,
                    Err(_) => self.pause(Errno::NOMEM).await,
                },
                Err(errno) => match classify(errno) {
                    Class::Empty => {
                        if readable::clear(ready) == Cleared::Never {
                            self.begin_anew().await;
                        }
                    }
                    Class::Connection => sleep(REST).await,
                    Class::Exhausted => self.pause(errno).await,
                    Class::Dead => {
                        let (address, error) = (self.endpoint.address, accept_error::text(errno));
                        if let Some(suppressed) = self.sampler.admit() {
                            error!(%address, error, suppressed, "the admin listener has failed; putting it right");
                        }
                        drop(ready);
                        self.repair().await;
                    }
                },
            }
        }
    }

    async fn pause(&self, errno: Errno) {
        if let Some(suppressed) = self.sampler.admit() {
            let (address, error) = (self.endpoint.address, accept_error::text(errno));
            warn!(%address, error, suppressed, "can't accept for now; admin connections wait in the queue");
        }
        sleep(PAUSE).await;
    }

    /// Watches the listener anew where another process has put it right.
    async fn begin_anew(&mut self) {
        sleep(REST).await;
        if let Some(socket) = &self.socket
            && let Ok(socket) = self.endpoint.renew(socket.get_ref())
            && let Ok(socket) = readable::watch(socket)
        {
            self.socket = Some(socket);
        }
    }

    /// Tries once to put the listener right, after a pause.
    async fn repair(&mut self) {
        sleep(PAUSE).await;
        let Some(failed) = self.socket.take() else {
            return;
        };
        match self.endpoint.repair(failed.get_ref()) {
            Ok(socket) => self.socket = readable::watch(socket).ok().or(Some(failed)),
            Err(fault) => {
                self.socket = Some(failed);
                if let Some(suppressed) = self.sampler.admit() {
                    let (address, error) = (self.endpoint.address, log::reason(&fault));
                    error!(%address, error, suppressed, "can't put the admin listener right; trying on");
                }
            }
        }
    }
}

/// A connection that panicked has harmed itself only; that it did is counted with all panics.
fn note(ended: &Result<(), JoinError>) {
    if ended.is_err() {
        error!("an admin connection has failed by a fault of ours");
    }
}
