//! Injected faults, so that tests can see the effect of a panic. They need the feature `fault-injection`, which
//! releases are built without: then nothing here does anything or reads the environment.

/// A place where a panic can be injected.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Point {
    /// A newly accepted connection.
    Fast,
    /// A connection with its own task.
    Task,
    /// A reload, outside all connections.
    Reload,
}

#[cfg(not(feature = "fault-injection"))]
#[inline]
pub(crate) const fn point(_: Point) {}

/// Panics each Nth time a point is passed, as set by `FLASHGATE_PANIC_FAST=N`, `_TASK` and `_RELOAD`.
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
        "injected panic: pass {nth} of {point:?}, \u{1b}[31mred"
    );
}

/// Whether every event is logged without sampling (`FLASHGATE_LOG_ALL`).
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
