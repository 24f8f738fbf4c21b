//! The figures: the claim of each, and the tests that prove it.

use anyhow::Result;

use super::{mutants, tasks};

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
        /// A file of its `tests`.
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

/// Tests from outside.
const fn outside(binary: &'static str, tests: &'static [&'static str]) -> Shown {
    Shown::Tests {
        package: "testkit",
        binary,
        tests,
    }
}

/// Tests of the library.
const fn library(binary: &'static str, tests: &'static [&'static str]) -> Shown {
    Shown::Tests {
        package: "flash-policy",
        binary,
        tests,
    }
}

/// All figures, in order.
pub(super) const FIGURES: &[Figure] = &[
    Figure {
        name: "R1",
        claim: "10,000,000 fuzzer inputs for each reader of network bytes, 1,000,000 for every other reader, 100,000 for the config: no finding",
        shown: Shown::Fuzzing {
            quick: &["http_head", "proxy_header", "recognize", "ws_frame"],
            slow: &["config"],
        },
    },
    Figure {
        name: "R2",
        claim: "twice as much hostile input costs 2.1 times the instructions at most",
        shown: outside("lint", &["cost::linear"]),
    },
    Figure {
        name: "R3",
        claim: "1,000,000 documents: the linter and libxml2 agree on which are well-formed",
        shown: library("well_formed", &["the_parser_agrees_with_libxml2"]),
    },
    Figure {
        name: "R4",
        claim: "all 4,194,304 ways to cut the request: one verdict",
        shown: library("recognize", &["every_way_to_cut_the_request"]),
    },
    Figure {
        name: "R5",
        claim: "0 allocations until a connection is recognized; reading a policy costs 20 times its size at most, and any file of 64 KiB 3 MiB at most",
        shown: library(
            "allocations",
            &[
                "recognizing_allocates_nothing",
                "a_policy",
                "the_largest_file",
            ],
        ),
    },
    Figure {
        name: "R6",
        claim: "100,000 schedules of connections on two threads, a reload and a stop: every permit returns, no counter is below 0, no wake-up is lost",
        shown: Shown::Tests {
            package: "flashgate",
            binary: "schedules",
            tests: &["every_permit_returns"],
        },
    },
    Figure {
        name: "R7",
        claim: "with `request` at 20 minutes and the kernel's tcp_orphan_retries at 15: 1,000,000 fetches, 5 % of the packets lost each way: 0 lost, 99.5 % within 3 s; 100,000 fetches at 20 %: 0 lost",
        shown: outside(
            "serve",
            &[
                "bad_network::every_reply_arrives",
                "bad_network::a_fifth_of_the_packets_is_lost",
            ],
        ),
    },
    Figure {
        name: "R8",
        claim: "0, 1, 23, 4,096 and 65,536 bytes after the request, replies of 500 bytes and 20 kB, 50,000 fetches each, without loss, and with 5 % each way, `request` at 20 minutes and tcp_orphan_retries at 15: 0 lost, 0 reset",
        shown: outside(
            "serve",
            &[
                "wire::bytes_behind_the_request_cost_no_reply",
                "bad_network::bytes_behind_the_request",
            ],
        ),
    },
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
        name: "R11",
        claim: "20 errors of accept, 200 times each, and listeners killed from outside: flashgate keeps serving, 0 lost, half a core at most",
        shown: outside(
            "serve",
            &[
                "accept_errors::faults_of_a_connection",
                "accept_errors::exhaustion_now_and_then",
                "accept_errors::dead_listeners",
                "accept_errors::killed::from_outside",
            ],
        ),
    },
    Figure {
        name: "R12",
        claim: "6 errors each of 11 system calls, and an interrupted epoll_wait, while clients of all kinds come and go: no other client is affected, 0 panics, 0 descriptors leaked",
        shown: outside("limits", &["call_errors::of_any_call"]),
    },
    Figure {
        name: "R13",
        claim: "1,000 reloads under load, half of them broken: 0 failures, no reply mixes two policies",
        shown: outside("config", &["reload::under_load"]),
    },
    Figure {
        name: "R14",
        claim: "100 hand-overs and 100 failed hand-overs, at 10,000 fetches/s: 0 lost; 50 restarts on a passed socket: 0 refused",
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
        name: "R32",
        claim: "20,000 SYN a second from addresses that do not exist, for 30 s: every player is served, p99 at most three times as long",
        shown: outside("limits", &["syn_flood::players_still_connect"]),
    },
    Figure {
        name: "R33",
        claim: "the wall clock jumps by a day while deadlines run: none fires early or more than half a second late",
        shown: outside("gate", &["clock::jumps_by_a_day"]),
    },
    Figure {
        name: "R34",
        claim: "tests notice every change to the recognizer, the decision, the Origin and the PROXY header, 95 % of those to `flash-policy`, and 80 % of those to the acceptor",
        shown: Shown::Task(mutants::survivors),
    },
    Figure {
        name: "R35",
        claim: "10,000 simulated networks each with delay, loss, reordering, cuts and resets, for players and for other clients: every run ends in the whole reply or in an error, none hangs",
        shown: library("simulated", &["players", "clients_that_send_more"]),
    },
    Figure {
        name: "R35-tokio",
        claim: "10,000 connections to the acceptor on tokio with delay, short reads and writes, cuts and resets: each ends within its limits, in the whole reply, in a stream that lacks no byte, or in an error",
        shown: Shown::Tests {
            package: "tokio-flash-policy",
            binary: "simulated",
            tests: &["every_connection_ends"],
        },
    },
    Figure {
        name: "openings",
        claim: "1,000,000 connections with random first bytes, many of them almost a request: the server behind the gate gets all of them",
        shown: outside("gate", &["openings::random"]),
    },
    Figure {
        name: "reloads",
        claim: "50 reloads of the unit under load: 0 policy requests refused, lost or later than 1 s, 0 relays cut",
        shown: outside("lifecycle", &["activation::reloads_of_a_unit"]),
    },
    Figure {
        name: "networks",
        claim: "700 /64 networks of one site hold unfinished requests where 600 fit: 100 other sites are all answered",
        shown: outside("limits", &["unfinished::one_site_does_not_shut_others_out"]),
    },
    Figure {
        name: "lookups",
        claim: "540 connections to a gate while the resolver hangs on its name: other gates answer within 2 s, a reload works, 10 threads at most",
        shown: outside("gate", &["lookups::a_resolver_that_hangs"]),
    },
    Figure {
        name: "half-written",
        claim: "a writer that pauses 1.5 s in the middle of a config: the half file is never served, the whole file is",
        shown: outside("config", &["half_written::a_config_with_a_pause"]),
    },
    Figure {
        name: "dialects",
        claim: "1,000,000 random questions to random policies, for each format: Flash to Silverlight and back, and Flash to URL and back, decide alike",
        shown: library(
            "url",
            &[
                "converted::flash_silverlight_flash",
                "converted::flash_url_flash",
            ],
        ),
    },
    Figure {
        name: "silence",
        claim: "a WebSocket that is silent for 10 minutes survives an nginx with a 60 s timeout",
        shown: outside("serve", &["silence::outlasts_nginx"]),
    },
    Figure {
        name: "plug-ins",
        claim: "10,000 fetches each as Unity's web player and Silverlight do them, 3 % loss and reordering: every reply whole",
        shown: outside("serve", &["plug_ins::every_reply_arrives_whole"]),
    },
];
