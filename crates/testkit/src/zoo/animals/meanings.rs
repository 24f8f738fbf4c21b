//! Valid policies that do not grant, or that grant too much.

use super::super::script::ScriptStep::{End, Read, Send};
use super::{Animal, PLAIN, SERVES_GOOD, allowed, asked, denied, game, master, port};

const MASTER_ONLY: &[u8] = b"<cross-domain-policy><site-control permitted-cross-domain-policies=\"master-only\"/></cross-domain-policy>\0";
const NONE: &[u8] = b"<cross-domain-policy><site-control permitted-cross-domain-policies=\"none\"/></cross-domain-policy>\0";
const NONE_BESIDE: &[u8] = b"<cross-domain-policy><site-control permitted-cross-domain-policies=\"none\"/><allow-access-from domain=\"www.a.test\" to-ports=\"5000\"/></cross-domain-policy>\0";
const BY_TYPE: &[u8] = b"<cross-domain-policy><site-control permitted-cross-domain-policies=\"by-content-type\"/></cross-domain-policy>\0";
const OTHER_PORT: &[u8] = b"<cross-domain-policy><allow-access-from domain=\"www.a.test\" to-ports=\"4000\"/></cross-domain-policy>\0";
const OTHER_SITE: &[u8] = b"<cross-domain-policy><allow-access-from domain=\"other.test\" to-ports=\"5000\"/></cross-domain-policy>\0";
const BARE: &[u8] = b"<cross-domain-policy><allow-access-from domain=\"a.test\" to-ports=\"5000\"/></cross-domain-policy>\0";
const WITHOUT_PORTS: &[u8] =
    b"<cross-domain-policy><allow-access-from domain=\"www.a.test\"/></cross-domain-policy>\0";
const SECURE: &[u8] = b"<cross-domain-policy><allow-access-from domain=\"www.a.test\" to-ports=\"5000\" secure=\"true\"/></cross-domain-policy>\0";
const UPPER_CASE: &[u8] = b"<cross-domain-policy><Allow-Access-From domain=\"www.a.test\" to-ports=\"5000\"/></cross-domain-policy>\0";
const BROKEN_BEFORE: &[u8] = b"<cross-domain-policy><allow-access-from domain=\"www.b.test\"/><allow-access-from domain=\"www.a.test\" to-ports=\"5000\"/></cross-domain-policy>\0";
const OVER_HTTP: &[u8] = b"<cross-domain-policy><allow-access-from domain=\"http://*.a.test\" to-ports=\"5000\"/></cross-domain-policy>\0";
const STRANGER: &[u8] = b"<cross-domain-policy><allow-access-from domain=\"other.co.uk\" to-ports=\"5000\"/></cross-domain-policy>\0";
const NO_RULES: &[u8] = b"<cross-domain-policy/>\0";
const SITE_CONTROL: &[u8] = b"<cross-domain-policy><site-control permitted-cross-domain-policies=\"all\"/><allow-access-from domain=\"www.a.test\" to-ports=\"5000\"/></cross-domain-policy>\0";
const EVERYBODY: &[u8] = b"<cross-domain-policy><allow-access-from domain=\"*\" to-ports=\"5000\"/></cross-domain-policy>\0";
const EVERY_PORT: &[u8] = b"<cross-domain-policy><allow-access-from domain=\"www.a.test\" to-ports=\"*\"/></cross-domain-policy>\0";

const FROM_BARE: &[&str] = &["srv.test:5000", "--from", "http://a.test/game.swf"];

