//! What reads policies, requests and other input: the libraries and the fuzz targets.

use crate::prove::figure::{Figure, Shown, library, outside};

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
];
