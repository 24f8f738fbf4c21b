//! Measures one figure: runs its tests, its fuzz targets or its task.

use std::process::Stdio;

use anyhow::{Context as _, Result};
use testkit::{cargo, container, figure, scale};

use super::figure::{Figure, Shown, UNIT};
use crate::fuzz::{self, Fuzzed, Limit};
use crate::package::image;
use crate::test;

/// What is reported if no test reported anything.
const NOTHING: &str = "nothing measured";

/// The result for one figure.
pub(super) struct Measured {
    /// What the tests reported.
    pub(super) text: String,
    pub(super) verdict: GoalResult,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum GoalResult {
    Pass,
    Fail,
}

impl GoalResult {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
        }
    }
}

/// Measures a figure. If that is not possible, the goal is missed, and the reason goes to standard error.
pub(super) fn take(figure: &Figure) -> Measured {
    try_take(figure).unwrap_or_else(|error| {
        complain(&format!("{error:#}"));
        Measured {
            text: NOTHING.to_owned(),
            verdict: GoalResult::Fail,
        }
    })
}

fn try_take(figure: &Figure) -> Result<Measured> {
    match figure.shown {
        Shown::Tests {
            package,
            binary,
            tests,
        } => run_tests(figure.name, [package, binary], tests),
        Shown::Fuzzing { quick, slow } => fuzz([quick, slow]),
        Shown::Task(task) => Ok(measured(task())),
    }
}

/// What a task found, or that it failed.
fn measured(result: Result<String>) -> Measured {
    match result {
        Ok(text) => Measured {
            text,
            verdict: GoalResult::Pass,
        },
        Err(error) => {
            complain(&format!("{error:#}"));
            Measured {
                text: "a finding".to_owned(),
                verdict: GoalResult::Fail,
            }
        }
    }
}

/// Runs every fuzz target on its number of inputs.
fn fuzz([quick, slow]: [&[&str]; 2]) -> Result<Measured> {
    let runs = |target: &str| {
        if quick.contains(&target) {
            10_000_000
        } else if slow.contains(&target) {
            100_000
        } else {
            1_000_000
        }
    };
    let wanted = fuzz::targets()?.into_iter().map(|target| {
        let limit = Limit::Runs(runs(&target));
        (target, limit)
    });
    let inputs = |fuzzed: Vec<Fuzzed>| {
        let inputs = fuzzed.iter();
        let inputs = inputs.map(|Fuzzed { target, inputs }| format!("`{target}` {inputs}"));
        inputs.collect::<Vec<_>>().join(", ")
    };
    Ok(measured(fuzz::run(wanted).map(inputs)))
}

/// Runs a figure's tests one after the other; the output of a failed one goes to standard error.
fn run_tests(name: &str, [package, binary]: [&str; 2], tests: &[&str]) -> Result<Measured> {
    let image = match binary {
        "containers" => image::for_tests()?,
        _ => None,
    };
    // Not of the program, where a feature makes it panic on request.
    let features: &[_] = if test::LIBRARIES.contains(&package) {
        &["--all-features"]
    } else {
        &[]
    };
    let target: &[_] = match binary {
        UNIT => &["--lib"],
        _ => &["--test", binary],
    };
    let output = cargo::command()
        .args(["test", "--release", "--package", package])
        .args(target)
        .args(features)
        .args(["--", "--exact", "--nocapture", "--test-threads=1"])
        .args(tests)
        .env(scale::VARIABLE, "1")
        // With this, a test fails instead of being skipped if something is missing.
        .env("CI", "1")
        .envs(image.map(|archive| (container::VARIABLE, archive)))
        .stderr(Stdio::piped())
        .output()
        .context("can't run cargo test")?;
    let stdout = String::from_utf8_lossy(&output.stdout);
    let reports = reports(name, &stdout);
    // Every test reports at least once, so a renamed test is noticed.
    let whole = reports.len() >= tests.len();
    let text = reports.join("; ");
    if output.status.success() && whole {
        return Ok(Measured {
            text,
            verdict: GoalResult::Pass,
        });
    }
    complain(&format!(
        "{stdout}\n{}",
        String::from_utf8_lossy(&output.stderr)
    ));
    Ok(Measured {
        text: if text.is_empty() {
            NOTHING.to_owned()
        } else {
            text
        },
        verdict: GoalResult::Fail,
    })
}

/// What the tests reported for a figure.
fn reports<'a>(name: &str, stdout: &'a str) -> Vec<&'a str> {
    let mark = figure::mark(name);
    // The test harness may have printed the start of the line.
    stdout
        .lines()
        .filter_map(|line| line.split_once(&mark))
        .map(|(_, report)| report.trim_end())
        .collect()
}

#[expect(
    clippy::print_stderr,
    reason = "standard output has one line per figure and nothing else"
)]
fn complain(text: &str) {
    eprintln!("{text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_are_found_wherever_they_stand() {
        let output = "running 2 tests\ntest a ... figure R1: 5 of 5\nok\nfigure R10: no\nfigure R1: 0 lost\n";
        assert_eq!(reports("R1", output), ["5 of 5", "0 lost"]);
    }
}
