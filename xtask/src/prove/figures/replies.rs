//! Every reply arrives: over bad networks, for every plug-in, whatever a system call returns.

use crate::prove::figure::{Figure, Shown, outside};

pub(super) const FIGURES: &[Figure] = &[
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
        name: "plug-ins",
        claim: "10,000 fetches each as Unity's web player and Silverlight do them, 3 % loss and reordering: every reply whole",
        shown: outside("serve", &["plug_ins::every_reply_arrives_whole"]),
    },
    Figure {
        name: "silence",
        claim: "a WebSocket that is silent for 10 minutes survives an nginx with a 60 s timeout",
        shown: outside("serve", &["silence::outlasts_nginx"]),
    },
];
