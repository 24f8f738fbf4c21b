//! The figures to compare, and flashgate's goals.

use super::super::rounds::SliceFigure;
use super::traffic::RelaySlice;

pub(super) const FIGURES: [SliceFigure<RelaySlice>; 6] = [
    SliceFigure {
        name: "up us/MiB",
        of: |slice| slice.up,
        goals: &[("haproxy", 0.40), ("nginx-64k", 0.62)],
    },
    SliceFigure {
        name: "down us/MiB",
        of: |slice| slice.down,
        goals: &[("haproxy", 0.40), ("nginx-64k", 0.62)],
    },
    SliceFigure {
        name: "message us",
        of: |slice| slice.message,
        goals: &[("haproxy", 1.05)],
    },
    SliceFigure {
        name: "message p50",
        of: |slice| slice.message_times[0],
        goals: &[("haproxy", 1.0)],
    },
    SliceFigure {
        name: "connection us",
        of: |slice| slice.connection,
        goals: &[("haproxy", 0.95), ("nginx-16k", 1.0)],
    },
    SliceFigure {
        name: "connection p50",
        of: |slice| slice.connection_times[0],
        goals: &[("haproxy", 1.0)],
    },
];

/// What the book's page shows.
pub(in crate::bench) const PAGE: [SliceFigure<RelaySlice>; 9] = [
    SliceFigure::shown("a connection, µs", |slice| slice.connection),
    SliceFigure::shown("up, µs per MiB", |slice| slice.up),
    SliceFigure::shown("down, µs per MiB", |slice| slice.down),
    SliceFigure::shown("up, MiB/s", |slice| slice.rates[0]),
    SliceFigure::shown("down, MiB/s", |slice| slice.rates[1]),
    SliceFigure::shown("a message, µs", |slice| slice.message),
    SliceFigure::shown("p50, µs", |slice| slice.message_times[0]),
    SliceFigure::shown("p99, µs", |slice| slice.message_times[1]),
    SliceFigure::shown("p99.9, µs", |slice| slice.message_times[2]),
];

/// The limit for the memory of an idle relay, in bytes.
pub(super) const IDLE: f64 = 2_500.0;

/// The limit for the cost of a policy through the gate, relative to one from the dedicated port.
pub(super) const POLICY: f64 = 1.05;
