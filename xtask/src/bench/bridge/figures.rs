//! The figures to compare, and flashgate's goals.

use super::super::rounds::SliceFigure;
use super::traffic::BridgeSlice;

pub(super) const FIGURES: [SliceFigure<BridgeSlice>; 6] = [
    SliceFigure {
        name: "up us/MiB",
        of: |slice| slice.up,
        goals: &[("websockify", 1.0 / 6.0), ("websocat", 1.0 / 4.0)],
    },
    SliceFigure {
        name: "down us/MiB",
        of: |slice| slice.down,
        goals: &[("websockify", 1.0 / 1.8)],
    },
    SliceFigure {
        name: "1 KiB frames us/MiB",
        of: |slice| slice.small,
        goals: &[("websockify", 1.0 / 30.0), ("websocat", 1.0 / 5.0)],
    },
    SliceFigure {
        name: "message us",
        of: |slice| slice.message,
        goals: &[("websockify", 1.0 / 50.0), ("websocat", 1.0 / 5.0)],
    },
    SliceFigure {
        name: "ping us",
        of: |slice| slice.ping,
        goals: &[("websockify", 1.0 / 1.8)],
    },
    SliceFigure {
        name: "connection us",
        of: |slice| slice.connection,
        goals: &[("websockify", 1.0 / 30.0), ("websocat", 0.77)],
    },
];

/// What the book's page shows.
pub(in crate::bench) const PAGE: [SliceFigure<BridgeSlice>; 11] = [
    SliceFigure::shown("a connection, µs", |slice| slice.connection),
    SliceFigure::shown("up, µs per MiB", |slice| slice.up),
    SliceFigure::shown("down, µs per MiB", |slice| slice.down),
    SliceFigure::shown("up, MiB/s", |slice| slice.rates[0]),
    SliceFigure::shown("down, MiB/s", |slice| slice.rates[1]),
    SliceFigure::shown("up, 1 KiB frames, µs per MiB", |slice| slice.small),
    SliceFigure::shown("a message in a stream, µs", |slice| slice.message),
    SliceFigure::shown("a message and its reply, µs", |slice| slice.ping),
    SliceFigure::shown("p50, µs", |slice| slice.ping_times[0]),
    SliceFigure::shown("p99, µs", |slice| slice.ping_times[1]),
    SliceFigure::shown("p99.9, µs", |slice| slice.ping_times[2]),
];

/// The limit for the memory of an idle bridge, in bytes.
pub(super) const IDLE: f64 = 4_000.0;
