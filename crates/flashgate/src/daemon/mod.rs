//! From a plan to a running daemon and back: the one place that orders start and stop.
//!
//! Nothing here knows what a policy is.

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
mod descriptors;
mod permits;
mod remedy;
mod signals;

pub(crate) use accept::Spare;
pub(crate) use address::ListenAddress;
pub(crate) use permits::{Permit, Permits};

use accept::Acceptor;
use signals::Signals;

/// How long connections that were answered may take to end after a stop.
const DRAIN: Duration = Duration::from_secs(30);

/// How long a client that has said nothing is waited for after a stop: as long as a player waits for its answer
/// (Adobe, *Developer's Guide*: three seconds).
const SILENT_DRAIN: Duration = Duration::from_secs(3);

/// Binds, serves, and stops; returns how it ended.
pub(crate) fn run(plan: Plan) -> Exit {
    let sockets = match bind::all(&plan.listen) {
        Ok(sockets) => sockets,
        Err(faults) => {
            render::to_stderr(&faults);
            return Exit::System;
        }
    };
    let limit = match descriptors::budget(sockets.len()) {
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
    let shared = Arc::new(Shared::new(plan.reply, Permits::new(limit)));
    let mut signals = match Signals::new() {
        Ok(signals) => signals,
        Err(fault) => {
            error!(error = log::reason(&fault), "can't listen for signals");
            return Exit::System;
        }
    };
    let mut acceptors = Vec::new();
    for bound in sockets {
        let address = bound.address;
        match Acceptor::new(bound, Arc::clone(&shared)) {
            Ok(acceptor) => acceptors.push(tokio::spawn(acceptor.run())),
            Err(fault) => {
                error!(%address, error = log::reason(&fault), "can't watch a listener");
                return Exit::System;
            }
        }
        info!(target: LIFECYCLE, %address, "listening");
    }
    info!(target: LIFECYCLE, connections = limit, "flashgate ready");
    tokio::select! {
        biased;
        signal = signals.next() => info!(signal, "stopping: answering what was accepted"),
        () = any_ended(&mut acceptors) => {
            error!("an accept loop ended by itself");
            return Exit::Internal;
        }
    }
    for acceptor in acceptors {
        acceptor.abort();
        // The loop hands its listener over when it is aborted, so that what is queued there is answered first.
        let _ = acceptor.await;
    }
    drain(&shared, &mut signals).await;
    shared.log_totals();
    Exit::Success
}

/// Waits until one of the accept loops ends, which none does but by a fault.
async fn any_ended(acceptors: &mut [tokio::task::JoinHandle<()>]) {
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

/// Lets open connections end: all of them for a while, those that were answered longer; a second signal ends it.
async fn drain(shared: &Shared, signals: &mut Signals) {
    let start = Instant::now();
    let finished = async {
        let _ = timeout_at(start + SILENT_DRAIN, shared.permits.all_returned()).await;
        let _ = timeout_at(start + DRAIN, shared.permits.none_answering()).await;
    };
    tokio::select! {
        () = finished => {}
        signal = signals.next() => info!(signal, "stopping now"),
    }
}