pub(super) const ANIMALS: &[Animal] = &[
    Animal {
        name: "master-only",
        does: "843 has `master-only` and grants nothing, the game's port would grant",
        listeners: &[
            master(&[&[Read, Send(MASTER_ONLY), End]]),
            port(SERVES_GOOD),
        ],
        expected: denied("meta-policy-master-only", "shadowed-by-master"),
        ..PLAIN
    },
    Animal {
        name: "master-only-alone",
        does: "843 has `master-only` and grants nothing, and the game's port does not either",
        listeners: &[master(&[&[Read, Send(MASTER_ONLY), End]]), game()],
        expected: denied("meta-policy-master-only", "meta-policy-master-only"),
        ..PLAIN
    },
    Animal {
        name: "none",
        does: "843 says `none`",
        listeners: &[master(&[&[Read, Send(NONE), End]]), game()],
        expected: denied("meta-policy-none", "meta-policy-none"),
        ..PLAIN
    },
    Animal {
        name: "none-beside-rules",
        does: "843 has `none` and a rule that would grant",
        listeners: &[
            master(&[&[Read, Send(NONE_BESIDE), End]]),
            port(SERVES_GOOD),
        ],
        expected: denied("meta-policy-none", "shadowed-by-master"),
        ..PLAIN
    },
    Animal {
        name: "by-content-type",
        does: "843 has a meta-policy for HTTP, the game's port would grant",
        listeners: &[master(&[&[Read, Send(BY_TYPE), End]]), port(SERVES_GOOD)],
        expected: denied("meta-policy-master-only", "shadowed-by-master"),
        ..PLAIN
    },
    Animal {
        name: "wrong-port",
        does: "the site is granted another port",
        listeners: &[master(&[&[Read, Send(OTHER_PORT), End]]), game()],
        expected: denied("no-rule-matches", "port-not-granted"),
        ..PLAIN
    },
    Animal {
        name: "wrong-site",
        does: "another site is granted the port",
        listeners: &[master(&[&[Read, Send(OTHER_SITE), End]]), game()],
        expected: denied("no-rule-matches", "no-rule-matches"),
        ..PLAIN
    },
    Animal {
        name: "only-www",
        does: "`www.a.test` is granted, the movie is from `a.test`",
        listeners: &[master(SERVES_GOOD), game()],
        asked: FROM_BARE,
        expected: denied("no-rule-matches", "similar-domain-granted"),
        ..PLAIN
    },
    Animal {
        name: "only-bare",
        does: "`a.test` is granted, the movie is from `www.a.test`",
        listeners: &[master(&[&[Read, Send(BARE), End]]), game()],
        expected: denied("no-rule-matches", "similar-domain-granted"),
        ..PLAIN
    },
    Animal {
        name: "without-ports",
        does: "the rule has no `to-ports`",
        listeners: &[master(&[&[Read, Send(WITHOUT_PORTS), End]]), game()],
        expected: denied("no-rule-matches", "wrong-kind-of-policy"),
        ..PLAIN
    },
    Animal {
        name: "broken-before",
        does: "a rule without `to-ports` comes before the one that grants",
        listeners: &[master(&[&[Read, Send(BROKEN_BEFORE), End]]), game()],
        expected: allowed(Some("missing-to-ports")),
        ..PLAIN
    },
    Animal {
        name: "other-scheme",
        does: "`http://*.a.test` is granted, the movie was loaded over https",
        listeners: &[master(&[&[Read, Send(OVER_HTTP), End]]), game()],
        asked: &["srv.test:5000", "--from", "https://www.a.test/game.swf"],
        expected: denied("no-rule-matches", "scheme-not-granted"),
        ..PLAIN
    },
    Animal {
        name: "stranger",
        does: "`other.co.uk` is granted, the movie is from `mine.co.uk`",
        listeners: &[master(&[&[Read, Send(STRANGER), End]]), game()],
        asked: &["srv.test:5000", "--from", "http://mine.co.uk/game.swf"],
        expected: denied("no-rule-matches", "no-rule-matches"),
        ..PLAIN
    },
    Animal {
        name: "upper-case",
        does: "the rule's element is `Allow-Access-From`",
        listeners: &[master(&[&[Read, Send(UPPER_CASE), End]]), game()],
        expected: denied("no-rule-matches", "wrong-case"),
        ..PLAIN
    },
    Animal {
        name: "no-rules",
        does: "843 answers with an empty policy",
        listeners: &[master(&[&[Read, Send(NO_RULES), End]]), game()],
        expected: denied("no-rule-matches", "no-rules"),
        ..PLAIN
    },
    Animal {
        name: "secure-only",
        does: "the rule is for movies loaded over HTTPS, this one was not",
        listeners: &[master(&[&[Read, Send(SECURE), End]]), game()],
        expected: denied("secure-only", "secure-only"),
        ..PLAIN
    },
    Animal {
        name: "low-from-high",
        does: "port 5000 grants port 80",
        listeners: &[
            port(&[&[Read, Send(EVERYBODY_LOW), End]]),
            super::ZooListener {
                address: "127.0.0.1:80",
                turns: &[&[Read, End]],
            },
        ],
        asked: &[
            "srv.test:80",
            "--from",
            "http://www.a.test/game.swf",
            "--load-policy",
            "xmlsocket://srv.test:5000",
        ],
        expected: denied("port-authority", "port-authority"),
        ..PLAIN
    },
    Animal {
        name: "site-control-outside-master",
        does: "the game's port answers with a meta-policy",
        listeners: &[port(&[&[Read, Send(SITE_CONTROL), End]])],
        expected: allowed(Some("site-control-outside-master")),
        ..PLAIN
    },
    Animal {
        name: "none-off-master",
        does: "the game's port answers with the meta-policy `none` and a rule",
        listeners: &[port(&[&[Read, Send(NONE_BESIDE), End]])],
        expected: allowed(Some("site-control-outside-master")),
        ..PLAIN
    },
    Animal {
        name: "well-known-port",
        does: "the movie loads its policy from port 143",
        listeners: &[
            super::ZooListener {
                address: "127.0.0.1:143",
                turns: SERVES_GOOD,
            },
            game(),
        ],
        asked: asked!["--load-policy", "xmlsocket://srv.test:143"],
        expected: allowed(Some("well-known-policy-port")),
        ..PLAIN
    },
    Animal {
        name: "everybody",
        does: "every site is granted the port",
        listeners: &[master(&[&[Read, Send(EVERYBODY), End]]), game()],
        expected: allowed(Some("wildcard-domain")),
        ..PLAIN
    },
    Animal {
        name: "every-port",
        does: "the site is granted every port",
        listeners: &[master(&[&[Read, Send(EVERY_PORT), End]]), game()],
        expected: allowed(Some("wildcard-ports")),
        ..PLAIN
    },
    Animal {
        name: "local-movie",
        does: "a site is granted, the movie is a local file",
        listeners: &[master(SERVES_GOOD), game()],
        asked: &["srv.test:5000", "--sandbox", "local-with-network"],
        expected: denied("no-rule-matches", "no-rule-matches"),
        ..PLAIN
    },
];

const EVERYBODY_LOW: &[u8] = b"<cross-domain-policy><allow-access-from domain=\"www.a.test\" to-ports=\"80\"/></cross-domain-policy>\0";
