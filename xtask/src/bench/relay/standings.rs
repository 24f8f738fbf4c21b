//! What the rounds add up to, and what flashgate is held to.

use std::fmt::Write as _;

use super::super::goal::Goal;
use super::super::json::Json;
use super::super::standings::quantile;
use super::traffic::Slice;

/// One relay's slices, in the order of the rounds.
#[derive(Debug)]
pub(super) struct Standing {
    pub(super) name: &'static str,
    pub(super) slices: Vec<Slice>,
    /// Resident memory of an idle relay, if it was measured.
    pub(super) idle_bytes: Option<f64>,
}

/// One of the figures of a slice.
struct Figure {
    name: &'static str,
    of: fn(&Slice) -> f64,
    /// The greatest share of another relay's that flashgate may need.
    goals: &'static [(&'static str, f64)],
}

const FIGURES: [Figure; 5] = [
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

impl Standing {
    pub(super) fn new(name: &'static str) -> Self {
        Self {
            name,
            slices: Vec::new(),
            idle_bytes: None,
        }
    }

    fn median(&self, figure: &Figure) -> f64 {
        quantile(self.slices.iter().map(figure.of).collect(), 2)
    }

    /// The median of the ratios of each round.
    fn to(&self, other: &Self, figure: &Figure) -> f64 {
        let rounds = self.slices.iter().zip(&other.slices);
        let ratios = rounds.map(|(one, other)| (figure.of)(one) / (figure.of)(other));
        quantile(ratios.collect(), 2)
    }

    pub(super) fn json(&self) -> Json {
        let mut members = vec![("relay", Json::text(self.name))];
        members.extend(
            FIGURES
                .iter()
                .map(|figure| (figure.name, Json::Number(self.median(figure)))),
        );
        members.extend(
            self.idle_bytes
                .map(|bytes| ("idle_bytes", Json::Number(bytes))),
        );
        Json::Object(members)
    }
}

/// The medians of all, and under each what flashgate needs of it.
pub(super) fn table(standings: &[Standing]) -> String {
    let mut text = format!("{:<12}", "relay");
    for figure in &FIGURES {
        let _ = write!(text, "{:>22}", figure.name);
    }
    let _ = write!(text, "{:>12}", "idle B");
    for standing in standings {
        let _ = write!(text, "\n{:<12}", standing.name);
        for figure in &FIGURES {
            let ratio = standings
                .first()
                .map_or(f64::NAN, |ours| ours.to(standing, figure));
            let _ = write!(text, "{:>14.1} ({ratio:>4.2})", standing.median(figure));
        }
        match standing.idle_bytes {
            Some(bytes) => {
                let _ = write!(text, "{bytes:>12.0}");
            }
            None => text.push_str("           -"),
        }
    }
    text.push_str("\n(in brackets: what flashgate needs of it, the median of the rounds' ratios)");
    text
}

/// What flashgate is held to, as far as this run can judge it.
pub(super) fn goals(standings: &[Standing], policy: f64) -> Vec<Goal> {
    let Some((ours, others)) = standings.split_first() else {
        return Vec::new();
    };
    let mut goals = Vec::new();
    for figure in &FIGURES {
        for (name, limit) in figure.goals {
            if let Some(other) = others.iter().find(|other| other.name == *name) {
                let name = format!("{} / {name}", figure.name);
                goals.push(Goal::at_most(*limit, name, ours.to(other, figure)));
            }
        }
    }
    let idle = ours.idle_bytes.unwrap_or(f64::NAN);
    goals.push(Goal::at_most(
        2_500.0,
        "bytes resident per idle relay",
        idle,
    ));
    goals.push(Goal::at_most(
        1.05,
        "CPU per policy, gate / dedicated port",
        policy,
    ));
    goals
}
