//! The policy grants, and the port itself does not accept.

use super::{Animal, Expected, PLAIN, SERVES_GOOD, master};

pub(super) const ANIMALS: &[Animal] = &[
    Animal {
        name: "target-refused",
        does: "843 grants, nothing listens on the game's port",
        listeners: &[master(SERVES_GOOD)],
        expected: Expected {
            verdict: "unreachable",
            reason: "target-refused",
            cause: Some("target-refused"),
            takes: [0, 1_000],
        },
        ..PLAIN
    },
    Animal {
        name: "target-filtered",
        does: "843 grants, a firewall drops the game's port (the movie waits 4 s)",
        listeners: &[master(SERVES_GOOD)],
        firewall: &["tcp dport 5000 drop"],
        asked: &[
            "srv.test:5000",
            "--from",
            "http://www.a.test/game.swf",
            "--timeout",
            "4s",
        ],
        expected: Expected {
            verdict: "unreachable",
            reason: "target-timeout",
            cause: Some("target-filtered"),
            takes: [4_000, 4_200],
        },
        ..PLAIN
    },
];
