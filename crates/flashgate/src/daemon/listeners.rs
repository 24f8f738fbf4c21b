//! The listeners that are served: started, changed by a reload, stopped.
//!
//! A reload is all or nothing: whatever can fail is done before anything is changed. A listener that stays is not bound
//! again, and its queue does not notice.

use std::collections::HashSet;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use flash_policy::Reply;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tracing::info;

use super::accept::Acceptor;
use super::address::ListenAddress;
use super::admin::{self, About, Admin};
use super::bind::{self, Bound};
use super::status::{Health, ListenerStatus, Status};
use crate::connection::Shared;
use crate::log::{self, LIFECYCLE};
use crate::render;
use crate::snapshot::{Listener, Plan};

/// Every listener.
pub(super) struct Listeners {
    serving: Vec<Serving>,
    admin: Option<Admin>,
    /// Those that a reload has dropped, while they answer what was queued.
    leaving: Vec<JoinHandle<()>>,
    shared: Arc<Shared>,
    status: Arc<Status>,
}

/// One of them.
struct Serving {
    /// As the plan has it; what was bound may say more.
    asked: ListenAddress,
    address: SocketAddr,
    policy: String,
    health: Health,
    reply: watch::Sender<Reply>,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

/// A listener that could be started, and has not been.
struct Prepared {
    acceptor: Acceptor,
    address: SocketAddr,
    reply: watch::Sender<Reply>,
}

impl Listeners {
    pub(super) fn new(shared: Arc<Shared>, status: Arc<Status>) -> Self {
        Self {
            serving: Vec::new(),
            admin: None,
            leaving: Vec::new(),
            shared,
            status,
        }
    }

    pub(super) fn count(&self) -> usize {
        self.serving.len()
    }

    /// Starts on sockets that are bound already, in the order of the plan; an error is text for the terminal.
    pub(super) fn start(&mut self, mut sockets: Vec<Bound>, plan: &Plan) -> Result<(), String> {
        let admin = plan.admin.as_ref().and_then(|_| sockets.pop());
        let admin = self.prepare_admin(admin)?;
        let replies = plan.addresses().map(|(_, listener)| listener.reply.clone());
        let prepared = self.prepare(sockets, replies)?;
        for ((asked, listener), prepared) in plan.addresses().zip(prepared) {
            let serving = begin(asked, listener, prepared);
            self.serving.push(serving);
        }
        self.change_admin(admin, plan);
        self.tell();
        Ok(())
    }

    /// Changes to a new plan, or changes nothing and says why.
    pub(super) fn change(&mut self, plan: &Plan) -> Result<(), String> {
        let wanted: Vec<_> = plan.addresses().map(|(address, _)| address).collect();
        let kept = self.matches(&wanted);
        let missing = || {
            plan.addresses()
                .zip(&kept)
                .filter(|(_, kept)| kept.is_none())
                .map(|(wanted, _)| wanted)
        };
        let new_admin = self.missing_admin(plan);
        let addresses = missing().map(|(address, _)| address).chain(new_admin);
        let mut sockets = bind::all(&addresses.collect::<Vec<_>>(), &plan.every_address())?;
        let admin = self.prepare_admin(new_admin.and_then(|_| sockets.pop()))?;
        let replies = missing().map(|(_, listener)| listener.reply.clone());
        let prepared = self.prepare(sockets, replies)?;
        // From here on nothing fails.
        self.replace(plan, kept, prepared);
        self.change_admin(admin, plan);
        self.tell();
        Ok(())
    }

    /// Lets those that are kept serve the new replies, begins new ones, and lets the others go.
    fn replace(&mut self, plan: &Plan, kept: Vec<Option<usize>>, prepared: Vec<Prepared>) {
        let mut prepared = prepared.into_iter();
        let mut old: Vec<_> = std::mem::take(&mut self.serving)
            .into_iter()
            .map(Some)
            .collect();
        for ((asked, listener), kept) in plan.addresses().zip(kept) {
            let stays = kept
                .and_then(|index| old.get_mut(index))
                .and_then(Option::take);
            if let Some(mut serving) = stays {
                serving.reply.send_replace(listener.reply.clone());
                serving.policy.clone_from(&listener.policy);
                self.serving.push(serving);
            } else if let Some(prepared) = prepared.next() {
                self.serving.push(begin(asked, listener, prepared));
            }
        }
        for gone in old.into_iter().flatten() {
            info!(target: LIFECYCLE, address = %gone.address, "no longer listening");
            gone.stop.send_replace(true);
            self.leaving.push(gone.task);
        }
        self.leaving.retain(|task| !task.is_finished());
    }

