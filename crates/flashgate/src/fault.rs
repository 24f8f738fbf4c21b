//! Faults on request, so that tests can see what a panic costs. Only with the feature `fault-injection`, which no
//! released program has: without it, nothing here does anything or reads the environment.

/// Where a fault can be.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Point {
    /// A connection that has just been accepted.
    Fast,
    /// A connection that has a task of its own.
    Task,
    /// Outside all connections.
    Reload,
}

#[cfg(not(feature = "fault-injection"))]
#[inline]
pub(crate) const fn point(_: Point) {}

/// Panics at each Nth passing of a point, as `FLASHGATE_PANIC_FAST=N`, `_TASK` and `_RELOAD` say.
#[cfg(feature = "fault-injection")]
pub(crate) fn point(point: Point) {
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicU64, Ordering};

    static PASSED: [AtomicU64; 3] = [const { AtomicU64::new(0) }; 3];
    static EACH: LazyLock<[Option<u64>; 3]> = LazyLock::new(|| {
        ["FAST", "TASK", "RELOAD"].map(|name| {
            let value = std::env::var(format!("FLASHGATE_PANIC_{name}")).ok()?;
            value.parse().ok()
        })
    });

    let (Some(Some(each)), Some(passed)) = (
        EACH.get(point as usize).copied(),
        PASSED.get(point as usize),
    ) else {
        return;
    };
    let nth = passed.fetch_add(1, Ordering::Relaxed) + 1;
    assert_ne!(
        nth.checked_rem(each),
        Some(0),
        "asked for at passing {nth} of {point:?}, \u{1b}[31mred"
    );
}

/// Whether every event is logged, however many: `FLASHGATE_LOG_ALL`.
#[cfg(feature = "fault-injection")]
pub(crate) fn logs_all() -> bool {
    use std::sync::LazyLock;

    static ALL: LazyLock<bool> = LazyLock::new(|| std::env::var_os("FLASHGATE_LOG_ALL").is_some());
    *ALL
}

#[cfg(not(feature = "fault-injection"))]
#[inline]
pub(crate) const fn logs_all() -> bool {
    false
}
