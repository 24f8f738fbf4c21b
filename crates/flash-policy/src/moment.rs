//! Points in time, as reported by the driver of a state machine. Nothing in this module reads a clock.

use core::ops::Add;
use core::time::Duration;

/// A point in time: the time since a fixed moment that the driver chooses.
///
/// With a real clock: `Moment::after(started.elapsed())`, where `started` is a `std::time::Instant`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(Duration);

impl Moment {
    /// The fixed moment.
    pub const ZERO: Self = Self(Duration::ZERO);

    /// The latest possible moment: never.
    pub const MAX: Self = Self(Duration::MAX);

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
        Self(elapsed)
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
        self.0.saturating_sub(earlier.0)
    }
}

impl Add<Duration> for Moment {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(duration))
    }
}
