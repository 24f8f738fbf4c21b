//! What the packages are made from, and whether the tests notice changes.

use crate::prove::figure::{Figure, Shown};
use crate::prove::{mutants, tasks};

pub(super) const FIGURES: &[Figure] = &[
    Figure {
        name: "R29",
        claim: "two builds in different folders: the same packages, byte for byte; PIE, RELRO, no executable stack, the list of dependencies inside",
        shown: Shown::Task(tasks::reproducible),
    },
    Figure {
        name: "R30",
        claim: "no dependency with an unlisted license or source, no unsafe code in any package here, no dependency under `flash-policy`",
        shown: Shown::Task(tasks::supply_chain),
    },
    Figure {
        name: "R34",
        claim: "tests notice every change to the recognizer, the decision, the Origin and the PROXY header, 95 % of those to `flash-policy`, and 80 % of those to the acceptor",
        shown: Shown::Task(mutants::survivors),
    },
];
