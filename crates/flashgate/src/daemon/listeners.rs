//! The listeners that are served: started, changed by a reload, stopped.
//!
//! A reload is all or nothing: whatever can fail is done before anything is changed. A listener that stays is not bound
//! again, and its queue does not notice.

use std::collections::HashSet;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tracing::info;

use super::accept::{Acceptor, Course};
use super::address::ListenAddress;
use super::bind::{self, Bound, Wanted};
use super::endpoint::{Endpoint, NamedEndpoint};
use super::inherited::Inherited;
use crate::connection::Shared;
use crate::log::{self, LIFECYCLE};
use crate::render;
use crate::snapshot::{Answers, Socket};

/// Every listener.
pub(super) struct Listeners {
    serving: Vec<Serving>,
    /// Those that a reload has dropped, while they answer what was queued.
    leaving: Vec<JoinHandle<()>>,
    /// The event loop of each thread that serves.
    threads: Vec<Handle>,
    shared: Arc<Shared>,
}

/// One of them.
struct Serving {
    /// As the plan has it; what was bound may say more.
    asked: ListenAddress,
    name: String,
    endpoint: Arc<Endpoint>,
    answers: watch::Sender<Answers>,
    course: watch::Sender<Course>,
    /// An accept loop on each thread.
    tasks: Vec<JoinHandle<()>>,
}

/// A listener that could be started, and has not been.
struct Prepared {
    socket: Socket,
    endpoint: Arc<Endpoint>,
    answers: watch::Sender<Answers>,
    acceptors: Vec<Acceptor>,
}

impl Listeners {
    pub(super) fn new(shared: Arc<Shared>, threads: &[Handle]) -> Self {
        Self {
            serving: Vec::new(),
            leaving: Vec::new(),
            threads: threads.to_vec(),
            shared,
        }
    }

    pub(super) fn count(&self) -> usize {
        self.serving.len()
    }

    /// The sockets themselves.
    pub(super) fn endpoints(&self) -> Vec<NamedEndpoint> {
        let named = |serving: &Serving| NamedEndpoint {
            name: serving.name.clone(),
            endpoint: Arc::clone(&serving.endpoint),
        };
        self.serving.iter().map(named).collect()
    }

    /// Starts on sockets that are bound already, in the order of the plan; an error is text for the terminal.
    pub(super) fn start(&mut self, bound: Vec<Bound>, plan: Vec<Socket>) -> Result<(), String> {
        for prepared in self.prepare(bound, plan)? {
            let serving = self.begin(prepared);
            self.serving.push(serving);
        }
        Ok(())
    }

    /// Changes to a new plan, or changes nothing and says why.
    pub(super) fn change(&mut self, plan: Vec<Socket>) -> Result<(), String> {
        let addresses: Vec<_> = plan.iter().map(|socket| socket.address).collect();
        let kept = self.matches(&addresses);
        let is_new = kept.iter().map(Option::is_none);
        let new: Vec<_> = plan
            .iter()
            .zip(is_new)
            .filter(|(_, is_new)| *is_new)
            .map(|(socket, _)| socket.clone())
            .collect();
        self.can_stand_beside(&new)?;
        let wanted: Vec<_> = new.iter().map(Wanted::from).collect();
        let bound = bind::all(&wanted, &addresses, &mut Inherited::default())?;
        let mut prepared = self.prepare(bound, new)?.into_iter();
        // From here on nothing fails.
        let mut old: Vec<_> = std::mem::take(&mut self.serving)
            .into_iter()
            .map(Some)
            .collect();
        for (socket, kept) in plan.into_iter().zip(kept) {
            let stays = kept
                .and_then(|index| old.get_mut(index))
                .and_then(Option::take);
            if let Some(mut serving) = stays {
                serving.name = socket.name;
                serving.answers.send_replace(socket.answers);
                self.serving.push(serving);
            } else if let Some(prepared) = prepared.next() {
                let serving = self.begin(prepared);
                self.serving.push(serving);
            }
        }
        for gone in old.into_iter().flatten() {
            info!(target: LIFECYCLE, address = %gone.endpoint.address, "no longer listening");
            gone.course.send_replace(Course::Finish);
            self.leaving.extend(gone.tasks);
        }
        self.leaving.retain(|task| !task.is_finished());
        Ok(())
    }

