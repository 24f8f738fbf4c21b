//! Answers that are not a policy, or not quite one.

use super::super::script::ScriptStep::{End, Read, Send};
use super::{Animal, ExpectedReport, PLAIN, Script, ZooListener, allowed, denied, game, master};

const MALFORMED: ExpectedReport = denied("no-policy", "malformed-policy");

const WRONG_ROOT: &[ZooListener] = &[
    master(&[&[
        Read,
        Send(b"<policy><allow-access-from domain=\"*\" to-ports=\"*\"/></policy>\0"),
        End,
    ]]),
    game(),
];
const SILVERLIGHT: &[ZooListener] = &[
    master(&[&[
        Read,
        Send(b"<?xml version=\"1.0\"?><access-policy><cross-domain-access><policy><allow-from><domain uri=\"*\"/></allow-from><grant-to><socket-resource port=\"4502-4534\" protocol=\"tcp\"/></grant-to></policy></cross-domain-access></access-policy>\0"),
        End,
    ]]),
    game(),
];
const UTF_16: &[u8] =
    b"\xff\xfe<\0c\0r\0o\0s\0s\0-\0d\0o\0m\0a\0i\0n\0-\0p\0o\0l\0i\0c\0y\0/\0>\0\0\0";
const WITH_BOM: &[u8] = b"\xef\xbb\xbf<cross-domain-policy><allow-access-from domain=\"www.a.test\" to-ports=\"5000\"/></cross-domain-policy>\0";
const WITH_BLANKS: &[u8] = b"  <?xml version=\"1.0\"?><cross-domain-policy><allow-access-from domain=\"www.a.test\" to-ports=\"5000\"/></cross-domain-policy>\0";
const WRITE_UTF: &[u8] = b"\0\x64<cross-domain-policy><allow-access-from domain=\"www.a.test\" to-ports=\"5000\"/></cross-domain-policy>\0";
const UNCLOSED: &[u8] = b"<cross-domain-policy><allow-access-from domain=\"www.a.test\" to-ports=\"5000\"></cross-domain-policy>\0";
const CUT: &[u8] = b"<cross-domain-policy><allow-access-from domain=\"www.a.te";

const fn serves(turns: &'static [Script]) -> [ZooListener; 2] {
    [master(turns), game()]
}

pub(super) const ANIMALS: &[Animal] = &[
    Animal {
        name: "wrong-root-element",
        does: "the root element is a different one",
        listeners: WRONG_ROOT,
        expected: MALFORMED,
        ..PLAIN
    },
    Animal {
        name: "silverlight",
        does: "843 answers with Silverlight's XML",
        listeners: SILVERLIGHT,
        expected: denied("no-policy", "wrong-kind-of-policy"),
        ..PLAIN
    },
    Animal {
        name: "unclosed",
        does: "the XML is not well-formed",
        listeners: &serves(&[&[Read, Send(UNCLOSED), End]]),
        expected: MALFORMED,
        ..PLAIN
    },
    Animal {
        name: "cut",
        does: "half of the document arrives, then a close",
        listeners: &serves(&[&[Read, Send(CUT), End]]),
        expected: MALFORMED,
        ..PLAIN
    },
    Animal {
        name: "only-nul",
        does: "only a NUL arrives",
        listeners: &serves(&[&[Read, Send(b"\0"), End]]),
        expected: denied("no-policy", "empty-policy"),
        ..PLAIN
    },
    Animal {
        name: "utf-16",
        does: "the document is in UTF-16",
        listeners: &serves(&[&[Read, Send(UTF_16), End]]),
        expected: MALFORMED,
        ..PLAIN
    },
    Animal {
        name: "write-utf",
        does: "Java's `writeUTF` puts its length before the document",
        listeners: &serves(&[&[Read, Send(WRITE_UTF), End]]),
        expected: MALFORMED,
        ..PLAIN
    },
    Animal {
        name: "byte-order-mark",
        does: "a byte order mark precedes the document",
        listeners: &serves(&[&[Read, Send(WITH_BOM), End]]),
        expected: allowed(Some("byte-order-mark")),
        ..PLAIN
    },
    Animal {
        name: "blanks",
        does: "spaces precede the XML declaration",
        listeners: &serves(&[&[Read, Send(WITH_BLANKS), End]]),
        expected: allowed(Some("whitespace-before-declaration")),
        ..PLAIN
    },
];
