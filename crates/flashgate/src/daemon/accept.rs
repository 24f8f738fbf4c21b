//! The accept loop of one listener. It ends only at a stop, and never spins. One batch is in `batch`, the handling of
//! failed listeners in `failing`.

use std::convert::Infallible;
use std::io;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Duration;

use flashgate_config::ruffle::Doors;
use flashgate_config::snapshot::Services;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use tokio::io::unix::AsyncFd;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, timeout};
use tracing::error;

use super::accept_error::text as error_text;
use super::endpoint::Endpoint;
use super::listening;
use super::readable::{self, Cleared, watch};
use super::starved::{FIRST_PAUSE, Starved};
use super::status::Status;
use crate::connection::Shared;
use crate::log::Sampler;
use pace::Pace;

mod batch;
mod failing;
mod pace;

/// The longest queue of a listener.
const QUEUE: usize = listening::BACKLOG.unsigned_abs() as usize;

/// How long a stop waits for a client that has sent nothing: as long as a player waits for its answer (Adobe,
/// *Developer's Guide*: three seconds).
pub(super) const SILENT_DRAIN: Duration = Duration::from_secs(3);

/// How long the handshakes that have begun may take before the listener is closed. More than most round trips.
const HANDSHAKES: Duration = Duration::from_millis(100);

/// The most accepts in a batch.
const BATCH: usize = 16;

/// The pause after a batch in which every connection failed.
const REST: Duration = Duration::from_millis(10);

/// How soon to check again if there is no room.
const AGAIN: Duration = Duration::from_millis(100);

/// A batch of accepts.
struct Batch {
    accepted: usize,
    /// Whether one of the connections has a task, and so probably a timer.
    goes_on: bool,
    end: BatchEnd,
}

/// How a batch of accepts ended.
enum BatchEnd {
    Empty,
    Full,
    NoRoom,
    Exhausted(Errno),
    Dead(Errno),
}

/// What an accept loop does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Course {
    /// Accept without an end.
    Accept,
    /// A stop has begun. Serve the queue for up to this long. Then only answer policy requests, until another course
    /// ends it.
    Close(Duration),
    /// Take the queue, so that it is answered too, for up to this long, and end.
    End(Duration),
    /// End at once: another process accepts on the same socket, and takes the queue.
    Leave,
}

/// What a socket serves.
#[derive(Clone, Debug)]
pub(super) struct SocketOffer {
    pub(super) services: Services,
    /// The Ruffle config for pages. It is known once every socket is bound.
    pub(super) doors: Arc<Doors>,
}

impl SocketOffer {
    /// What is still served during a stop.
    fn answers_only(&self) -> Self {
        Self {
            services: self.services.answers_only(SILENT_DRAIN),
            doors: Arc::clone(&self.doors),
        }
    }
}

/// Accepts connections of one listener on one thread.
pub(super) struct Acceptor {
    endpoint: Arc<Endpoint>,
    listener: AsyncFd<Arc<OwnedFd>>,
    offer: watch::Receiver<SocketOffer>,
    shared: Arc<Shared>,
    status: Arc<Status>,
    starved: Starved,
    repaired: Option<Instant>,
    sampler: Sampler,
    pace: Pace,
    /// How many connections the last batch took, which is usually one.
    usual: usize,
    /// Dropped once the connections that were queued before a stop are accepted.
    queue_waits: Option<mpsc::Sender<Infallible>>,
}

impl Acceptor {
    /// Registers the listener with the current thread's event loop.
    pub(super) fn new(
        endpoint: Arc<Endpoint>,
        offer: watch::Receiver<SocketOffer>,
        shared: Arc<Shared>,
        status: Arc<Status>,
        queue_waits: mpsc::Sender<Infallible>,
    ) -> io::Result<Self> {
        Ok(Self {
            listener: watch(endpoint.socket())?,
            endpoint,
            offer,
            shared,
            status,
            starved: Starved::default(),
            repaired: None,
            sampler: Sampler::of_warnings("accept"),
            pace: Pace::new(),
            usual: 1,
            queue_waits: Some(queue_waits),
        })
    }

    /// Accepts until a stop, and then finishes according to the course.
    pub(super) async fn run(mut self, mut course: watch::Receiver<Course>) {
        let is_stop = |course: &Course| *course != Course::Accept;
        let is_end = |course: &Course| matches!(course, Course::End(_) | Course::Leave);
        let mut wanted = self.accept_until(&mut course, is_stop).await;
        if let Course::Close(limit) = wanted {
            tokio::select! {
                biased;
                // A second signal or a handover does not wait for the queue.
                _ = course.wait_for(is_end) => {}
                _ = timeout(limit, self.finish()) => {}
            }
            self.answer_only();
            wanted = self.accept_until(&mut course, is_end).await;
        }
        if let Course::End(limit) = wanted {
            // After this time the queue is lost. Its clients would not wait longer, and there is no room for them.
            let _ = timeout(limit, self.finish_for_good()).await;
        }
    }

