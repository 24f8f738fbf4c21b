//! Points in time, as reported by the driver of a state machine. Nothing in this module reads a clock.

use core::ops::Add;
use core::time::Duration;

/// A point in time: the time since a fixed moment that the driver chooses, in nanoseconds, at most 584 years.
///
/// With a real clock: `Moment::after(started.elapsed())`, where `started` is a `std::time::Instant`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(u64);

impl Moment {
    /// The fixed moment.
    pub const ZERO: Self = Self(0);

    /// The latest possible moment: never.
    pub const MAX: Self = Self(u64::MAX);

    /// The moment `elapsed` after the fixed moment.
    ///
    /// ```
    /// use core::time::Duration;
    /// use flash_policy::Moment;
    ///
    /// let started = std::time::Instant::now();
    /// let now = || Moment::after(started.elapsed());
    /// assert!(now() + Duration::from_secs(10) > now());
    /// ```
    #[must_use]
    pub const fn after(elapsed: Duration) -> Self {
        Self(nanoseconds(elapsed))
    }

    /// The time since `earlier`, or zero if `earlier` is later.
    ///
    /// ```
    /// use core::time::Duration;
    /// use flash_policy::Moment;
    ///
    /// let [early, late] = [20, 60].map(|millis| Moment::after(Duration::from_millis(millis)));
    /// assert_eq!(late.since(early), Duration::from_millis(40));
    /// assert_eq!(early.since(late), Duration::ZERO);
    /// ```
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Moment {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(nanoseconds(duration)))
    }
}

/// A duration in half the size, which counts where thousands of connections wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TimeSpan(u64);

impl TimeSpan {
    pub(crate) const fn of(duration: Duration) -> Self {
        Self(nanoseconds(duration))
    }

    pub(crate) const fn is_zero(self) -> bool {
        self.0 == 0
    }
}

impl Add<TimeSpan> for Moment {
    type Output = Self;

    fn add(self, TimeSpan(nanoseconds): TimeSpan) -> Self {
        Self(self.0.saturating_add(nanoseconds))
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::as_conversions,
    reason = "checked before; other conversions are not `const`"
)]
const fn nanoseconds(duration: Duration) -> u64 {
    let nanoseconds = duration.as_nanos();
    if nanoseconds > u64::MAX as u128 {
        u64::MAX
    } else {
        nanoseconds as u64
    }
}
