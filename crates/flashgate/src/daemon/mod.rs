//! From a plan to a running daemon and back: the one place that orders start and stop.
//!
//! Nothing here knows what a policy is: a reply is bytes.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime;
use tokio::time::{Instant, timeout_at};
use tracing::{error, info};

use crate::cli::Exit;
use crate::connection::Shared;
use crate::log::{self, LIFECYCLE};
use crate::render;
use crate::snapshot::Plan;

mod accept;
mod address;
mod bind;
mod changes;
mod descriptors;
mod listeners;
mod per_address;
mod permits;
mod readable;
mod reload;
mod remedy;
pub(crate) mod sandbox;
mod signals;

pub(crate) use accept::Spare;
pub(crate) use address::ListenAddress;
pub(crate) use per_address::{OverLimit, Subscriber};
pub(crate) use permits::{Permit, Permits};

pub(crate) use reload::Loader;

use changes::Changes;
use listeners::Listeners;
use reload::{in_effect, reload};
use sandbox::Needs;
use signals::{Signal, Signals};

/// How long a client that has said nothing is waited for after a stop: as long as a player waits for its answer
/// (Adobe, *Developer's Guide*: three seconds).
const SILENT_DRAIN: Duration = Duration::from_secs(3);

/// Binds, serves, and stops; returns how it ended. The loader makes the plan anew for a reload.
pub(crate) fn run(plan: Plan, loader: Loader) -> Exit {
    let addresses: Vec<_> = plan.addresses().map(|(address, _)| address).collect();
    let files = descriptors::raise();
    let bound = bind::all(&addresses, &addresses).and_then(|sockets| {
        let limit = descriptors::budget(files, sockets.len(), plan.limits.connections)?;
        Ok((sockets, limit))
    });
    let (sockets, limit) = match bound {
        Ok(bound) => bound,
        Err(faults) => {
            render::to_stderr(&faults);
            return Exit::System;
        }
    };
    let ports = sockets.iter().map(|bound| bound.address.port());
    match sandbox::enter(&plan.process, &Needs::of(&plan, ports)) {
        // Whoever tells what is in force takes it from here.
        Ok(_applied) => {}
        Err(faults) => {
            render::to_stderr(&faults);
            return Exit::System;
        }
    }
    let runtime = match runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(fault) => {
            let message = format!("can't start the event loop: {}", log::reason(&fault));
            render::plain_error(&message, &[]);
            return Exit::System;
        }
    };
    let shared = Arc::new(Shared::new(&plan.limits, Permits::new(limit, &plan.limits)));
    let exit = runtime.block_on(async {
        let mut listeners = Listeners::new(Arc::clone(&shared));
        let started = listeners
            .start(sockets, &plan)
            .and_then(|()| Signals::new().map_err(|fault| no_signals(&fault)));
        match started {
            Ok(signals) => {
                Daemon {
                    listeners,
                    signals,
                    shared,
                    plan,
                    loader,
                    changes: Changes::new(),
                    files,
                }
                .serve()
                .await
            }
            Err(fault) => {
                render::to_stderr(&fault);
                Exit::System
            }
        }
    });
    // A reload that still waits for a file is not waited for.
    runtime.shutdown_background();
    exit
}

fn no_signals(fault: &io::Error) -> String {
    render::plain_error_text(
        &format!("can't listen for signals: {}", log::reason(fault)),
        &[],
    )
}

/// Everything that runs.
struct Daemon {
    listeners: Listeners,
    signals: Signals,
    shared: Arc<Shared>,
    plan: Plan,
    loader: Loader,
    changes: Changes,
    /// The limit on open files.
    files: u64,
}

impl Daemon {
    async fn serve(mut self) -> Exit {
        self.changes.watch(&self.plan.watched);
        info!(target: LIFECYCLE, connections = self.shared.permits.limit(), "flashgate ready");
        let exit = self.until_stopped().await;
        tokio::select! {
            () = drain(&mut self.listeners, &self.shared, self.plan.process.drain) => {}
            signal = self.signals.next_stop() => info!(signal, "stopping now"),
        }
        self.shared.log_totals();
        exit
    }

    /// Serves and reloads; returns how it ends.
    async fn until_stopped(&mut self) -> Exit {
        loop {
            let wanted = tokio::select! {
                biased;
                signal = self.signals.next() => signal,
                () = self.changes.next() => {
                    info!("a file has changed");
                    Signal::Reload
                }
                () = self.listeners.any_ended() => {
                    error!("an accept loop ended by itself");
                    return Exit::Internal;
                }
            };
            let stop = match wanted {
                Signal::Stop(name) => Some(name),
                Signal::Reload => self.reload().await,
            };
            if let Some(signal) = stop {
                info!(signal, "stopping: answering what was accepted");
                return Exit::Success;
            }
        }
    }

    /// Reloads, unless it is stopped meanwhile: then by which signal.
    async fn reload(&mut self) -> Option<&'static str> {
        // Before they are read: what changes meanwhile is another change.
        self.changes.note();
        let plan = tokio::select! {
            biased;
            signal = self.signals.next_stop() => return Some(signal),
            plan = reload(&self.loader, &mut self.listeners, &self.shared, self.files) => plan,
        };
        if let Some(mut plan) = plan {
            plan.process = in_effect(&self.plan.process, &plan.process);
            self.changes.watch(&plan.watched);
            self.plan = plan;
        }
        None
    }
}

/// Lets what is queued be accepted, and open connections end: all of them for a while, those that were answered longer.
async fn drain(listeners: &mut Listeners, shared: &Shared, limit: Duration) {
    let start = Instant::now();
    listeners.stop().await;
    let _ = timeout_at(
        start + SILENT_DRAIN.min(limit),
        shared.permits.all_returned(),
    )
    .await;
    let _ = timeout_at(start + limit, shared.permits.none_answering()).await;
}
