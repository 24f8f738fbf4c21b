//! How many connections the process can hold: a sum done at start, so that running out of descriptors is rare.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::render;

/// Descriptors for everything but connections: the event loop, signals, logs, files, and one to spare.
const RESERVED: u64 = 32;

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

/// How many connections fit beside the listeners, `wanted` at most; a rendered error if too few.
pub(super) fn budget(files: u64, listeners: usize, wanted: usize) -> Result<usize, String> {
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
    Ok(usize::try_from(room).unwrap_or(usize::MAX).min(wanted))
}
