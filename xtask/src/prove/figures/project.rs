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
        claim: "tests notice every change to the code that recognizes a request",
        shown: Shown::Task(mutants::of_recognizer),
    },
    Figure {
        name: "R34-decision",
        claim: "tests notice every change to the code that decides, and that reads an Origin",
        shown: Shown::Task(mutants::of_decision),
    },
    Figure {
        name: "R34-proxy",
        claim: "tests notice every change to the code that reads a PROXY header",
        shown: Shown::Task(mutants::of_proxy_header),
    },
    Figure {
        name: "R34-acceptor",
        claim: "tests notice 80 % of the changes to the acceptor",
        shown: Shown::Task(mutants::of_acceptor),
    },
    Figure {
        name: "R34-library",
        claim: "tests notice 95 % of the changes to `flash-policy`, of which one in 40 is tried",
        shown: Shown::Task(mutants::of_library),
    },
];