    /// A wildcard can't be bound while one of its addresses is, nor the other way round, even if that one is to go.
    fn can_stand_beside(&self, new: &[Socket]) -> Result<(), String> {
        let mut faults = String::new();
        for socket in new {
            let holds = |serving: &&Serving| {
                serving.asked.covers(socket.address) || socket.address.covers(serving.asked)
            };
            if let Some(holder) = self.serving.iter().find(holds) {
                let (new, old) = (socket.address, holder.asked);
                let message =
                    format!("can't go from {old} to {new} while running: {old} holds the port");
                faults.push_str(&render::plain_error_text(&message, &["restart flashgate"]));
            }
        }
        if faults.is_empty() {
            Ok(())
        } else {
            Err(faults)
        }
    }

    /// For each address wanted, which of the present listeners serves it; each serves one.
    fn matches(&self, wanted: &[ListenAddress]) -> Vec<Option<usize>> {
        let mut taken = HashSet::new();
        let mut find = |address: &ListenAddress| {
            let fits = |(index, serving): &(usize, &Serving)| {
                serving.asked == *address && !taken.contains(index)
            };
            let found = self
                .serving
                .iter()
                .enumerate()
                .find(fits)
                .map(|(index, _)| index);
            taken.extend(found);
            found
        };
        wanted.iter().map(&mut find).collect()
    }

    /// Registers sockets with the event loops.
    fn prepare(&self, bound: Vec<Bound>, plan: Vec<Socket>) -> Result<Vec<Prepared>, String> {
        let one = |(bound, socket): (Bound, Socket)| {
            let endpoint = Arc::new(Endpoint::new(bound));
            let (answers, receiver) = watch::channel(socket.answers.clone());
            let acceptor = |thread: &Handle| {
                // Whoever registers a descriptor does it with the event loop that is entered.
                let _entered = thread.enter();
                Acceptor::new(
                    Arc::clone(&endpoint),
                    receiver.clone(),
                    Arc::clone(&self.shared),
                )
            };
            let acceptors: Result<_, _> = self.threads.iter().map(acceptor).collect();
            Ok(Prepared {
                acceptors: acceptors.map_err(|error| {
                    let address = endpoint.address;
                    let message = format!("can't watch {address}: {}", log::reason(&error));
                    render::plain_error_text(&message, &[])
                })?,
                socket,
                endpoint,
                answers,
            })
        };
        bound.into_iter().zip(plan).map(one).collect()
    }

    /// Starts the accept loops of a listener.
    fn begin(&self, prepared: Prepared) -> Serving {
        let Prepared {
            socket,
            endpoint,
            answers,
            acceptors,
        } = prepared;
        let policy = socket.answers.policy();
        info!(target: LIFECYCLE, address = %endpoint.address, %policy, "listening");
        for (address, policy) in socket.answers.special() {
            let through = endpoint.address;
            info!(target: LIFECYCLE, %address, %policy, %through, "listening");
        }
        let (course, followed) = watch::channel(Course::Accept);
        let tasks = self.threads.iter().zip(acceptors);
        Serving {
            asked: socket.address,
            name: socket.name,
            endpoint,
            answers,
            course,
            tasks: tasks
                .map(|(thread, acceptor)| thread.spawn(acceptor.run(followed.clone())))
                .collect(),
        }
    }

    /// Waits until an accept loop ends, which none does but by a fault.
    pub(super) async fn any_ended(&mut self) {
        poll_fn(|context| {
            let tasks = self
                .serving
                .iter_mut()
                .flat_map(|serving| &mut serving.tasks);
            let ended = tasks
                .into_iter()
                .any(|task| Pin::new(task).poll(context).is_ready());
            if ended {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await;
    }

    /// Ends all of them, by finishing or leaving what is queued.
    pub(super) async fn end(&mut self, how: Course) {
        for serving in self.serving.drain(..) {
            serving.course.send_replace(how);
            self.leaving.extend(serving.tasks);
        }
        for task in self.leaving.drain(..).filter(|task| !task.is_finished()) {
            // It ends by itself; should it have panicked, that has been said.
            let _ = task.await;
        }
    }
}
