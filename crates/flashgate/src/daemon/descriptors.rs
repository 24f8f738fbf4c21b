//! How many connections the process can hold: a sum done at start, so that running out of descriptors is rare.

use std::num::NonZeroU32;

use flashgate_config::snapshot::{Chosen, Plan};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tracing::{info, warn};

use super::admin;
use super::refusal::Refusal;
use crate::limits::{Capacity, Scarce};

/// Descriptors for everything but connections: an event loop, signals, logs, files, and one to spare.
const RESERVED: u64 = 32;

/// The event loop of each further thread: what it waits on, what wakes it, and its end of the signals.
const PER_THREAD: u64 = 4;

/// Fewer connections than this are no service.
const FEWEST: u64 = 16;

/// Raises the limit on open files as far as it goes, and says how many that are.
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

/// What the pipes of a thread's relays take: 16 pipes, with two ends each.
const PIPES: usize = 32;

/// Of the descriptors for connections, one in so many is for those that linger.
const LINGERING_SHARE: usize = 4;

/// What a connection takes that is passed on: its own, and that to the backend.
const FOR_A_RELAY: usize = 2;

/// Of the connections that could be passed on, one in so many is kept for those that ask for a policy.
const KEPT_SHARE: usize = 16;

/// Players who start together ask together.
const KEPT_AT_LEAST: usize = 16;

/// How many connections fit beside what the plan and so many threads need otherwise, as many as it wants at most; an
/// error if too few.
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

/// Of so many connections that could all be passed on, how many are not: relays last for hours, and whoever only asks
/// for a policy must find a place even so. Of a few it is a quarter, and never all.
fn kept_free(places: usize) -> usize {
    let share = (places / KEPT_SHARE).max(KEPT_AT_LEAST).min(places / 4);
    share.max(1).min(places.saturating_sub(1))
}

/// Logs that fewer connections or relays fit than were asked for: as a warning if the operator chose the number.
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

const FEWER_RELAYS: &str =
    "the limit on open files allows fewer connections through gates, which take two files each";

/// Whether connections may be passed on to backends.
fn has_gates(plan: &Plan) -> bool {
    let sockets = plan.sockets();
    sockets
        .iter()
        .any(|socket| socket.services.descriptors() > 1)
}

/// What listeners and relays take, and the connections to `[admin]`, which must answer also while players have all of
/// theirs.
fn kept(plan: &Plan, threads: NonZeroU32) -> usize {
    let admin = plan
        .admin
        .as_ref()
        .map_or(0, |_| 1 + admin::MOST_CONNECTIONS);
    let pipes = if has_gates(plan) { PIPES } else { 0 };
    plan.sockets().len() + admin + pipes * threads.get() as usize
}
