//! Servers that send nothing, or send it too late.

use super::super::script::ScriptStep::{Drip, End, Hold, Read, Reset, Send, Wait};
use super::{
    Animal, GAME, GOOD, PLAIN, SERVES_GOOD, allowed, asked, denied, game, master, patient_game,
    port,
};

const IN_A_HURRY: &[&str] = asked!["--timeout", "1s"];

pub(super) const ANIMALS: &[Animal] = &[
    Animal {
        name: "good",
        does: "843 answers correctly",
        listeners: &[master(SERVES_GOOD), game()],
        expected: allowed(None),
        ..PLAIN
    },
    Animal {
        name: "destination-only",
        does: "843 refuses, the game's port answers",
        listeners: &[port(SERVES_GOOD)],
        expected: allowed(None),
        ..PLAIN
    },
    Animal {
        name: "nothing",
        does: "843 refuses, the game's port does not know policy requests",
        listeners: GAME,
        expected: denied("no-policy", "no-policy"),
        ..PLAIN
    },
    Animal {
        name: "silent-master",
        does: "843 accepts and sends nothing, the game's port answers",
        listeners: &[master(&[&[Hold]]), port(SERVES_GOOD)],
        expected: allowed(Some("no-reply")).after(3_000),
        ..PLAIN
    },
    Animal {
        name: "silent-everywhere",
        does: "843 and the game's port accept and send nothing",
        listeners: &[master(&[&[Hold]]), patient_game()],
        expected: denied("no-policy", "no-reply").after(6_000),
        ..PLAIN
    },
    Animal {
        name: "filtered-master",
        does: "a firewall drops 843, the game's port answers",
        listeners: &[port(SERVES_GOOD)],
        firewall: &["tcp dport 843 drop"],
        expected: allowed(Some("master-filtered")).after(3_000),
        ..PLAIN
    },
    Animal {
        name: "filtered-server",
        does: "a firewall drops 843, where the policy would be",
        listeners: &[master(SERVES_GOOD), game()],
        firewall: &["tcp dport 843 drop"],
        expected: denied("no-policy", "master-filtered").after(3_000),
        ..PLAIN
    },
    Animal {
        name: "prohibited-master",
        does: "a firewall refuses 843 with ICMP, the game's port answers",
        listeners: &[port(SERVES_GOOD)],
        firewall: &["tcp dport 843 reject with icmpx admin-prohibited"],
        expected: allowed(None),
        ..PLAIN
    },
    Animal {
        name: "slow-master",
        does: "843 answers after 2 s",
        listeners: &[master(&[&[Read, Wait(2_000), Send(GOOD), End]]), game()],
        expected: allowed(Some("slow-reply")).after(2_000),
        ..PLAIN
    },
    Animal {
        name: "late-master",
        does: "843 answers after 5 s",
        listeners: &[master(&[&[Read, Wait(5_000), Send(GOOD), End]]), game()],
        expected: denied("no-policy", "reply-too-late").after(3_000),
        ..PLAIN
    },
    Animal {
        name: "late-master-loaded",
        does: "843 answers after 5 s, and the movie loads it itself",
        listeners: &[master(&[&[Read, Wait(5_000), Send(GOOD), End]]), game()],
        asked: asked!["--load-policy", "xmlsocket://srv.test:843"],
        expected: allowed(Some("slow-reply")).after(5_000),
        ..PLAIN
    },
    Animal {
        name: "past-the-budget",
        does: "843 answers after 25 s, the movie loads it itself and gives up after 4 s",
        listeners: &[master(&[&[Read, Wait(25_000), Send(GOOD), End]]), game()],
        asked: asked![
            "--load-policy",
            "xmlsocket://srv.test:843",
            "--timeout",
            "4s"
        ],
        expected: denied("timeout", "no-reply").after(4_000),
        ..PLAIN
    },
    Animal {
        name: "mail-in-a-hurry",
        does: "a mail server on 843 greets, and the movie gives up after 1 s",
        listeners: &[
            master(&[&[Send(b"220 mail.a.test ESMTP\r\n"), Hold]]),
            game(),
        ],
        asked: IN_A_HURRY,
        expected: denied("timeout", "malformed-policy").after(1_000),
        ..PLAIN
    },
    Animal {
        name: "drips-in-a-hurry",
        does: "the answer comes byte by byte, and the movie gives up after 1 s",
        listeners: &[master(&[&[Read, Drip(GOOD, 50), End]]), game()],
        asked: IN_A_HURRY,
        expected: denied("timeout", "reply-too-late").after(1_000),
        ..PLAIN
    },
    Animal {
        name: "player-8-low-port",
        does: "only the site is given, and Flash Player 8 asks for port 23",
        listeners: &[],
        asked: &[
            "srv.test:23",
            "--from",
            "http://www.a.test/",
            "--player",
            "8",
        ],
        expected: denied("no-policy", "no-policy"),
        ..PLAIN
    },
    Animal {
        name: "empty",
        does: "843 closes without a byte",
        listeners: &[master(&[&[Read, End]]), game()],
        expected: denied("no-policy", "closed-without-reply"),
        ..PLAIN
    },
    Animal {
        name: "resets",
        does: "843 resets every connection",
        listeners: &[master(&[&[Reset]]), game()],
        expected: denied("no-policy", "reset-without-reply"),
        ..PLAIN
    },
    Animal {
        name: "one-in-four",
        does: "843 answers, but resets every fourth connection",
        listeners: &[
            master(&[
                &[Read, Send(GOOD), End],
                &[Read, Send(GOOD), End],
                &[Read, Send(GOOD), End],
                &[Read, Reset],
            ]),
            game(),
        ],
        asked: asked![],
        expected: allowed(Some("intermittent-reply")),
        ..PLAIN
    },
];
