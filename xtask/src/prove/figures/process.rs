//! The life of the process: its start, its end, everything that changes while it serves, its sandbox and its logs.

use crate::prove::figure::{Figure, outside};

pub(super) const FIGURES: &[Figure] = &[
    Figure {
        name: "R13",
        claim: "1,000 reloads under load, half of them broken: 0 failures, no reply mixes two policies",
        shown: outside("config", &["reload::under_load"]),
    },
    Figure {
        name: "R14",
        claim: "100 hand-overs and 100 failed hand-overs, at 10,000 fetches/s on average, 1,000 or more after each pair: 0 lost; 50 restarts on a passed socket: 0 refused",
        shown: outside(
            "lifecycle",
            &[
                "handover::under_load",
                "handover::restarts_on_a_socket_that_stays",
            ],
        ),
    },
    Figure {
        name: "R15",
        claim: "50 stops under load: every accepted or queued client is answered, exit 0 within drain and 0.5 s",
        shown: outside(
            "lifecycle",
            &[
                "stopping::a_stop_under_load",
                "stopping::a_stop_with_a_long_queue",
                "stopping::a_stop_keeps_to_its_limit",
            ],
        ),
    },
    Figure {
        name: "R22",
        claim: "an hour of fetches, relays, WebSockets, files over HTTP, half requests and garbage, a reload every 10 s and a hand-over every 60 s: 0 lost, 1 MiB more at most, descriptors and threads as before",
        shown: outside("lifecycle", &["soak::mixed_load"]),
    },
    Figure {
        name: "R23",
        claim: "the units: no complaints from systemd-analyze verify, exposure 1.2 at most with the socket unit, 1.5 without",
        shown: outside(
            "lifecycle",
            &[
                "units::nothing_to_complain_of",
                "units::little_is_left_open",
            ],
        ),
    },
    Figure {
        name: "R24",
        claim: "over 30 attempts from inside the sandbox: other files, writing, programs, ptrace, other kinds of sockets, unlisted ports, all denied",
        shown: outside("sandbox", &["everything_else_is_denied"]),
    },
    Figure {
        name: "R25",
        claim: "bytes of 1 M random peers: no control byte in a log, each line of JSON parses; 20,000 bad requests a second: 50 lines at most",
        shown: outside(
            "observability",
            &["logs::random_bytes", "logs::a_flood_of_bad_requests"],
        ),
    },
    Figure {
        name: "R31",
        claim: "ready within 30 ms, a bad config refused within 30 ms, 10 MB stripped at most",
        shown: outside(
            "lifecycle",
            &["start::ready", "start::a_bad_config", "start::size"],
        ),
    },
    Figure {
        name: "R31-container",
        claim: "a rootless, read-only container without capabilities is ready within 50 ms of its process's start",
        shown: outside("containers", &["starting::ready"]),
    },
    Figure {
        name: "half-written",
        claim: "a writer that pauses 1.5 s in the middle of a config: the half file is never served, the whole file is",
        shown: outside("config", &["half_written::a_config_with_a_pause"]),
    },
    Figure {
        name: "reloads",
        claim: "50 reloads of the unit under load: 0 policy requests refused, lost or later than 1 s, 0 relays cut",
        shown: outside("lifecycle", &["activation::reloads_of_a_unit"]),
    },
];
