//! Servers that other clients treat differently from Flash Player.

use super::super::script::ScriptStep::{End, Hold, Read, ReadOnly, Send, Wait};
use super::{
    Animal, ExpectedReport, PLAIN, SERVES_GOOD, ZooListener, allowed, asked, denied, game, master,
    patient_game, port,
};

const UNITY: &[&str] = &["srv.test:5000", "--client", "unity"];
const LIGHTSPARK: &[&str] = asked!["--client", "lightspark"];
const LIGHTSPARK_WAITS: &[&str] = asked!["--client", "lightspark", "--timeout", "2s"];
const SILVERLIGHT: &[&str] = &[
    "srv.test:4502",
    "--client",
    "silverlight",
    "--from",
    "http://www.a.test/app.xap",
];
const SECURE_SOCKET: &[&str] = asked!["--secure-socket"];

const EVERYBODY: &[u8] = b"<cross-domain-policy><allow-access-from domain=\"*\" to-ports=\"5000\"/></cross-domain-policy>\0";
const HEAD: &[u8] = b"<cross-domain-policy>";
const TAIL: &[u8] = b"<allow-access-from domain=\"*\" to-ports=\"5000\"/></cross-domain-policy>\0";
const EVERYBODY_NOWHERE: &[u8] =
    b"<cross-domain-policy><allow-access-from domain=\"*\"/></cross-domain-policy>\0";
const NONE_BESIDE_EVERYBODY: &[u8] = b"<cross-domain-policy><site-control permitted-cross-domain-policies=\"none\"/><allow-access-from domain=\"*\" to-ports=\"5000\"/></cross-domain-policy>\0";
const RANGE: &[u8] = b"<cross-domain-policy><allow-access-from domain=\"*\" to-ports=\"1024-65535\"/></cross-domain-policy>\0";
const SITE_CONTROL: &[u8] = b"<cross-domain-policy><site-control permitted-cross-domain-policies=\"all\"/><allow-access-from domain=\"*\" to-ports=\"5000\"/></cross-domain-policy>\0";
const WITHOUT_PORTS: &[u8] = b"<cross-domain-policy><allow-access-from domain=\"*\"/><allow-access-from domain=\"www.a.test\" to-ports=\"5000\"/></cross-domain-policy>\0";
const HEADERS: &[u8] = b"<cross-domain-policy><allow-http-request-headers-from domain=\"*\" headers=\"*\"/><allow-access-from domain=\"www.a.test\" to-ports=\"5000\"/></cross-domain-policy>\0";
const ALL_THEN_HEADERS: &[u8] = b"<cross-domain-policy><site-control permitted-cross-domain-policies=\"all\"/><allow-access-from domain=\"www.a.test\" to-ports=\"5000\"/><allow-http-request-headers-from domain=\"*\" headers=\"*\"/></cross-domain-policy>\0";
const HEADERS_THEN_RULE: &[u8] = b"<cross-domain-policy><site-control permitted-cross-domain-policies=\"all\"/><allow-http-request-headers-from domain=\"*\" headers=\"*\"/><allow-access-from domain=\"www.a.test\" to-ports=\"5000\"/></cross-domain-policy>\0";
const NONE_THEN_HEADERS: &[u8] = b"<cross-domain-policy><site-control permitted-cross-domain-policies=\"none\"/><allow-http-request-headers-from domain=\"*\" headers=\"*\"/></cross-domain-policy>\0";
const MASTER_ONLY: &[u8] = b"<cross-domain-policy><site-control permitted-cross-domain-policies=\"master-only\"/><allow-access-from domain=\"www.a.test\" to-ports=\"5000\"/></cross-domain-policy>\0";
const OTHER_END_TAG: &[u8] =
    b"<cross-domain-policy><allow-access-from domain=\"www.a.test\" to-ports=\"5000\"/></policy>\0";
const SCHEME: &[u8] = b"<cross-domain-policy><allow-access-from domain=\"http://www.a.test\" to-ports=\"5000\"/></cross-domain-policy>\0";
const TOP_LEVEL: &[u8] = b"<cross-domain-policy><allow-access-from domain=\"*.test\" to-ports=\"5000\"/></cross-domain-policy>\0";
const OTHER_APPLICATION: &[u8] = b"<?xml version=\"1.0\"?><access-policy><cross-domain-access><policy><allow-from><domain uri=\"http://www.b.test\"/></allow-from><grant-to><socket-resource port=\"4502-4534\" protocol=\"tcp\"/></grant-to></policy></cross-domain-access></access-policy>";
const OUT_OF_RANGE: &[u8] = b"<?xml version=\"1.0\"?><access-policy><cross-domain-access><policy><allow-from><domain uri=\"http://www.a.test\"/></allow-from><grant-to><socket-resource port=\"80\" protocol=\"tcp\"/></grant-to></policy></cross-domain-access></access-policy>";
const ACCESS_POLICY: &[u8] = b"<?xml version=\"1.0\"?><access-policy><cross-domain-access><policy><allow-from><domain uri=\"http://www.a.test\"/></allow-from><grant-to><socket-resource port=\"4502-4534\" protocol=\"tcp\"/></grant-to></policy></cross-domain-access></access-policy>";

