//! Panics, counted wherever they happen: each is a fault of ours, and costs one connection at the most.

use std::panic;
use std::sync::atomic::{AtomicU64, Ordering};

static PANICS: AtomicU64 = AtomicU64::new(0);

/// Counts from now on; what a panic says on standard error stays as it is.
pub(super) fn count() {
    let say = panic::take_hook();
    panic::set_hook(Box::new(move |about| {
        PANICS.fetch_add(1, Ordering::Relaxed);
        say(about);
    }));
}

/// How many there were.
pub(super) fn counted() -> u64 {
    PANICS.load(Ordering::Relaxed)
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_panic_counts() {
        super::count();
        let before = super::counted();
        std::panic::catch_unwind(|| panic!("counted")).unwrap_err();
        assert_eq!(super::counted(), before + 1);
    }
}
