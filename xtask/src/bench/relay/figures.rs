//! The figures to compare, and flashgate's goals.

use super::super::rounds::SliceFigure;
use super::traffic::RelaySlice;

pub(super) const FIGURES: [SliceFigure<RelaySlice>; 5] = [
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
        of: |slice| slice.message_p50,
        goals: &[("haproxy", 1.10)],
    },
    SliceFigure {
        name: "connection us",
        of: |slice| slice.connection,
        goals: &[("haproxy", 0.95), ("nginx-16k", 1.10)],
    },
];

/// The limit for the memory of an idle relay, in bytes.
pub(super) const IDLE: f64 = 2_500.0;

/// The limit for the cost of a policy through the gate, relative to one from the dedicated port.
pub(super) const POLICY: f64 = 1.05;
