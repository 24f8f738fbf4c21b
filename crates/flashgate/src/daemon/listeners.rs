//! The listeners: started, changed by a reload, stopped.
//!
//! A reload is all or nothing: everything that can fail is done before anything changes. A listener that stays is not
//! bound again, and its queue is not affected.

use std::collections::HashSet;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use flashgate_config::ruffle::Doors;
use flashgate_config::snapshot::{AdminEndpoint, FreePorts, Plan, Socket};
use tokio::task::JoinHandle;
use tracing::info;

use super::accept::{Course, SILENT_DRAIN};
use super::admin::{self, AdminServer, AdminSources};
use super::bind;
use super::endpoint::AskedEndpoint;
use super::inherited::Inherited;
use super::listening::{Bound, Wanted};
use super::losses;
use super::refusal::Refusal;
use super::serving::{AcceptContext, PreparedListener, ServedListener};
use crate::log::LIFECYCLE;

/// All listeners.
pub(super) struct Listeners {
    serving: Vec<ServedListener>,
    /// `[admin]`, and its `probes`.
    admin: Vec<AdminServer>,
    /// Listeners dropped by a reload, which still answer what was queued.
    leaving: Vec<JoinHandle<()>>,
    context: AcceptContext,
}

/// The sockets that a plan asks for. Those of `[admin]` are last.
pub(super) fn wanted<'a>(sockets: &'a [Socket], plan: &Plan) -> Vec<Wanted<'a>> {
    let admin = plan.admin_endpoints().map(admin::wanted);
    sockets.iter().map(Wanted::from).chain(admin).collect()
}

impl Listeners {
    pub(super) fn new(context: AcceptContext) -> Self {
        Self {
            serving: Vec::new(),
            admin: Vec::new(),
            leaving: Vec::new(),
            context,
        }
    }

    pub(super) fn count(&self) -> usize {
        self.serving.len()
    }

    /// Whether a listener uses TLS.
    pub(super) fn speak_tls(&self) -> bool {
        self.serving.iter().any(ServedListener::speaks_tls)
    }

    /// The sockets, for a handover.
    pub(super) fn endpoints(&self) -> Vec<AskedEndpoint> {
        let admin = self.admin.iter().map(AdminServer::endpoint);
        let serving = self.serving.iter().map(ServedListener::endpoint);
        serving.chain(admin).collect()
    }

    /// Starts on bound sockets, in the order of [`wanted`].
    pub(super) fn start(
        &mut self,
        mut bound: Vec<Bound>,
        sockets: Vec<Socket>,
        plan: &Plan,
    ) -> Result<(), Refusal> {
        let admin = bound.split_off(bound.len().min(sockets.len()));
        let admin = self.prepare_admin(plan.admin_endpoints().collect(), admin)?;
        let doors = self.doors(plan, (&sockets, &self.matches(&sockets)), &bound);
        let prepared = self.prepare(bound, sockets, &doors)?;
        self.serving
            .extend(prepared.into_iter().map(PreparedListener::begin));
        self.change_admin(admin, plan);
        self.tell();
        Ok(())
    }

    /// Changes to a new plan, or changes nothing and returns the reason.
    pub(super) fn change(&mut self, sockets: Vec<Socket>, plan: &Plan) -> Result<(), Refusal> {
        let kept = self.matches(&sockets);
        losses::of_tls(&self.serving, plan).map_err(Refusal::Losses)?;
        losses::of_ports(self.ending(&kept, plan).iter()).map_err(Refusal::Losses)?;
        let is_new =
            |(socket, kept): (&Socket, &Option<usize>)| kept.is_none().then(|| socket.clone());
        let new: Vec<_> = sockets.iter().zip(&kept).filter_map(is_new).collect();
        self.can_stand_beside(&new)?;
        let admin = plan.admin_endpoints().filter(|it| !self.has_admin(*it));
        let admin: Vec<_> = admin.collect();
        let admin_sockets = admin.iter().copied().map(admin::wanted);
        let missing = new.iter().map(Wanted::from).chain(admin_sockets);
        let in_use: Vec<_> = wanted(&sockets, plan)
            .iter()
            .map(|wanted| wanted.address)
            .collect();
        let missing: Vec<_> = missing.collect();
        let mut bound =
            bind::all(&missing, &in_use, &mut Inherited::default()).map_err(Refusal::NotBound)?;
        let admin = self.prepare_admin(admin, bound.split_off(bound.len().min(new.len())))?;
        let doors = self.doors(plan, (&sockets, &kept), &bound);
        let prepared = self.prepare(bound, new, &doors)?;
        // Nothing after this line can fail.
        self.replace(sockets, kept, prepared, &doors);
        self.change_admin(admin, plan);
        self.tell();
        Ok(())
    }

