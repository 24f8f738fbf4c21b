//! Runs the daemon for a plan. This is the only place that orders start and stop.
//!
//! Nothing here knows what a policy is: a reply is just bytes.

use std::sync::Arc;

use flashgate_config::snapshot::Plan;
use tracing::{error, info};

use crate::connection::Shared;
use crate::exit::Exit;
use crate::limits::Permits;
use crate::log::{self, LIFECYCLE};

mod accept;
mod accept_error;
mod admin;
mod bind;
mod changes;
mod descriptors;
mod endpoint;
mod events;
mod handover;
mod held;
mod inherited;
mod listeners;
mod listening;
mod loading;
mod losses;
mod notify;
mod opened;
mod opener;
mod readable;
mod refusal;
mod reload;
mod remedy;
pub(crate) mod sandbox;
mod serving;
mod signals;
mod starting;
mod starved;
mod status;
mod stopping;
mod succession;
mod way;
mod workers;
mod writers;

pub(crate) use admin::metrics_reference;
pub(crate) use held::HeldSignals;
pub(crate) use inherited::Inherited;
pub(crate) use loading::Loader;
pub(crate) use notify::{SERVES, STARTER};
pub(crate) use starting::EventLoop;

use changes::Changes;
use handover::{Predecessor, Said, Succession, Successors, awaited};
use listeners::Listeners;
use notify::ServiceManager;
use opened::Opened;
use refusal::{NotServed, Refusal};
use sandbox::Leftover;
use serving::AcceptContext;
use signals::{Signal, Signals};
use starting::NotStarted;
use status::{Phase, Status};
use workers::Workers;

/// Binds, serves, and stops. Returns how it ended. The loader builds the plan again for a reload.
pub(crate) fn run(
    start: EventLoop,
    plan: Plan,
    loader: Loader,
    inherited: Inherited,
    leftover: &Leftover,
) -> Result<Exit, NotServed> {
    let files = descriptors::raise();
    let mut opened = Opened::new(&plan, inherited, files)?;
    let predecessors = opened.handover.as_mut();
    let predecessors = predecessors.and_then(|start| start.manager.take());
    let manager = Arc::new(ServiceManager::new(predecessors));
    let ports = opened.bound.iter().map(|bound| bound.address.port());
    let needs = sandbox::Needs::of(&plan, ports);
    let applied = sandbox::enter(&plan.process, &needs, leftover)?;
    let EventLoop { runtime, signals } = start;
    let ended = runtime.block_on(async {
        let daemon = RunningDaemon::start(opened, signals, plan, loader, manager)?;
        daemon.status.set_sandbox(applied.iter().collect());
        Ok(daemon.serve().await)
    });
    // Don't wait for a reload that is still reading a file.
    runtime.shutdown_background();
    ended
}

/// The running parts of the daemon.
struct RunningDaemon {
    listeners: Listeners,
    signals: Signals,
    shared: Arc<Shared>,
    status: Arc<Status>,
    plan: Plan,
    loader: Loader,
    changes: Changes,
    manager: Arc<ServiceManager>,
    workers: Workers,
    /// The old process, which is notified when this one serves.
    predecessor: Option<Predecessor>,
    successors: Option<Successors>,
    /// The limit on open files.
    files: u64,
}

/// Why serving ends.
enum ServingEnd {
    /// A signal.
    Stop,
    /// A new process serves.
    Succeeded,
    /// The old process gave up on this one.
    Replaced,
    /// An internal error.
    Fault,
}

impl RunningDaemon {
    /// Starts every part.
    fn start(
        opened: Opened,
        signals: Signals,
        plan: Plan,
        loader: Loader,
        manager: Arc<ServiceManager>,
    ) -> Result<Self, Refusal> {
        descriptors::tell(&opened.capacity, &plan, opened.files);
        let permits = Permits::new(opened.capacity, &plan.limits);
        let shared = Arc::new(Shared::new(permits));
        let no_event_loop = |error| Refusal::NotStarted(NotStarted::EventLoop(error));
        let workers = Workers::start(plan.process.threads).map_err(no_event_loop)?;
        let (predecessor, successors) = match opened.handover {
            Some(start) => {
                let successors = Successors::new(start.door).map_err(no_event_loop)?;
                (start.predecessor, Some(successors))
            }
            None => (None, None),
        };
        let status = Status::new(&plan);
        let mut listeners = Listeners::new(AcceptContext {
            threads: workers.handles().to_vec(),
            shared: Arc::clone(&shared),
            status: Arc::clone(&status),
        });
        listeners.start(opened.bound, opened.sockets, &plan)?;
        Ok(Self {
            listeners,
            signals,
            shared,
            status,
            plan,
            loader,
            changes: Changes::new(),
            manager,
            workers,
            predecessor,
            successors,
            files: opened.files,
        })
    }

