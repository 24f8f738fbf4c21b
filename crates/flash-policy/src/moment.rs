//! Points in time, as reported by the driver of a state machine. Nothing here may ask what time it is.

use core::ops::Add;
use core::time::Duration;

/// A point in time: how long after a fixed moment of the driver's choice.
///
/// With a real clock: `Moment::after(started.elapsed())`, where `started` is a `std::time::Instant`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(Duration);

impl Moment {
    /// The fixed moment itself.
    pub const ZERO: Self = Self(Duration::ZERO);

    /// As late as can be: never.
    pub const MAX: Self = Self(Duration::MAX);

    /// So long after the fixed moment.
    #[must_use]
    pub const fn after(elapsed: Duration) -> Self {
        Self(elapsed)
    }

    /// How long before it `earlier` was; nothing, if it was later.
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
