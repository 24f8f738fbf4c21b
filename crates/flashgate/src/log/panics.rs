//! Logs panics like other events: escaped, at most one per second, without blocking. All of them are counted, because
//! each is an internal error.

use std::panic::{self, PanicHookInfo};
use std::sync::atomic::{AtomicU64, Ordering};

use tracing::error;

use super::Sampler;
use super::escaped::escaped;

static PANICS: AtomicU64 = AtomicU64::new(0);

/// The number of panics since the start.
pub(crate) fn panics() -> u64 {
    PANICS.load(Ordering::Relaxed)
}

/// Sends panics to the log from now on.
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
    // A panic message can contain bytes from the network.
    let reason = escaped(reason_in(info).as_bytes());
    error!(place, %reason, suppressed, "internal error: panic; please report it");
}

fn reason_in<'a>(info: &'a PanicHookInfo<'_>) -> &'a str {
    let payload = info.payload();
    let text = payload.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| payload.downcast_ref().copied())
        .unwrap_or_default()
}