    /// The listeners that a plan does not keep.
    fn ending(&self, kept: &[Option<usize>], plan: &Plan) -> Vec<AskedEndpoint> {
        let admin = self.admin.iter();
        let admin = admin.filter(|it| !plan.admin_endpoints().any(|plan| it.fits(plan)));
        let serving = self.serving.iter().enumerate();
        let ending = serving.filter(|(index, _)| !kept.contains(&Some(*index)));
        let ending = ending.map(|(_, serving)| serving.endpoint());
        ending.chain(admin.map(AdminServer::endpoint)).collect()
    }

    /// Builds the Ruffle config for pages, now that the real ports are known: from kept listeners, and from the newly
    /// bound sockets.
    fn doors(
        &self,
        plan: &Plan,
        (sockets, kept): (&[Socket], &[Option<usize>]),
        bound: &[Bound],
    ) -> Arc<Doors> {
        let mut bound = bound.iter();
        let addresses = sockets.iter().zip(kept).filter_map(|(socket, kept)| {
            let address = match kept.and_then(|index| self.serving.get(index)) {
                Some(serving) => serving.address(),
                None => bound.next()?.address,
            };
            Some((socket.address, socket.services.general(), address))
        });
        Arc::new(Doors::of(plan, &FreePorts::new(addresses)))
    }

    /// Switches kept listeners to the new plan, starts new ones, and ends the others.
    fn replace(
        &mut self,
        sockets: Vec<Socket>,
        kept: Vec<Option<usize>>,
        prepared: Vec<PreparedListener>,
        doors: &Arc<Doors>,
    ) {
        let mut prepared = prepared.into_iter();
        let mut old: Vec<_> = std::mem::take(&mut self.serving)
            .into_iter()
            .map(Some)
            .collect();
        for (socket, kept) in sockets.into_iter().zip(kept) {
            let stays = kept
                .and_then(|index| old.get_mut(index))
                .and_then(Option::take);
            if let Some(serving) = stays {
                serving.change(socket, doors);
                self.serving.push(serving);
            } else {
                self.serving
                    .extend(prepared.next().map(PreparedListener::begin));
            }
        }
        for gone in old.into_iter().flatten() {
            info!(target: LIFECYCLE, address = %gone.address(), "no longer listening");
            self.leaving.extend(gone.end(Course::End(SILENT_DRAIN)));
        }
        self.leaving.retain(|task| !task.is_finished());
    }

    /// Checks that the new sockets can be bound. A wildcard can't be bound while one of its addresses is in use, or the
    /// other way round, even if the old one is to be closed.
    fn can_stand_beside(&self, new: &[Socket]) -> Result<(), Refusal> {
        let held = |socket: &Socket| {
            let holds = |serving: &&ServedListener| {
                serving.asked.covers(socket.address) || socket.address.covers(serving.asked)
            };
            let holder = self.serving.iter().find(holds)?;
            Some((socket.address, holder.asked))
        };
        let held: Vec<_> = new.iter().filter_map(held).collect();
        if held.is_empty() {
            Ok(())
        } else {
            Err(Refusal::HeldPorts(held))
        }
    }

