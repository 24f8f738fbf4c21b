//! Attacks and shortages: what others still get, and what it costs.

use crate::prove::figure::{Figure, outside};

pub(super) const FIGURES: &[Figure] = &[
    Figure {
        name: "R9",
        claim: "10,000 slow half-requests: no other client is lost or waits twice as long, 32 MiB at most, closed at the deadline",
        shown: outside(
            "limits",
            &["slowloris::without_limits", "slowloris::with_limits"],
        ),
    },
    Figure {
        name: "R10",
        claim: "64 descriptors, 300 clients at a time: 0 of 5,000 lost; without free descriptors, 10 % of a core at most, serving again within 1 s",
        shown: outside(
            "limits",
            &[
                "exhaustion::few_descriptors",
                "exhaustion::starved_and_back",
            ],
        ),
    },
    Figure {
        name: "R18",
        claim: "64 MiB for everything, kernel memory included: 10,000 waiting, 10,000 unfinished heads, hellos, handshakes and PROXY headers, 1,000 WebSockets, 60 s of fetches, 0 lost",
        shown: outside("limits", &["memory::sixty_four_mebibytes"]),
    },
    Figure {
        name: "R19",
        claim: "10,000 waiting connections: 2 KiB each at most; idle: 8 MiB at most, no wake-ups",
        shown: outside(
            "limits",
            &[
                "exhaustion::ten_thousand_idle",
                "exhaustion::no_wake_ups_when_idle",
            ],
        ),
    },
    Figure {
        name: "R20",
        claim: "one address with 5,000 connections and 10,000 tries a second: all others are served, and wait at most twice as long",
        shown: outside("limits", &["fairness::one_greedy_address"]),
    },
    Figure {
        name: "R21",
        claim: "a panic in 1 of 100 of 10,000 connections: 99 unaffected, counted, no descriptor leaked",
        shown: outside("limits", &["panics::before_a_task", "panics::in_a_task"]),
    },
    Figure {
        name: "R32",
        claim: "20,000 SYN a second from addresses that do not exist, for 30 s: every player is served, p99 at most three times as long",
        shown: outside("limits", &["syn_flood::players_still_connect"]),
    },
    Figure {
        name: "networks",
        claim: "700 /64 networks of one site hold unfinished requests where 600 fit: 100 other sites are all answered",
        shown: outside("limits", &["unfinished::one_site_does_not_shut_others_out"]),
    },
];
