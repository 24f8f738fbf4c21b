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
        goals: &[("websockify", 1.0 / 30.0), ("websocat", 1.0 / 1.3)],
    },
];

/// The limit for the memory of an idle bridge, in bytes.
pub(super) const IDLE: f64 = 4_000.0;
