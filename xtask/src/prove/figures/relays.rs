//! Gates and bridges: bytes that pass, memory that they take, clients that they refuse.

use crate::prove::figure::{Figure, Shown, UNIT, outside};

pub(super) const FIGURES: &[Figure] = &[
    Figure {
        name: "R16",
        claim: "20 GiB through the gate both ways, equal byte for byte; every order of closing has the same effect as without a gate; 100 relays survive 100 hand-overs",
        shown: outside(
            "gate",
            &[
                "bulk::both_ways_at_once",
                "ends::every_order_is_as_without_a_gate",
                "ends::half_open_relays_are_reaped",
                "reloads::hand_overs_leave_relays_alone",
            ],
        ),
    },
    Figure {
        name: "R17",
        claim: "1,000 relays with stalled readers: 72 KiB each at most",
        shown: outside("gate", &["pressure::stalled_readers"]),
    },
    Figure {
        name: "R17-tls",
        claim: "1,000 relays over TLS and 1,000 WebSockets over TLS, stalled one way and both ways: 72 KiB each at most",
        shown: outside("tls", &["pressure::relays", "pressure::websockets"]),
    },
    Figure {
        name: "R17-bridge",
        claim: "1,000 WebSockets with stalled readers, in frames of 2^63 - 1 bytes: 72 KiB each at most",
        shown: outside("websocket", &["pressure::stalled_readers"]),
    },
    Figure {
        name: "C",
        claim: "an idle WebSocket: 4 kB of memory at most",
        shown: outside("websocket", &["pressure::idle_sessions"]),
    },
    Figure {
        name: "R26",
        claim: "100,000 random requests to a bridge: those that the policy allows reach their gate, all others no server; 64 MiB in one frame, in 10,000 and in small messages, byte for byte, in 72 KiB at most",
        shown: outside("websocket", &["origins::random", "sessions::any_length"]),
    },
    Figure {
        name: "R27",
        claim: "over 100 requests that hide another, cut at every byte: one response to each, 0 bytes to the backend",
        shown: outside("websocket", &["handshake::refused"]),
    },
    Figure {
        name: "R28",
        claim: "10,000 PROXY headers from unlisted peers: 0 believed, each forwarded as data",
        shown: outside("gate", &["proxy_in::strangers_are_not_believed"]),
    },
    Figure {
        name: "R28-ppp",
        claim: "1,000,000 PROXY headers of both versions, some of them damaged: read as the `ppp` crate reads them",
        shown: Shown::Tests {
            package: "flashgate-wire",
            binary: UNIT,
            tests: &["proxy_header::tests::beside_ppp::agrees_with_ppp"],
        },
    },
    Figure {
        name: "R33",
        claim: "the wall clock jumps by a day while deadlines run: none fires early or more than half a second late",
        shown: outside("gate", &["clock::jumps_by_a_day"]),
    },
    Figure {
        name: "lookups",
        claim: "540 connections to a gate while the resolver hangs on its name: other gates answer within 2 s, a reload works, 10 threads at most",
        shown: outside("gate", &["lookups::a_resolver_that_hangs"]),
    },
    Figure {
        name: "openings",
        claim: "1,000,000 connections with random first bytes, many of them almost a request: the server behind the gate gets all of them",
        shown: outside("gate", &["openings::random"]),
    },
];
