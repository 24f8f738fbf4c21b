//! How many connections the process can hold: a sum done at start, so that running out of descriptors is rare.

use std::num::NonZeroU32;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::admin;
use super::permits::Capacity;
use crate::render;
use crate::snapshot::Plan;

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
const LINGERING_SHARE: u64 = 4;

/// How many connections fit beside what the plan and so many threads need otherwise, as many as it wants at most; a
/// rendered error if too few.
pub(super) fn budget(files: u64, plan: &Plan, threads: NonZeroU32) -> Result<Capacity, String> {
    let further = u64::from(threads.get() - 1);
    let taken = RESERVED + PER_THREAD * further + kept(plan, threads) as u64;
    let room = files.saturating_sub(taken);
    if room < FEWEST {
        let needed = taken + FEWEST;
        return Err(render::plain_error_text(
            &format!("the limit on open files is {files}: too few to serve connections"),
            &[&format!(
                "allow {needed} or more: `ulimit -n 1024`, or `LimitNOFILE=` in a systemd unit"
            )],
        ));
    }
    let lingering = room / LINGERING_SHARE;
    let number = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
    Ok(Capacity {
        connections: number(room).min(plan.limits.connections),
        descriptors: number(room),
        lingering: number(lingering),
    })
}

/// What listeners and relays take, and the connections to `[admin]`, which must answer also while players have all of
/// theirs.
fn kept(plan: &Plan, threads: NonZeroU32) -> usize {
    let admin = plan
        .admin
        .as_ref()
        .map_or(0, |_| 1 + admin::MOST_CONNECTIONS);
    let sockets = plan.sockets();
    let gates = sockets
        .iter()
        .any(|socket| socket.services.descriptors() > 1);
    let pipes = if gates { PIPES } else { 0 };
    sockets.len() + admin + pipes * threads.get() as usize
}
