//! Other servers that listen where the policy should be.

use super::super::script::ScriptStep::{Echo, End, Hold, Read, ReadLine, Send};
use super::{Animal, ExpectedReport, PLAIN, denied, game, master, port};

const BAD_REQUEST: &[u8] =
    b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
const CROSSDOMAIN: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n<cross-domain-policy><allow-access-from domain=\"www.a.test\" to-ports=\"5000\"/></cross-domain-policy>";

/// The answer of `openssl s_server` to a first byte of `<`: alert, fatal, protocol version.
const ALERT: &[u8] = b"\x15\x03\x01\x00\x02\x02\x46";

const BANNER: &[u8] = b"220 mail.srv.test ESMTP\r\n";

const HTTP: ExpectedReport = denied("no-policy", "http-on-policy-port");

pub(super) const ANIMALS: &[Animal] = &[
    Animal {
        name: "http",
        does: "an HTTP server on 843 answers 400",
        listeners: &[master(&[&[Read, Send(BAD_REQUEST), End]]), game()],
        expected: HTTP,
        ..PLAIN
    },
    Animal {
        name: "http-policy",
        does: "an HTTP server on 843 answers with the right document",
        listeners: &[master(&[&[Read, Send(CROSSDOMAIN), End]]), game()],
        expected: HTTP,
        ..PLAIN
    },
    Animal {
        name: "http-waiting",
        does: "an HTTP server on 843 waits for the end of a line",
        listeners: &[master(&[&[ReadLine, Send(BAD_REQUEST), End]]), game()],
        expected: HTTP.after(3_000),
        ..PLAIN
    },
    Animal {
        name: "tls",
        does: "a TLS server on 843 answers with an alert",
        listeners: &[master(&[&[Read, Send(ALERT), End]]), game()],
        expected: denied("no-policy", "tls-on-policy-port"),
        ..PLAIN
    },
    Animal {
        name: "mail",
        does: "a mail server on 843 greets",
        listeners: &[master(&[&[Send(BANNER), Hold]]), game()],
        expected: denied("no-policy", "malformed-policy").after(3_000),
        ..PLAIN
    },
    Animal {
        name: "echo",
        does: "843 sends back what it receives",
        listeners: &[master(&[&[Echo]]), game()],
        expected: denied("no-policy", "malformed-policy"),
        ..PLAIN
    },
    Animal {
        name: "game-greets",
        does: "843 refuses, the game's port greets",
        listeners: &[port(&[&[Send(b"<hello/>\0"), Hold]])],
        expected: denied("no-policy", "no-policy"),
        ..PLAIN
    },
    Animal {
        name: "game-echoes",
        does: "843 refuses, the game's port sends back what it receives",
        listeners: &[port(&[&[Echo]])],
        expected: denied("no-policy", "no-policy"),
        ..PLAIN
    },
];
