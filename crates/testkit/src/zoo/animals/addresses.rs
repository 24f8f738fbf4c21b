//! Hosts whose IPv4 and IPv6 addresses behave differently.

use super::super::script::ScriptStep::{End, Read, Send};
use super::{Animal, PLAIN, SERVES_GOOD, Script, ZooListener, allowed, denied, game, master};

const BOTH: &[&str] = &["::1", "127.0.0.1"];

const OTHER: &[Script] = &[&[
    Read,
    Send(b"<cross-domain-policy><allow-access-from domain=\"www.b.test\" to-ports=\"5000\"/></cross-domain-policy>\0"),
    End,
]];

const fn master6(turns: &'static [Script]) -> ZooListener {
    ZooListener {
        address: "[::1]:843",
        turns,
    }
}

const GAME6: ZooListener = ZooListener {
    address: "[::1]:5000",
    turns: &[&[Read, End]],
};

pub(super) const ANIMALS: &[Animal] = &[
    Animal {
        name: "both-alike",
        does: "IPv4 and IPv6 answer alike",
        addresses: BOTH,
        listeners: &[master(SERVES_GOOD), game(), master6(SERVES_GOOD), GAME6],
        expected: allowed(None),
        ..PLAIN
    },
    Animal {
        name: "ipv4-other",
        does: "IPv6 grants, IPv4 grants another site",
        addresses: BOTH,
        listeners: &[master(OTHER), game(), master6(SERVES_GOOD), GAME6],
        expected: allowed(Some("addresses-differ")),
        ..PLAIN
    },
    Animal {
        name: "ipv6-other",
        does: "IPv4 grants, IPv6 grants another site",
        addresses: BOTH,
        listeners: &[master(SERVES_GOOD), game(), master6(OTHER), GAME6],
        expected: denied("no-rule-matches", "addresses-differ"),
        ..PLAIN
    },
    Animal {
        name: "ipv4-only",
        does: "the name has an IPv6 address where 843 refuses",
        addresses: BOTH,
        listeners: &[master(SERVES_GOOD), game(), GAME6],
        expected: allowed(Some("addresses-differ")),
        ..PLAIN
    },
    Animal {
        name: "ipv6-filtered",
        does: "a firewall drops 843 on IPv6, IPv4 grants",
        addresses: BOTH,
        listeners: &[master(SERVES_GOOD), game(), GAME6],
        firewall: &["meta nfproto ipv6 tcp dport 843 drop"],
        expected: denied("no-policy", "master-filtered").after(3_000),
        ..PLAIN
    },
];
