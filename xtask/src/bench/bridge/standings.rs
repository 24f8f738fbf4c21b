//! What the rounds add up to, and what flashgate is held to.

use std::fmt::Write as _;

use super::super::goal::Goal;
use super::super::json::Json;
use super::super::standings::quantile;
use super::traffic::Slice;

/// One bridge's slices, in the order of the rounds.
#[derive(Debug)]
pub(super) struct Standing {
    pub(super) name: &'static str,
    pub(super) slices: Vec<Slice>,
    /// Resident memory of an idle bridge, if it was measured.
    pub(super) idle_bytes: Option<f64>,
}

/// One of the figures of a slice.
struct Figure {
    name: &'static str,
    of: fn(&Slice) -> f64,
    /// How many times as much the others need at least.
    goals: &'static [(&'static str, f64)],
}

const FIGURES: [Figure; 5] = [
    Figure {
        name: "up us/MiB",
        of: |slice| slice.up,
        goals: &[("websockify", 6.0), ("websocat", 4.0)],
    },
    Figure {
        name: "down us/MiB",
        of: |slice| slice.down,
        goals: &[("websockify", 1.8)],
    },
    Figure {
        name: "1 KiB frames us/MiB",
        of: |slice| slice.small,
        goals: &[("websockify", 30.0), ("websocat", 5.0)],
    },
    Figure {
        name: "message us",
        of: |slice| slice.message,
        goals: &[("websockify", 50.0), ("websocat", 5.0)],
    },
    Figure {
        name: "connection us",
        of: |slice| slice.connection,
        goals: &[("websockify", 30.0), ("websocat", 1.3)],
    },
];

/// What an idle bridge may take, in bytes.
const IDLE: f64 = 4_000.0;

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
        let mut members = vec![("bridge", Json::text(self.name))];
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

/// The medians of all, and behind each how many times as much it is as flashgate's.
pub(super) fn table(standings: &[Standing]) -> String {
    let mut text = format!("{:<12}", "bridge");
    for figure in &FIGURES {
        let _ = write!(text, "{:>24}", figure.name);
    }
    for standing in standings {
        let _ = write!(text, "\n{:<12}", standing.name);
        for figure in &FIGURES {
            let times = standings
                .first()
                .map_or(f64::NAN, |ours| 1.0 / ours.to(standing, figure));
            let _ = write!(text, "{:>15.1} ({times:>5.1}x)", standing.median(figure));
        }
    }
    text.push_str("\n(in brackets: how many times as much as flashgate needs, the median of the rounds' ratios)");
    text
}

/// What flashgate is held to, as far as this run can judge it.
pub(super) fn goals(standings: &[Standing]) -> Vec<Goal> {
    let Some((ours, others)) = standings.split_first() else {
        return Vec::new();
    };
    let mut goals = Vec::new();
    for figure in &FIGURES {
        for (name, times) in figure.goals {
            if let Some(other) = others.iter().find(|other| other.name == *name) {
                let name = format!("{} / {name}", figure.name);
                goals.push(Goal::at_most(1.0 / times, name, ours.to(other, figure)));
            }
        }
    }
    let idle = ours.idle_bytes.unwrap_or(f64::NAN);
    goals.push(Goal::at_most(IDLE, "bytes resident per idle bridge", idle));
    goals
}
