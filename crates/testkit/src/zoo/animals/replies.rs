//! Right documents that arrive in the wrong way: in pieces, without an end, with a reset.

use super::super::script::ScriptStep::{Drip, End, Flood, Hold, Read, ReadOnly, Reset, Send, Wait};
use super::{Animal, GOOD, GOOD_WITHOUT_NUL, PLAIN, allowed, denied, game, master};

const START: &[u8] = b"<cross-domain-policy>";
const REST: &[u8] =
    b"<allow-access-from domain=\"www.a.test\" to-ports=\"5000\"/></cross-domain-policy>\0";
const AND_LINE: &[u8] = b"<cross-domain-policy><allow-access-from domain=\"www.a.test\" to-ports=\"5000\"/></cross-domain-policy>\0\n";
const AND_PADDING: &[u8] = b"<cross-domain-policy><allow-access-from domain=\"www.a.test\" to-ports=\"5000\"/></cross-domain-policy>\0\0\0\0\0\0\0\0\0\0\0\0\0";
const TWICE: &[u8] = b"<cross-domain-policy><allow-access-from domain=\"www.a.test\" to-ports=\"5000\"/></cross-domain-policy>\0<cross-domain-policy><allow-access-from domain=\"www.a.test\" to-ports=\"5000\"/></cross-domain-policy>\0";

pub(super) const ANIMALS: &[Animal] = &[
    Animal {
        name: "kept-open",
        does: "843 answers and leaves the close to the player",
        listeners: &[master(&[&[Read, Send(GOOD), Hold]]), game()],
        expected: allowed(None),
        ..PLAIN
    },
    Animal {
        name: "no-nul",
        does: "the answer has no NUL, then a close",
        listeners: &[master(&[&[Read, Send(GOOD_WITHOUT_NUL), End]]), game()],
        expected: allowed(Some("reply-without-nul")),
        ..PLAIN
    },
    Animal {
        name: "no-nul-held",
        does: "the answer has no NUL, and the connection stays open",
        listeners: &[master(&[&[Read, Send(GOOD_WITHOUT_NUL), Hold]]), game()],
        expected: denied("no-policy", "reply-without-nul").after(3_000),
        ..PLAIN
    },
    Animal {
        name: "two-writes",
        does: "the answer arrives in two writes",
        listeners: &[
            master(&[&[Read, Send(START), Wait(100), Send(REST), End]]),
            game(),
        ],
        expected: allowed(Some("reply-in-pieces")),
        ..PLAIN
    },
    Animal {
        name: "late-nul",
        does: "the NUL arrives in a separate write",
        listeners: &[
            master(&[&[Read, Send(GOOD_WITHOUT_NUL), Wait(100), Send(b"\0"), End]]),
            game(),
        ],
        expected: allowed(Some("reply-in-pieces")),
        ..PLAIN
    },
    Animal {
        name: "drips",
        does: "the answer comes byte by byte",
        listeners: &[master(&[&[Read, Drip(GOOD, 4), End]]), game()],
        expected: allowed(Some("reply-in-pieces")),
        ..PLAIN
    },
    Animal {
        name: "reads-22",
        does: "reads 22 of the 23 bytes, answers, closes",
        listeners: &[master(&[&[ReadOnly(22), Send(GOOD), Wait(20)]]), game()],
        expected: allowed(Some("reset-after-reply")),
        ..PLAIN
    },
    Animal {
        name: "reads-nothing",
        does: "answers after a moment without reading, closes",
        listeners: &[master(&[&[Wait(50), Send(GOOD)]]), game()],
        expected: allowed(Some("reset-after-reply")),
        ..PLAIN
    },
    Animal {
        name: "reads-nothing-no-nul",
        does: "answers without a NUL and without reading, closes",
        listeners: &[
            master(&[&[Wait(50), Send(GOOD_WITHOUT_NUL), Wait(20)]]),
            game(),
        ],
        expected: denied("no-policy", "reset-after-reply"),
        ..PLAIN
    },
    Animal {
        name: "reset-after",
        does: "answers, then resets",
        listeners: &[master(&[&[Read, Send(GOOD), Wait(20), Reset]]), game()],
        expected: allowed(Some("reset-after-reply")),
        ..PLAIN
    },
    Animal {
        name: "half-and-reset",
        does: "sends half an answer, then resets",
        listeners: &[master(&[&[Read, Send(START), Wait(20), Reset]]), game()],
        expected: denied("no-policy", "reset-after-reply"),
        ..PLAIN
    },
    Animal {
        name: "speaks-first",
        does: "sends the policy before the request, reads, closes",
        listeners: &[master(&[&[Send(GOOD), Read, End]]), game()],
        expected: allowed(Some("reply-before-request")),
        ..PLAIN
    },
    Animal {
        name: "line-after-nul",
        does: "a line feed follows the NUL",
        listeners: &[master(&[&[Read, Send(AND_LINE), End]]), game()],
        expected: allowed(Some("bytes-after-nul")),
        ..PLAIN
    },
    Animal {
        name: "padding",
        does: "the answer is padded with NULs",
        listeners: &[master(&[&[Read, Send(AND_PADDING), End]]), game()],
        expected: allowed(Some("bytes-after-nul")),
        ..PLAIN
    },
    Animal {
        name: "twice",
        does: "the answer is sent twice",
        listeners: &[master(&[&[Read, Send(TWICE), End]]), game()],
        expected: allowed(Some("bytes-after-nul")),
        ..PLAIN
    },
    Animal {
        name: "endless",
        does: "the answer never ends",
        listeners: &[master(&[&[Read, Flood]]), game()],
        expected: denied("no-policy", "endless-reply"),
        ..PLAIN
    },
];