    /// The address of `[admin]`, if nothing listens there yet.
    fn missing_admin(&self, plan: &Plan) -> Option<ListenAddress> {
        let wanted = plan.admin.as_ref()?;
        let fits = self.admin.as_ref().is_some_and(|admin| admin.fits(wanted));
        (!fits).then_some(wanted.address)
    }

    fn prepare_admin(&self, socket: Option<Bound>) -> Result<Option<admin::Prepared>, String> {
        let about = || About {
            status: Arc::clone(&self.status),
            shared: Arc::clone(&self.shared),
        };
        socket
            .map(|bound| admin::prepare(bound, about()))
            .transpose()
    }

    /// Begins a new `[admin]`, keeps the one there is, or lets it go.
    fn change_admin(&mut self, new: Option<admin::Prepared>, plan: &Plan) {
        match (new, &plan.admin) {
            (Some(prepared), Some(wanted)) => {
                let begun = prepared.begin(wanted, &plan.hosts);
                if let Some(old) = self.admin.replace(begun) {
                    old.stop();
                }
            }
            (_, Some(_)) => {
                if let Some(admin) = &self.admin {
                    admin.set_hosts(&plan.hosts);
                }
            }
            (_, None) => {
                if let Some(old) = self.admin.take() {
                    old.stop();
                }
            }
        }
    }

    /// Tells the status who serves.
    fn tell(&self) {
        let one = |serving: &Serving| ListenerStatus {
            address: serving.address,
            policy: serving.policy.clone(),
            health: serving.health.clone(),
        };
        self.status
            .set_listeners(self.serving.iter().map(one).collect());
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

    /// Registers sockets with the event loop.
    fn prepare(
        &self,
        sockets: Vec<Bound>,
        replies: impl Iterator<Item = Reply>,
    ) -> Result<Vec<Prepared>, String> {
        let one = |(bound, reply): (Bound, Reply)| {
            let address = bound.address;
            let (sender, receiver) = watch::channel(reply);
            let acceptor = Acceptor::new(
                bound,
                receiver,
                Arc::clone(&self.shared),
                Arc::clone(&self.status),
            )
            .map_err(|error| {
                render::plain_error_text(
                    &format!("can't watch {address}: {}", log::reason(&error)),
                    &[],
                )
            })?;
            Ok(Prepared {
                acceptor,
                address,
                reply: sender,
            })
        };
        sockets.into_iter().zip(replies).map(one).collect()
    }

    /// Waits until one of them ends, which none does but by a fault.
    pub(super) async fn any_ended(&mut self) {
        poll_fn(|context| {
            let serving = self.serving.iter_mut().map(|serving| &mut serving.task);
            let admin = self.admin.as_mut().map(|admin| &mut admin.task);
            let ended = serving
                .chain(admin)
                .any(|task| Pin::new(task).poll(context).is_ready());
            if ended {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await;
    }

    /// Stops all of them but `[admin]`, which tells to the end; what is queued is answered first.
    pub(super) async fn stop(&mut self) {
        for serving in self.serving.drain(..) {
            serving.stop.send_replace(true);
            self.leaving.push(serving.task);
        }
        for task in self.leaving.drain(..).filter(|task| !task.is_finished()) {
            // It ends by itself; should it have panicked, that has been said.
            let _ = task.await;
        }
        self.tell();
    }
}

fn begin(asked: ListenAddress, listener: &Listener, prepared: Prepared) -> Serving {
    let Prepared {
        acceptor,
        address,
        reply,
    } = prepared;
    let (stop, stopping) = watch::channel(false);
    let health = acceptor.health();
    info!(target: LIFECYCLE, %address, policy = %listener.policy, "listening");
    Serving {
        asked,
        address,
        policy: listener.policy.clone(),
        health,
        reply,
        stop,
        task: tokio::spawn(acceptor.run(stopping)),
    }
}
