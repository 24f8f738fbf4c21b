//! From a plan to a running daemon and back: the one place that orders start and stop.
//!
//! Nothing here knows what a policy is: a reply is bytes.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime;
use tokio::sync::watch;
use tokio::task::JoinHandle;
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
mod descriptors;
mod permits;
mod remedy;
mod signals;

pub(crate) use accept::Spare;
pub(crate) use address::ListenAddress;
pub(crate) use permits::{Permit, Permits};

use accept::Acceptor;
use signals::Signals;

/// How long a client that has said nothing is waited for after a stop: as long as a player waits for its answer
/// (Adobe, *Developer's Guide*: three seconds).
const SILENT_DRAIN: Duration = Duration::from_secs(3);

/// Binds, serves, and stops; returns how it ended.
pub(crate) fn run(plan: Plan) -> Exit {
    let addresses: Vec<_> = plan.addresses().map(|(address, _)| address).collect();
    let files = descriptors::raise();
    let sockets = match bind::all(&addresses) {
        Ok(sockets) => sockets,
        Err(faults) => {
            render::to_stderr(&faults);
            return Exit::System;
        }
    };
    let limit = match descriptors::budget(files, sockets.len(), plan.limits.connections) {
        Ok(limit) => limit,
        Err(fault) => {
            render::to_stderr(&fault);
            return Exit::System;
        }
    };
    match runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(serve(sockets, limit, plan)),
        Err(fault) => {
            render::plain_error(
                &format!("can't start the event loop: {}", log::reason(&fault)),
                &[],
            );
            Exit::System
        }
    }
}

async fn serve(sockets: Vec<bind::Bound>, limit: usize, plan: Plan) -> Exit {
    let shared = Arc::new(Shared::new(&plan.limits, Permits::new(limit)));
    let mut signals = match Signals::new() {
        Ok(signals) => signals,
        Err(fault) => {
            error!(error = log::reason(&fault), "can't listen for signals");
            return Exit::System;
        }
    };
    let (stop, stopping) = watch::channel(false);
    let mut acceptors = Vec::new();
    for (bound, (_, listener)) in sockets.into_iter().zip(plan.addresses()) {
        let address = bound.address;
        match Acceptor::new(bound, listener.reply.clone(), Arc::clone(&shared)) {
            Ok(acceptor) => acceptors.push(tokio::spawn(acceptor.run(stopping.clone()))),
            Err(fault) => {
                error!(%address, error = log::reason(&fault), "can't watch a listener");
                return Exit::System;
            }
        }
        info!(target: LIFECYCLE, %address, policy = %listener.policy, "listening");
    }
    info!(target: LIFECYCLE, connections = limit, "flashgate ready");
    let exit = tokio::select! {
        biased;
        signal = signals.next() => {
            info!(signal, "stopping: answering what was accepted");
            Exit::Success
        }
        () = any_ended(&mut acceptors) => {
            error!("an accept loop ended by itself");
            Exit::Internal
        }
    };
    // Where nobody listens any more, all have ended already.
    let _ = stop.send(true);
    tokio::select! {
        () = drain(&mut acceptors, &shared, plan.process.drain) => {}
        signal = signals.next() => info!(signal, "stopping now"),
    }
    shared.log_totals();
    exit
}

/// Waits until one of the accept loops ends, which none does but by a fault.
async fn any_ended(acceptors: &mut [JoinHandle<()>]) {
    std::future::poll_fn(|context| {
        for acceptor in acceptors.iter_mut() {
            if std::pin::Pin::new(acceptor).poll(context).is_ready() {
                return std::task::Poll::Ready(());
            }
        }
        std::task::Poll::Pending
    })
    .await;
}

/// Lets what is queued be accepted, and open connections end: all of them for a while, those that were answered longer.
async fn drain(acceptors: &mut [JoinHandle<()>], shared: &Shared, limit: Duration) {
    let start = Instant::now();
    for acceptor in acceptors
        .iter_mut()
        .filter(|acceptor| !acceptor.is_finished())
    {
        // It ends by itself; should it have panicked, that has been said.
        let _ = acceptor.await;
    }
    let _ = timeout_at(
        start + SILENT_DRAIN.min(limit),
        shared.permits.all_returned(),
    )
    .await;
    let _ = timeout_at(start + limit, shared.permits.none_answering()).await;
}
