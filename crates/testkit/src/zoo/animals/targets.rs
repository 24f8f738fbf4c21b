//! Servers whose policy grants, but whose game port does not accept connections.

use super::super::script::ScriptStep::{Hold, Reset, Wait};
use super::{Animal, ExpectedReport, PLAIN, SERVES_GOOD, SLACK, allowed, asked, master, port};

const NOBODY_BEHIND: ExpectedReport = ExpectedReport {
    verdict: "unreachable",
    reason: "target-refused",
    cause: Some("target-closes-immediately"),
    takes: [0, SLACK],
};

pub(super) const ANIMALS: &[Animal] = &[
    Animal {
        name: "target-refused",
        does: "843 grants, nothing listens on the game's port",
        listeners: &[master(SERVES_GOOD)],
        expected: ExpectedReport {
            verdict: "unreachable",
            reason: "target-refused",
            cause: Some("target-refused"),
            takes: [0, SLACK],
        },
        ..PLAIN
    },
    Animal {
        name: "forwarder-closes",
        does: "843 grants, a forwarder on the game's port closes at once: its server is down",
        listeners: &[master(SERVES_GOOD), port(&[&[]])],
        expected: NOBODY_BEHIND,
        ..PLAIN
    },
    Animal {
        name: "forwarder-resets",
        does: "843 grants, a forwarder on the game's port resets at once",
        listeners: &[master(SERVES_GOOD), port(&[&[Reset]])],
        expected: NOBODY_BEHIND,
        ..PLAIN
    },
    Animal {
        name: "closes-every-second",
        does: "843 grants, every second connection to the game's port is closed at once",
        listeners: &[master(SERVES_GOOD), port(&[&[], &[Hold]])],
        expected: allowed(Some("target-closes-immediately")),
        ..PLAIN
    },
    Animal {
        name: "closes-idle-clients",
        does: "843 grants, the game closes clients that send nothing for 0.3 s",
        listeners: &[master(SERVES_GOOD), port(&[&[Wait(300)]])],
        expected: allowed(Some("target-closes-immediately")),
        ..PLAIN
    },
    Animal {
        name: "target-filtered",
        does: "843 grants, a firewall drops the game's port (the movie waits 4 s)",
        listeners: &[master(SERVES_GOOD)],
        firewall: &["tcp dport 5000 drop"],
        asked: asked!["--timeout", "4s"],
        expected: ExpectedReport {
            verdict: "unreachable",
            reason: "target-timeout",
            cause: Some("target-filtered"),
            takes: [4_000, 4_000 + SLACK],
        },
        ..PLAIN
    },
];
