//! The accept loop of `[admin]`. Like that of a policy port, it ends only at a stop, and never spins.

use std::cmp::Reverse;
use std::collections::VecDeque;
use std::io;
use std::net::IpAddr;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustix::io::Errno;
use rustix::net::{SocketFlags, accept_with};
use tokio::io::unix::AsyncFd;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinError, JoinSet, yield_now};
use tokio::time::sleep;
use tracing::{error, warn};

use super::{AdminAnswers, connection};
use crate::daemon::accept_error::{self, Class, classify};
use crate::daemon::endpoint::Endpoint;
use crate::daemon::readable::{self, Cleared};
use crate::limits::Subscriber;
use crate::log::{self, Sampler};

/// More than the probes and scrapers of a machine open at once. One more replaces an idle one, so that no client can
/// block a health check that sends its request at once.
pub(in crate::daemon) const MOST_CONNECTIONS: usize = 32;

/// The pause after an error that affects more than one connection.
const PAUSE: Duration = Duration::from_secs(1);

/// The pause after an error that affects one connection, so that the loop does not spin.
const REST: Duration = Duration::from_millis(10);

/// The admin listener.
pub(super) struct AdminListener {
    endpoint: Arc<Endpoint>,
    /// `None` once it is stopping.
    socket: Option<AsyncFd<Arc<OwnedFd>>>,
    answers: AdminAnswers,
    sampler: Sampler,
    panicked: Sampler,
}

impl AdminListener {
    pub(super) fn new(endpoint: Arc<Endpoint>, answers: AdminAnswers) -> io::Result<Self> {
        Ok(Self {
            socket: Some(readable::watch(endpoint.socket())?),
            endpoint,
            answers,
            sampler: Sampler::of_warnings("admin-accept"),
            panicked: Sampler::of_warnings("admin-panic"),
        })
    }

    /// Serves until a stop, and then answers the open connections.
    pub(super) async fn run(mut self, mut stop: watch::Receiver<bool>) {
        let (mut open, mut connections) = (JoinSet::new(), AdminConnections::default());
        loop {
            let stream = tokio::select! {
                biased;
                // An error means that the sender is gone, which is a stop too.
                _ = stop.wait_for(|stop| *stop) => break,
                Some(ended) = open.join_next() => {
                    self.note(&ended);
                    continue;
                }
                stream = self.accept() => stream,
            };
            if open.len() >= MOST_CONNECTIONS {
                // Let connections read what has arrived first.
                yield_now().await;
                connections.evict();
            }
            while open.len() >= MOST_CONNECTIONS
                && let Some(ended) = open.join_next().await
            {
                self.note(&ended);
            }
            self.serve(stream, &mut open, &mut connections);
        }
        self.socket = None;
        while let Some(ended) = open.join_next().await {
            self.note(&ended);
        }
    }

    fn serve(&self, stream: TcpStream, open: &mut JoinSet<()>, connections: &mut AdminConnections) {
        let peer = stream.peer_addr().ok().map(|peer| peer.ip());
        let asked = Arc::new(AtomicBool::new(false));
        let answers = self.answers.clone();
        let task = open.spawn(connection::serve(stream, answers, Arc::clone(&asked)));
        connections.take(AdminConnection {
            task,
            is_local: peer.is_some_and(is_loopback),
            subscriber: peer.map(Subscriber::from),
            asked,
        });
    }

    /// Logs a panic in a connection, which affects only that connection.
    fn note(&self, ended: &Result<(), JoinError>) {
        if ended.as_ref().is_err_and(JoinError::is_panic)
            && let Some(suppressed) = self.panicked.admit()
        {
            error!(suppressed, "internal error: an admin connection panicked");
        }
    }

    /// The next connection.
    async fn accept(&mut self) -> TcpStream {
        loop {
            let Some(socket) = &self.socket else {
                return std::future::pending().await;
            };
            // An error here means that the event loop is shutting down.
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
                            self.begin_again().await;
                        }
                    }
                    Class::Connection => sleep(REST).await,
                    Class::Exhausted => self.pause(errno).await,
                    Class::Dead => {
                        let (address, error) = (self.endpoint.address, accept_error::text(errno));
                        if let Some(suppressed) = self.sampler.admit() {
                            error!(%address, error, suppressed, "the admin listener failed; repairing it");
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

    /// Registers the listener again, because another process has repaired it.
    async fn begin_again(&mut self) {
        sleep(REST).await;
        if let Some(socket) = &self.socket
            && let Ok(socket) = self.endpoint.renew(socket.get_ref())
            && let Ok(socket) = readable::watch(socket)
        {
            self.socket = Some(socket);
        }
    }

    /// Tries once to repair the listener, after a pause.
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
                    error!(%address, error, suppressed, "admin listener still failing; retrying");
                }
            }
        }
    }
}

/// The open connections, the oldest first.
#[derive(Default)]
struct AdminConnections(VecDeque<AdminConnection>);

struct AdminConnection {
    task: AbortHandle,
    /// Whether the peer is on this machine, as for a health check.
    is_local: bool,
    /// Who may have more of them. `None` if the connection has already failed.
    subscriber: Option<Subscriber>,
    /// Whether the request is complete.
    asked: Arc<AtomicBool>,
}

impl AdminConnections {
    fn take(&mut self, connection: AdminConnection) {
        self.0.retain(|connection| !connection.task.is_finished());
        self.0.push_back(connection);
    }

    /// Ends one connection: one with an incomplete request before others, a remote one before local ones, then the
    /// oldest of the client that has the most. So a client alone can't push out a slow probe of another one.
    fn evict(&mut self) {
        self.0.retain(|connection| !connection.task.is_finished());
        let held = |subscriber: Option<Subscriber>| {
            let held = self.0.iter().filter(|it| it.subscriber == subscriber);
            held.count()
        };
        let worth = |connection: &AdminConnection| {
            (
                connection.asked.load(Ordering::Relaxed),
                connection.is_local,
                Reverse(held(connection.subscriber)),
            )
        };
        let least = self
            .0
            .iter()
            .enumerate()
            .min_by_key(|(_, connection)| worth(connection));
        if let Some((index, _)) = least
            && let Some(connection) = self.0.remove(index)
        {
            connection.task.abort();
        }
    }
}

fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}