const fn at_943(turns: &'static [super::Script]) -> ZooListener {
    ZooListener {
        address: "127.0.0.1:943",
        turns,
    }
}

const APPLICATION: ZooListener = ZooListener {
    address: "127.0.0.1:4502",
    turns: &[&[Read, End]],
};

pub(super) const ANIMALS: &[Animal] = &[
    Animal {
        name: "unity",
        does: "Unity: 843 grants `*`",
        listeners: &[master(&[&[Read, Send(EVERYBODY), End]]), game()],
        asked: UNITY,
        expected: allowed(Some("wildcard-domain")),
        ..PLAIN
    },
    Animal {
        name: "unity-named",
        does: "Unity: 843 grants a named site",
        listeners: &[master(SERVES_GOOD), game()],
        asked: UNITY,
        expected: denied("no-rule-matches", "unity-needs-wildcard"),
        ..PLAIN
    },
    Animal {
        name: "unity-two-writes",
        does: "Unity: the answer arrives in two writes",
        listeners: &[
            master(&[&[Read, Send(HEAD), Wait(200), Send(TAIL), End]]),
            game(),
        ],
        asked: UNITY,
        expected: denied("no-policy", "reply-in-pieces"),
        ..PLAIN
    },
    Animal {
        name: "unity-without-ports",
        does: "Unity: the rule for `*` has no `to-ports`",
        listeners: &[master(&[&[Read, Send(EVERYBODY_NOWHERE), End]]), game()],
        asked: UNITY,
        expected: denied("no-rule-matches", "wrong-kind-of-policy"),
        ..PLAIN
    },
    Animal {
        name: "unity-none",
        does: "Unity: 843 has `none` and a rule for `*`",
        listeners: &[master(&[&[Read, Send(NONE_BESIDE_EVERYBODY), End]]), game()],
        asked: UNITY,
        expected: allowed(Some("unity-unsupported-element")),
        ..PLAIN
    },
    Animal {
        name: "lightspark-range",
        does: "Lightspark: the rule has the range 1024-65535",
        listeners: &[master(&[&[Read, Send(RANGE), End]]), game()],
        asked: LIGHTSPARK,
        expected: denied("no-rule-matches", "lightspark-port-range"),
        ..PLAIN
    },
    Animal {
        name: "lightspark-site-control",
        does: "Lightspark: the game's port answers with a meta-policy",
        listeners: &[port(&[&[Read, Send(SITE_CONTROL), End]])],
        asked: LIGHTSPARK,
        expected: denied("no-policy", "site-control-outside-master"),
        ..PLAIN
    },
    Animal {
        name: "lightspark-without-ports",
        does: "Lightspark: a rule without `to-ports` comes before the one that grants",
        listeners: &[master(&[&[Read, Send(WITHOUT_PORTS), End]]), game()],
        asked: LIGHTSPARK,
        expected: denied("no-policy", "lightspark-unsupported-element"),
        ..PLAIN
    },
    Animal {
        name: "lightspark-headers",
        does: "Lightspark: there is a rule for headers and a rule that grants",
        listeners: &[master(&[&[Read, Send(HEADERS), End]]), game()],
        asked: LIGHTSPARK,
        expected: denied("no-policy", "lightspark-unsupported-element"),
        ..PLAIN
    },
    Animal {
        name: "lightspark-headers-last",
        does: "Lightspark: 843 has `all` and grants, and a rule for headers follows",
        listeners: &[master(&[&[Read, Send(ALL_THEN_HEADERS), End]]), game()],
        asked: LIGHTSPARK,
        expected: allowed(Some("lightspark-unsupported-element")),
        ..PLAIN
    },
    Animal {
        name: "lightspark-headers-first",
        does: "Lightspark: 843 has `all`, and a rule for headers comes before the one that grants",
        listeners: &[master(&[&[Read, Send(HEADERS_THEN_RULE), End]]), game()],
        asked: LIGHTSPARK,
        expected: denied("no-rule-matches", "lightspark-unsupported-element"),
        ..PLAIN
    },
    Animal {
        name: "lightspark-none-headers",
        does: "Lightspark: 843 has `none` before a rule for headers, and the game's port grants",
        listeners: &[
            master(&[&[Read, Send(NONE_THEN_HEADERS), End]]),
            port(SERVES_GOOD),
        ],
        asked: LIGHTSPARK,
        expected: denied("meta-policy-none", "shadowed-by-master"),
        ..PLAIN
    },
    Animal {
        name: "lightspark-end-tag",
        does: "Lightspark: the policy's end tag does not match",
        listeners: &[master(&[&[Read, Send(OTHER_END_TAG), End]]), game()],
        asked: LIGHTSPARK,
        expected: allowed(Some("mismatched-tag")),
        ..PLAIN
    },
    Animal {
        name: "lightspark-waits",
        does: "Lightspark: 843 grants, and the game accepts and sends nothing",
        listeners: &[master(SERVES_GOOD), patient_game()],
        asked: LIGHTSPARK_WAITS,
        expected: denied("timeout", "lightspark-waits-for-port").after(2_000),
        ..PLAIN
    },
    Animal {
        name: "lightspark-master-only",
        does: "Lightspark: 843 has `master-only` and grants, and the game sends nothing",
        listeners: &[master(&[&[Read, Send(MASTER_ONLY), End]]), patient_game()],
        asked: LIGHTSPARK_WAITS,
        expected: allowed(None),
        ..PLAIN
    },
    Animal {
        name: "lightspark-scheme",
        does: "Lightspark: the rule is for `http://www.a.test`",
        listeners: &[master(&[&[Read, Send(SCHEME), End]]), game()],
        asked: LIGHTSPARK,
        expected: denied("no-rule-matches", "lightspark-scheme-in-domain"),
        ..PLAIN
    },
    Animal {
        name: "lightspark-top-level",
        does: "Lightspark: the rule is for `*.test`",
        listeners: &[master(&[&[Read, Send(TOP_LEVEL), End]]), game()],
        asked: LIGHTSPARK,
        expected: allowed(None),
        ..PLAIN
    },
    Animal {
        name: "lightspark-ipv6",
        does: "Lightspark: the movie names an IPv6 address",
        addresses: &["127.0.0.1", "::1"],
        asked: &["[::1]:5000", "--client", "lightspark"],
        expected: denied("no-policy", "ipv6-target"),
        ..PLAIN
    },
    Animal {
        name: "unity-ipv6",
        does: "Unity: the game names an IPv6 address",
        addresses: &["127.0.0.1", "::1"],
        asked: &["[::1]:5000", "--client", "unity"],
        expected: denied("no-policy", "ipv6-target"),
        ..PLAIN
    },
    Animal {
        name: "unity-both",
        does: "Unity: the name also has an IPv6 address, where nothing answers",
        addresses: &["::1", "127.0.0.1"],
        listeners: &[master(&[&[Read, Send(EVERYBODY), End]]), game()],
        asked: UNITY,
        expected: allowed(Some("wildcard-domain")),
        ..PLAIN
    },
    Animal {
        name: "lightspark",
        does: "Lightspark: 843 answers correctly",
        listeners: &[master(SERVES_GOOD), game()],
        asked: LIGHTSPARK,
        expected: allowed(None),
        ..PLAIN
    },
    Animal {
        name: "silverlight-elsewhere",
        does: "Silverlight: the application is on port 5000",
        listeners: &[at_943(&[&[ReadOnly(22), Send(ACCESS_POLICY), End]]), game()],
        asked: &["srv.test:5000", "--client", "silverlight"],
        expected: denied("port-authority", "silverlight-port"),
        ..PLAIN
    },
    Animal {
        name: "silverlight-good",
        does: "Silverlight: 943 answers correctly",
        listeners: &[
            at_943(&[&[ReadOnly(22), Send(ACCESS_POLICY), End]]),
            APPLICATION,
        ],
        asked: SILVERLIGHT,
        expected: allowed(None),
        ..PLAIN
    },
    Animal {
        name: "silverlight-other",
        does: "Silverlight: 943 grants another site",
        listeners: &[
            at_943(&[&[ReadOnly(22), Send(OTHER_APPLICATION), End]]),
            APPLICATION,
        ],
        asked: SILVERLIGHT,
        expected: denied("no-rule-matches", "no-rule-matches"),
        ..PLAIN
    },
    Animal {
        name: "silverlight-invalid",
        does: "Silverlight: 943 grants port 80",
        listeners: &[
            at_943(&[&[ReadOnly(22), Send(OUT_OF_RANGE), End]]),
            APPLICATION,
        ],
        asked: SILVERLIGHT,
        expected: denied("no-policy", "silverlight-port-out-of-range"),
        ..PLAIN
    },
    Animal {
        name: "silverlight-flash",
        does: "Silverlight: 943 answers with Flash's XML",
        listeners: &[
            at_943(&[&[ReadOnly(22), Send(EVERYBODY), End]]),
            APPLICATION,
        ],
        asked: SILVERLIGHT,
        expected: denied("no-policy", "wrong-kind-of-policy"),
        ..PLAIN
    },
    Animal {
        name: "silverlight-waits",
        does: "Silverlight: 943 waits for a NUL that does not come",
        listeners: &[at_943(&[&[Read, Send(ACCESS_POLICY), End]]), APPLICATION],
        asked: SILVERLIGHT,
        expected: ExpectedReport {
            takes: [3_000, 20_500],
            ..denied("no-policy", "no-reply")
        },
        ..PLAIN
    },
    Animal {
        name: "secure-clear",
        does: "SecureSocket: 843 and the game's port answer in plain text only",
        listeners: &[master(SERVES_GOOD), game()],
        asked: SECURE_SOCKET,
        expected: denied("no-policy", "no-tls-on-policy-port"),
        ..PLAIN
    },
    Animal {
        name: "secure-silent",
        does: "SecureSocket: 843 and the game's port accept and send nothing",
        listeners: &[master(&[&[Hold]]), patient_game()],
        asked: SECURE_SOCKET,
        expected: denied("no-policy", "no-reply").after(6_000),
        ..PLAIN
    },
];
