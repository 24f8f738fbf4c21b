//! What a figure is: a claim, and what proves it.

use anyhow::Result;

/// A figure.
#[derive(Debug)]
pub(super) struct Figure {
    pub(super) name: &'static str,
    /// The claim, which is true if the goal is reached.
    pub(super) claim: &'static str,
    pub(super) shown: Shown,
}

/// What proves a figure.
#[derive(Debug)]
pub(super) enum Shown {
    /// Tests; each reports at least once.
    Tests {
        package: &'static str,
        /// A file of its `tests`, or [`UNIT`].
        binary: &'static str,
        tests: &'static [&'static str],
    },
    /// A task of this crate, which returns what it found.
    Task(fn() -> Result<String>),
    /// Every fuzz target. The quick ones get ten times as many inputs, the slow ones a tenth.
    Fuzzing {
        quick: &'static [&'static str],
        slow: &'static [&'static str],
    },
}

/// The tests in the library itself.
pub(super) const UNIT: &str = "";

/// Tests from outside.
pub(super) const fn outside(binary: &'static str, tests: &'static [&'static str]) -> Shown {
    Shown::Tests {
        package: "testkit",
        binary,
        tests,
    }
}

/// Tests of the library.
pub(super) const fn library(binary: &'static str, tests: &'static [&'static str]) -> Shown {
    Shown::Tests {
        package: "flash-policy",
        binary,
        tests,
    }
}
