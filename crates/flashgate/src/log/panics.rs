//! A panic is a line of the log like any other: escaped, at most one a second, and never waited for. All are counted:
//! each is a fault of ours.

use std::panic::{self, PanicHookInfo};
use std::sync::atomic::{AtomicU64, Ordering};

use tracing::error;

use super::Sampler;
use super::escaped::escaped;

static PANICS: AtomicU64 = AtomicU64::new(0);

/// How many there were.
pub(crate) fn panics() -> u64 {
    PANICS.load(Ordering::Relaxed)
}

/// From now on panics go to the log.
pub(super) fn log() {
    let sampler = Sampler::of_warnings("panic");
    panic::set_hook(Box::new(move |info| {
        PANICS.fetch_add(1, Ordering::Relaxed);
        if let Some(suppressed) = sampler.admit() {
            tell(info, suppressed);
        }
    }));
}

fn tell(info: &PanicHookInfo<'_>, suppressed: u64) {
    let place = info.location().map(tracing::field::display);
    // What it says may hold what a stranger has sent.
    let reason = escaped(reason_in(info).as_bytes());
    error!(place, %reason, suppressed, "an internal error; please report it");
}

fn reason_in<'a>(info: &'a PanicHookInfo<'_>) -> &'a str {
    let payload = info.payload();
    let text = payload.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| payload.downcast_ref().copied())
        .unwrap_or_default()
}
