//! What is compared, and what flashgate is held to.

use super::super::rounds::Figure;
use super::traffic::Slice;

pub(super) const FIGURES: [Figure<Slice>; 5] = [
    Figure {
        name: "up us/MiB",
        of: |slice| slice.up,
        goals: &[("haproxy", 0.40), ("nginx-64k", 0.62)],
    },
    Figure {
        name: "down us/MiB",
        of: |slice| slice.down,
        goals: &[("haproxy", 0.40), ("nginx-64k", 0.62)],
    },
    Figure {
        name: "message us",
        of: |slice| slice.message,
        goals: &[("haproxy", 1.05)],
    },
    Figure {
        name: "message p50",
        of: |slice| slice.message_p50,
        goals: &[("haproxy", 1.10)],
    },
    Figure {
        name: "connection us",
        of: |slice| slice.connection,
        goals: &[("haproxy", 0.95), ("nginx-16k", 1.10)],
    },
];

/// What an idle relay may take, in bytes.
pub(super) const IDLE: f64 = 2_500.0;

/// What a policy through the gate may cost, relative to one from the dedicated port.
pub(super) const POLICY: f64 = 1.05;
