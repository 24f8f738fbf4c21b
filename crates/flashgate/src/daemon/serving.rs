//! One served listener: an accept loop on each thread, all on one socket.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Context;
use std::time::Duration;

use flash_policy::reply::Dialect;
use flashgate_config::ruffle::Doors;
use flashgate_config::snapshot::ListenAddress;
use flashgate_config::snapshot::{Service, ServiceKind, Services, Socket};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tracing::field::display;
use tracing::info;

use super::accept::{Acceptor, Course, SocketOffer};
use super::endpoint::{AskedEndpoint, Endpoint, NotWatched};
use super::listening::Bound;
use super::status::{ListenerStatus, Status};
use crate::connection::Shared;
use crate::log::LIFECYCLE;

/// What every accept loop needs.
#[derive(Clone, Debug)]
pub(super) struct AcceptContext {
    /// The event loop of each serving thread.
    pub(super) threads: Vec<Handle>,
    pub(super) shared: Arc<Shared>,
    pub(super) status: Arc<Status>,
}

/// A listener that is registered but does not accept yet.
pub(super) struct PreparedListener {
    socket: Socket,
    endpoint: Arc<Endpoint>,
    offer: watch::Sender<SocketOffer>,
    queue_waits: mpsc::Receiver<Infallible>,
    acceptors: Vec<(Handle, Acceptor)>,
}

/// A served listener.
#[derive(Debug)]
pub(super) struct ServedListener {
    /// The address in the plan. The bound address may be more specific.
    pub(super) asked: ListenAddress,
    endpoint: Arc<Endpoint>,
    offer: watch::Sender<SocketOffer>,
    course: watch::Sender<Course>,
    /// Closed once every accept loop has taken the connections that were queued before a stop.
    queue_waits: mpsc::Receiver<Infallible>,
    tasks: Vec<JoinHandle<()>>,
}

impl PreparedListener {
    /// Registers a socket with every event loop.
    pub(super) fn new(
        bound: Bound,
        socket: Socket,
        doors: &Arc<Doors>,
        context: &AcceptContext,
    ) -> Result<Self, NotWatched> {
        let endpoint = Arc::new(Endpoint::new(bound));
        prepare(&endpoint, &socket.services);
        let (offer, receiver) = watch::channel(SocketOffer {
            services: socket.services.clone(),
            doors: Arc::clone(doors),
        });
        let (queued, queue_waits) = mpsc::channel(1);
        let acceptor = |thread: &Handle| {
            // A descriptor is registered with the event loop of the entered runtime.
            let entered = thread.enter();
            let acceptor = Acceptor::new(
                Arc::clone(&endpoint),
                receiver.clone(),
                Arc::clone(&context.shared),
                Arc::clone(&context.status),
                queued.clone(),
            );
            drop(entered);
            acceptor.map(|acceptor| (thread.clone(), acceptor))
        };
        let acceptors: Result<_, _> = context.threads.iter().map(acceptor).collect();
        let address = endpoint.address;
        let acceptors = acceptors.map_err(|error| NotWatched { address, error })?;
        Ok(Self {
            socket,
            endpoint,
            offer,
            queue_waits,
            acceptors,
        })
    }

    /// Starts the accept loops.
    pub(super) fn begin(self) -> ServedListener {
        let through = self.endpoint.address;
        listening(through, self.socket.services.general(), None);
        for (address, service) in self.socket.services.special() {
            listening(*address, service, Some(through));
        }
        let (course, followed) = watch::channel(Course::Accept);
        let begin =
            |(thread, acceptor): (Handle, Acceptor)| thread.spawn(acceptor.run(followed.clone()));
        ServedListener {
            asked: self.socket.address,
            endpoint: self.endpoint,
            offer: self.offer,
            course,
            queue_waits: self.queue_waits,
            tasks: self.acceptors.into_iter().map(begin).collect(),
        }
    }
}

/// The name of the policy that is served on most addresses.
fn general_policy(services: &Services) -> Option<String> {
    let policy = services.general().policy();
    policy.map(|policy| policy.name.clone())
}

/// Prepares a listener for gates, if it has any.
fn prepare(endpoint: &Endpoint, services: &Services) {
    if services.all().any(|service| service.passes_on()) {
        endpoint.prepare_for_relays();
    }
}

/// Logs one line for each address, at every verbosity.
fn listening(address: SocketAddr, service: &Service, through: Option<SocketAddr>) {
    let policy = service.policy().map(|policy| display(&policy.name));
    let through = through.map(display);
    let gate = service.gate();
    let name = gate.map(|gate| display(&gate.name));
    let backend = gate.map(|gate| display(&gate.backend));
    let bridge = service.bridge();
    let path = bridge.map(|bridge| display(&bridge.path));
    let gates = bridge.map(|bridge| bridge.routes.len());
    let served = service.policy().map(|policy| policy.reply.dialect());
    let dialect = (served == Some(Dialect::Silverlight)).then_some("silverlight");
    let files = service.files.as_ref().map(|files| files.paths());
    info!(target: LIFECYCLE, %address, gate = name, backend, policy, dialect, bridge = path, gates, files, through, "listening");
}

impl ServedListener {
    /// Serves a new plan from now on.
    pub(super) fn change(&self, socket: Socket, doors: &Arc<Doors>) {
        prepare(&self.endpoint, &socket.services);
        self.offer.send_replace(SocketOffer {
            services: socket.services,
            doors: Arc::clone(doors),
        });
    }

    /// Begins a stop: serves the queue for up to this long, and then only answers policy requests.
    pub(super) fn close(&self, limit: Duration) {
        self.course.send_replace(Course::Close(limit));
    }

    /// Waits until the connections that were queued before the stop are taken.
    pub(super) async fn queue_taken(&mut self) {
        while self.queue_waits.recv().await.is_some() {}
    }

    /// Sets the final course of the accept loops, and returns their tasks, which then end by themselves.
    pub(super) fn end(self, how: Course) -> Vec<JoinHandle<()>> {
        self.course.send_replace(how);
        self.tasks
    }

    /// Whether an accept loop has ended, which only an internal error causes.
    pub(super) fn has_ended(&mut self, context: &mut Context<'_>) -> bool {
        let mut tasks = self.tasks.iter_mut();
        tasks.any(|task| Pin::new(task).poll(context).is_ready())
    }

    /// Whether one of its addresses uses TLS.
    pub(super) fn speaks_tls(&self) -> bool {
        let offer = self.offer.borrow();
        offer.services.all().any(|service| service.tls.is_some())
    }

    /// The bound address.
    pub(super) fn address(&self) -> SocketAddr {
        self.endpoint.address
    }

    /// The endpoint, for a handover.
    pub(super) fn endpoint(&self) -> AskedEndpoint {
        AskedEndpoint {
            asked: self.asked,
            endpoint: Arc::clone(&self.endpoint),
        }
    }

    /// The listener's status.
    pub(super) fn status(&self) -> ListenerStatus {
        let offer = self.offer.borrow();
        let general = offer.services.general();
        ListenerStatus {
            address: self.endpoint.address,
            serves: match general.kind {
                ServiceKind::Policy(_) => "policy",
                ServiceKind::Gate { .. } => "gate",
                ServiceKind::Bridge(_) | ServiceKind::Closed => "bridge",
                ServiceKind::Http => "http",
            },
            gate: general.gate().map(|gate| gate.name.clone()),
            policy: general_policy(&offer.services),
            health: self.endpoint.health.clone(),
        }
    }
}
