//! A goal is a number that a measurement must not exceed.

use std::fmt;

use anyhow::{Result, ensure};
use serde_json::{Value, json};

/// A goal and what was measured.
#[derive(Debug)]
pub(super) struct Goal {
    name: String,
    at_most: f64,
    measured: f64,
}

impl Goal {
    pub(super) fn at_most(limit: f64, name: impl Into<String>, measured: f64) -> Self {
        Self {
            name: name.into(),
            at_most: limit,
            measured,
        }
    }

    /// A measurement that is not a number meets no goal.
    fn is_met(&self) -> bool {
        self.measured <= self.at_most
    }

    fn verdict(&self) -> &'static str {
        if self.is_met() { "pass" } else { "fail" }
    }

    pub(super) fn json(&self) -> Value {
        json!({
            "goal": self.name,
            "at_most": self.at_most,
            "measured": self.measured,
            "verdict": self.verdict(),
        })
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            at_most,
            measured,
        } = self;
        write!(
            f,
            "goal {name:<44} at most {at_most:>8.2}  measured {measured:>8.2}  {}",
            self.verdict()
        )
    }
}

/// Prints the goals.
pub(super) fn print(goals: &[Goal]) {
    println!();
    for goal in goals {
        println!("{goal}");
    }
}

/// Fails if one of the goals was missed.
pub(super) fn demand(goals: &[Goal]) -> Result<()> {
    let missed = goals.iter().filter(|goal| !goal.is_met()).count();
    ensure!(
        missed == 0,
        "expected all {} goals to be met, found {missed} missed",
        goals.len()
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_itself_passes_and_no_number_fails() {
        demand(&[Goal::at_most(1.0, "limit", 1.0)]).unwrap();
        demand(&[Goal::at_most(1.0, "above", 1.1)]).unwrap_err();
        demand(&[Goal::at_most(1.0, "none", f64::NAN)]).unwrap_err();
    }
}