    /// For each wanted socket, the index of the current listener that serves it. A listener serves one socket.
    fn matches(&self, wanted: &[Socket]) -> Vec<Option<usize>> {
        let mut taken = HashSet::new();
        let mut find = |socket: &Socket| {
            let mut serving = self.serving.iter().enumerate();
            let found = serving
                .find(|(index, serving)| serving.asked == socket.address && !taken.contains(index))
                .map(|(index, _)| index);
            taken.extend(found);
            found
        };
        wanted.iter().map(&mut find).collect()
    }

    fn prepare(
        &self,
        bound: Vec<Bound>,
        sockets: Vec<Socket>,
        doors: &Arc<Doors>,
    ) -> Result<Vec<PreparedListener>, Refusal> {
        let sockets = bound.into_iter().zip(sockets);
        sockets
            .map(|(bound, socket)| PreparedListener::new(bound, socket, doors, &self.context))
            .collect::<Result<_, _>>()
            .map_err(Refusal::NotWatched)
    }

    /// Whether `[admin]` already has this listener.
    fn has_admin(&self, wanted: AdminEndpoint) -> bool {
        self.admin.iter().any(|admin| admin.fits(wanted))
    }

    fn prepare_admin(
        &self,
        plans: Vec<AdminEndpoint>,
        sockets: Vec<Bound>,
    ) -> Result<Vec<admin::PreparedAdmin>, Refusal> {
        let about = || AdminSources {
            status: Arc::clone(&self.context.status),
            shared: Arc::clone(&self.context.shared),
        };
        let each = plans.into_iter().zip(sockets);
        each.map(|(plan, bound)| admin::prepare(plan, bound, about()))
            .collect::<Result<_, _>>()
            .map_err(Refusal::NotWatched)
    }

    /// Starts new listeners of `[admin]`, keeps those of the plan, and stops the others.
    fn change_admin(&mut self, new: Vec<admin::PreparedAdmin>, plan: &Plan) {
        let hosts = plan.host_names();
        self.admin.retain(|admin| {
            let stays = plan.admin_endpoints().any(|plan| admin.fits(plan));
            if stays {
                admin.set_hosts(&hosts);
            } else {
                admin.stop();
            }
            stays
        });
        let begun = new.into_iter().map(|prepared| prepared.begin(&hosts));
        self.admin.extend(begun);
    }

    /// Updates the status, and the list of own addresses that no backend may have.
    fn tell(&self) {
        let admin = self.admin.iter().map(AdminServer::endpoint);
        let admin = admin.map(|admin| admin.endpoint.address);
        let serving = self.serving.iter().map(ServedListener::address);
        self.context.shared.ours.set(serving.chain(admin));
        let listeners = self.serving.iter().map(ServedListener::status).collect();
        self.context.status.set_listeners(listeners);
    }

    /// Waits until a listener ends, which only an internal error causes.
    pub(super) async fn any_ended(&mut self) {
        poll_fn(|context| {
            let serving = self.serving.iter_mut();
            let mut ended = false;
            for serving in serving {
                ended |= serving.has_ended(context);
            }
            for admin in &mut self.admin {
                ended |= Pin::new(&mut admin.task).poll(context).is_ready();
            }
            if ended {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await;
    }

    /// Begins a stop: serves the queue for up to this long. After that, only policy requests are answered.
    pub(super) async fn close(&mut self, limit: Duration) {
        for serving in &self.serving {
            serving.close(limit);
        }
        for serving in &mut self.serving {
            serving.queue_taken().await;
        }
    }

    /// Ends all listeners, after serving the queue or leaving it. `[admin]` answers to the end, unless a new process
    /// does.
    pub(super) async fn end(&mut self, how: Course) {
        if how == Course::Leave {
            self.admin.iter().for_each(AdminServer::stop);
        }
        for serving in self.serving.drain(..) {
            self.leaving.extend(serving.end(how));
        }
        self.gone().await;
        self.tell();
    }

    /// Waits until the sockets of removed listeners are closed, so that their addresses are free.
    pub(super) async fn gone(&mut self) {
        while let Some(task) = self.leaving.last_mut() {
            if !task.is_finished() {
                // It ends by itself. A panic has already been logged.
                let _ = task.await;
            }
            self.leaving.pop();
        }
    }
}
