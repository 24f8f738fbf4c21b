//! Calculates at startup how many connections the process can hold, so that it rarely runs out of file descriptors.

use std::num::NonZeroU32;

use flashgate_config::snapshot::{Chosen, Plan};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tracing::{info, warn};

use super::admin;
use super::refusal::Refusal;
use crate::limits::{Capacity, Scarce};

/// Descriptors for everything other than connections: an event loop, signals, logs, files, and a spare one.
const RESERVED: u64 = 32;

/// The event loop of each additional thread: its epoll descriptor, its waker, and its end of the signal pipe.
const PER_THREAD: u64 = 4;

/// The minimum number of connections for a useful service.
const FEWEST: u64 = 16;

/// Raises the limit on open files as far as possible, and returns it.
pub(super) fn raise() -> u64 {
    let limit = getrlimit(Resource::Nofile);
    let hard = limit.maximum.unwrap_or(u64::MAX);
    let wanted = Rlimit {
        current: Some(hard),
        maximum: limit.maximum,
    };
    let raised = setrlimit(Resource::Nofile, wanted).is_ok();
    if raised {
        hard
    } else {
        limit.current.unwrap_or(u64::MAX)
    }
}

/// Descriptors for the pipes of a thread's relays: 16 pipes with two ends each.
const PIPES: usize = 32;

/// One in this many of the descriptors for connections is for lingering ones.
const LINGERING_SHARE: usize = 4;

/// Descriptors for a forwarded connection: its own, and the one to the backend.
const FOR_A_RELAY: usize = 2;

/// One in this many of the connections that could be forwarded is reserved for policy requests.
const KEPT_SHARE: usize = 16;

/// The minimum of reserved places. Players that start together ask together.
const KEPT_AT_LEAST: usize = 16;

/// How many connections fit, up to the configured number, after everything else that the plan and its threads need. An
/// error if there are too few.
pub(super) fn budget(files: u64, plan: &Plan, threads: NonZeroU32) -> Result<Capacity, Refusal> {
    let further = u64::from(threads.get() - 1);
    let taken = RESERVED + PER_THREAD * further + kept(plan, threads) as u64;
    let room = files.saturating_sub(taken);
    if room < FEWEST {
        return Err(Refusal::OpenFiles {
            limit: files,
            needed: taken + FEWEST,
        });
    }
    Ok(capacity(plan, usize::try_from(room).unwrap_or(usize::MAX)))
}

fn capacity(plan: &Plan, room: usize) -> Capacity {
    let wanted = plan.limits.connections;
    let (fit, relays) = if has_gates(plan) {
        let fit = room / FOR_A_RELAY;
        (fit, fit.min(wanted) - kept_free(fit.min(wanted)))
    } else {
        (room, 0)
    };
    let wanted_relays = if has_gates(plan) {
        wanted - kept_free(wanted)
    } else {
        0
    };
    Capacity {
        wanted: (wanted, wanted_relays),
        connections: room.min(wanted),
        relays,
        descriptors: room,
        lingering: room / LINGERING_SHARE,
        scarce: if fit < wanted {
            Scarce::OpenFiles
        } else {
            Scarce::Connections
        },
    }
}

/// How many of the connections that could all be forwarded are reserved for policy requests. Relays last for hours, and
/// policy requests must still get a place. For small numbers, a quarter is reserved, but never all.
fn kept_free(places: usize) -> usize {
    let share = (places / KEPT_SHARE).max(KEPT_AT_LEAST).min(places / 4);
    share.max(1).min(places.saturating_sub(1))
}

/// Logs if fewer connections or relays fit than configured: as a warning if the operator set the number.
pub(super) fn tell(capacity: &Capacity, plan: &Plan, files: u64) {
    if capacity.scarce == Scarce::Connections {
        return;
    }
    let by_operator = plan.limits.connections_chosen == Chosen::ByOperator;
    let (connections, relays) = (capacity.connections, capacity.relays);
    let (wanted, wanted_relays) = capacity.wanted;
    let open_files = files;
    if connections < wanted {
        let relays = has_gates(plan).then_some(relays);
        if by_operator {
            warn!(
                wanted,
                connections, relays, open_files, "{FEWER_CONNECTIONS}"
            );
        } else {
            info!(
                wanted,
                connections, relays, open_files, "{FEWER_CONNECTIONS}"
            );
        }
    } else {
        let wanted = wanted_relays;
        if by_operator {
            warn!(wanted, relays, open_files, "{FEWER_RELAYS}");
        } else {
            info!(wanted, relays, open_files, "{FEWER_RELAYS}");
        }
    }
}

const FEWER_CONNECTIONS: &str = "the limit on open files allows fewer connections";

const FEWER_RELAYS: &str = "the limit on open files allows fewer connections through gates, which need two open files each";

/// Whether connections may be forwarded to backends.
fn has_gates(plan: &Plan) -> bool {
    let sockets = plan.sockets();
    sockets
        .iter()
        .any(|socket| socket.services.descriptors() > 1)
}

/// Descriptors for listeners, relay pipes and connections to `[admin]`, which must answer even if players use all of
/// theirs.
fn kept(plan: &Plan, threads: NonZeroU32) -> usize {
    let admin = plan.admin_endpoints().count() * (1 + admin::MOST_CONNECTIONS);
    let pipes = if has_gates(plan) { PIPES } else { 0 };
    plan.sockets().len() + admin + pipes * threads.get() as usize
}