    /// Accepts until there is another course.
    async fn accept_until(
        &mut self,
        course: &mut watch::Receiver<Course>,
        is_wanted: impl FnMut(&Course) -> bool,
    ) -> Course {
        let end = Course::End(SILENT_DRAIN);
        tokio::select! {
            biased;
            // An error means that the sender is gone, so nothing else could end the loop.
            course = course.wait_for(is_wanted) => course.map_or(end, |course| *course),
            () = self.accept() => end,
        }
    }

    /// Forwards no connection to a backend from now on.
    fn answer_only(&mut self) {
        let less = self.offer.borrow().answers_only();
        self.offer = watch::channel(less).1;
        self.queue_waits = None;
    }

    /// Accepts without an end.
    async fn accept(&mut self) {
        loop {
            self.wait_for_room().await;
            // An error here means that the event loop is shutting down.
            let Ok(ready) = self.pace.during(self.listener.readable()).await else {
                return;
            };
            let Batch {
                accepted,
                goes_on,
                end,
            } = self.batch();
            if goes_on {
                self.pace.note();
            }
            if accepted > 0 {
                self.usual = accepted;
                self.starved = Starved::default();
            }
            match end {
                BatchEnd::Empty => {
                    if readable::clear(ready) == Cleared::Never {
                        self.begin_again().await;
                    }
                }
                BatchEnd::NoRoom => {}
                BatchEnd::Full => {
                    drop(ready);
                    if accepted == 0 {
                        sleep(REST).await;
                    } else {
                        tokio::task::yield_now().await;
                    }
                }
                BatchEnd::Exhausted(errno) => {
                    drop(ready);
                    self.pause(errno).await;
                }
                BatchEnd::Dead(errno) => {
                    drop(ready);
                    if let Some(suppressed) = self.sampler.admit() {
                        let error = error_text(errno);
                        let address = self.endpoint.address;
                        error!(%address, error, suppressed, "a listener failed; repairing it");
                    }
                    self.endpoint.health.failed();
                    self.repair().await;
                }
            }
        }
    }

    /// Waits for room. If a client is waiting in the meantime, makes room for it.
    async fn wait_for_room(&self) {
        let (shared, listener) = (&self.shared, self.listener.get_ref());
        let descriptors = self.offer.borrow().services.descriptors();
        while !shared.permits.has_room(descriptors) {
            let ready = tokio::select! {
                biased;
                () = shared.permits.room(descriptors) => return,
                ready = self.listener.readable() => ready,
            };
            // The readiness may be out of date.
            if is_empty(listener) && ready.is_ok_and(|ready| readable::clear(ready) == Cleared::Yes)
            {
                continue;
            }
            return self.until_room(descriptors).await;
        }
    }

    /// Waits for room, and evicts unrecognized connections if possible, because a client is waiting.
    async fn until_room(&self, descriptors: u8) {
        let shared = &self.shared;
        loop {
            let returned = shared.permits.next_returned();
            if shared.permits.has_room(descriptors) {
                return;
            }
            if !shared.make_room(descriptors) {
                shared.tell_no_room(self.endpoint.address);
            }
            // Connections that are too young to evict now will be old enough later.
            let _ = timeout(AGAIN, returned).await;
        }
    }

    /// Takes the queue, and clients whose handshake has begun, unless another process does.
    async fn finish_for_good(&mut self) {
        let is_last = self.endpoint.admit_no_more();
        self.finish().await;
        if is_last {
            sleep(HANDSHAKES).await;
            self.finish().await;
        }
    }

    /// Takes the queue, as room becomes available.
    ///
    /// The queue is in order and holds at most [`QUEUE`] connections. So after that many, everything from before the
    /// stop is served. Under load, later connections would never end.
    async fn finish(&mut self) {
        let mut taken = 0;
        // If the queue is empty, there is no reason to wait for room.
        while taken < QUEUE && !is_empty(self.listener.get_ref()) {
            let descriptors = self.offer.borrow().services.descriptors();
            self.until_room(descriptors).await;
            let batch = self.batch();
            taken += batch.accepted;
            match batch.end {
                BatchEnd::Full => tokio::task::yield_now().await,
                BatchEnd::NoRoom => {}
                BatchEnd::Exhausted(_) => {
                    let _ = timeout(FIRST_PAUSE, self.shared.permits.next_returned()).await;
                }
                BatchEnd::Empty | BatchEnd::Dead(_) => return,
            }
        }
    }
}

/// Whether no connection is queued. False if that is unknown.
fn is_empty(listener: &OwnedFd) -> bool {
    let mut asked = [PollFd::new(listener, PollFlags::IN)];
    poll(&mut asked, Some(&Timespec::default())).is_ok_and(|ready| ready == 0)
}
