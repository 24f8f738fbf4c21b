//! How many connections the process can hold: a sum done at start, so that running out of descriptors is rare.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::render;

/// Descriptors for everything but connections: the event loop, signals, logs, files, and one to spare.
const RESERVED: u64 = 32;

/// Fewer connections than this are no service.
const FEWEST: u64 = 16;

/// More than this takes a setting.
const MOST: u64 = 16_384;

/// Raises the limit on open files as far as it goes, and says how many connections fit; a rendered error if too few.
pub(super) fn budget(listeners: usize) -> Result<usize, String> {
    let limit = getrlimit(Resource::Nofile);
    let hard = limit.maximum.unwrap_or(u64::MAX);
    let raised = setrlimit(
        Resource::Nofile,
        Rlimit {
            current: Some(hard),
            maximum: limit.maximum,
        },
    )
    .is_ok();
    let files = if raised {
        hard
    } else {
        limit.current.unwrap_or(u64::MAX)
    };
    let room = files.saturating_sub(RESERVED + listeners as u64);
    if room < FEWEST {
        let needed = RESERVED + listeners as u64 + FEWEST;
        return Err(render::plain_error_text(
            &format!("the limit on open files is {files}: too few to serve connections"),
            &[&format!(
                "allow {needed} or more: `ulimit -n 1024`, or `LimitNOFILE=` in a systemd unit"
            )],
        ));
    }
    Ok(usize::try_from(room.min(MOST)).unwrap_or(usize::MAX))
}