    async fn serve(mut self) -> Exit {
        self.changes.start(&self.plan.watched);
        if let Some(predecessor) = self.predecessor.take()
            && predecessor.dismiss(self.manager.is_predecessors()).await == Succession::Replaced
        {
            error!("gave up: another start took over, or this one took too long to get ready");
            return self.end(ServingEnd::Replaced).await;
        }
        self.status.set_phase(Phase::Ready);
        info!(target: LIFECYCLE, connections = self.shared.permits.limit(), "flashgate ready");
        self.manager.ready(&self.summary());
        self.manager.tell_starter();
        let counts = tokio::spawn(log::tell_suppressed());
        let watchdog = self.manager.watchdog().map(tokio::spawn);
        let ending = self.until_ended().await;
        let exit = self.end(ending).await;
        if let Some(watchdog) = watchdog {
            watchdog.abort();
        }
        counts.abort();
        exit
    }

    /// Lets open connections end, and logs the totals.
    async fn end(mut self, ending: ServingEnd) -> Exit {
        self.status.set_phase(Phase::Draining);
        let exit = match ending {
            ServingEnd::Succeeded | ServingEnd::Stop => Exit::Success,
            ServingEnd::Replaced => Exit::System,
            ServingEnd::Fault => Exit::Internal,
        };
        match ending {
            ServingEnd::Stop | ServingEnd::Fault => {
                self.manager.stopping();
                self.stop().await;
            }
            ServingEnd::Succeeded => {
                self.manager.handed_over();
                self.leave().await;
            }
            ServingEnd::Replaced => self.leave().await,
        }
        // Connections on other threads end with them, so count first.
        let left = self.shared.permits.open() + self.shared.permits.lingering();
        self.workers.stop();
        self.status.set_phase(Phase::Stopped);
        log::tell_all_suppressed();
        self.shared.log_totals(left);
        exit
    }

    /// The status text that the service manager shows.
    fn summary(&self) -> String {
        let (count, limit) = (self.listeners.count(), self.shared.permits.limit());
        let sandbox = self.status.known().sandbox;
        let parts = |wanted: bool| {
            let parts = sandbox.iter().filter(|(_, applied)| *applied == wanted);
            parts.map(|(part, _)| *part).collect::<Vec<_>>().join(", ")
        };
        let (applied, missing) = (parts(true), parts(false));
        let but = if missing.is_empty() {
            ""
        } else {
            "; inactive: "
        };
        let sockets = if count == 1 { "socket" } else { "sockets" };
        format!(
            "serving on {count} {sockets}, up to {limit} connections; sandbox: {applied}{but}{missing}"
        )
    }

    /// Serves and reloads. Returns why it ends.
    async fn until_ended(&mut self) -> ServingEnd {
        loop {
            let wanted = tokio::select! {
                biased;
                signal = self.signals.next() => signal,
                () = self.changes.next() => {
                    info!("a file has changed");
                    Signal::Reload
                }
                said = awaited(&mut self.successors) => match said {
                    Said::Asks(caller) => {
                        self.hand_over(caller);
                        continue;
                    }
                    Said::Serves(successor) => {
                        self.manager.main_process_is(successor.main_process());
                        drop(successor);
                        info!(target: LIFECYCLE, "handed over: the new process serves");
                        return ServingEnd::Succeeded;
                    }
                },
                () = self.listeners.any_ended() => {
                    error!("internal error: an accept loop ended");
                    return ServingEnd::Fault;
                }
            };
            let stop = match wanted {
                Signal::Stop(name) => Some(name),
                Signal::Reload => self.reload().await,
            };
            if let Some(signal) = stop {
                let drain = self.plan.process.drain;
                let hint = "a second signal stops it at once";
                info!(
                    signal,
                    ?drain,
                    hint,
                    "stopping: answering accepted connections"
                );
                return ServingEnd::Stop;
            }
        }
    }
}
