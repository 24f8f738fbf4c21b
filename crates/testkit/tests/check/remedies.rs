//! The cause of a refusal and its fix, when the cause is not the obvious one.

use serde_json::Value;
use testkit::needs;
use testkit::zoo::ScriptStep::{End, Hold, Read, Reset, Send};
use testkit::zoo::{Enclosure, Script, missing};

use super::{ids, report};

const OTHER: &[u8] = b"<cross-domain-policy><allow-access-from domain='b.test' to-ports='*'/></cross-domain-policy>\0";
const BROKEN_OTHER: &[u8] = b"<cross-domain-policy><allow-access-from domain='c.test'/><allow-access-from domain='b.test' to-ports='*'/></cross-domain-policy>\0";
const NO_RULES: &[u8] = b"<cross-domain-policy/>\0";
const IPV6: &[u8] = b"<cross-domain-policy><allow-access-from domain='[::1]' to-ports='*'/></cross-domain-policy>\0";
const PLAY: &[u8] = b"<cross-domain-policy><allow-access-from domain='play.a.test' to-ports='*'/></cross-domain-policy>\0";

const GAME: &[Script] = &[&[Read, End]];

/// What is served and checked, the first finding, and text that it must or must not contain.
struct Row {
    master: Option<&'static [Script]>,
    game: &'static [Script],
    asked: &'static [&'static str],
    first: &'static str,
    has: &'static str,
    lacks: &'static str,
}

const LIGHTSPARK_AT_IPV6: &[&str] = &["--client", "lightspark", "--from", "http://[::1]/"];
const LIGHTSPARK_WITH_DOT: &[&str] = &[
    "--client",
    "lightspark",
    "--from",
    "http://play.a.test./x.swf",
];

const ROWS: &[Row] = &[
    // A policy without rules does not explain why the rules of another policy do not match.
    Row {
        master: Some(&[&[Read, Send(OTHER), End]]),
        game: &[&[Read, Send(NO_RULES), End]],
        asked: &[],
        first: "no-rule-matches",
        has: "domain=\\\"www.a.test\\\"",
        lacks: "www.example.com",
    },
    Row {
        master: Some(&[&[Read, Send(NO_RULES), End]]),
        game: &[&[Read, Send(NO_RULES), End]],
        asked: &[],
        first: "no-rules",
        has: "domain=\\\"www.a.test\\\"",
        lacks: "www.example.com",
    },
    // A broken rule for another site does not explain it either.
    Row {
        master: Some(&[&[Read, Send(BROKEN_OTHER), End]]),
        game: GAME,
        asked: &[],
        first: "no-rule-matches",
        has: "www.a.test",
        lacks: "to-ports=\\\"9339\\\"",
    },
    Row {
        master: Some(&[&[Read, Send(PLAY), End]]),
        game: &[&[Read, Send(NO_RULES), End]],
        asked: LIGHTSPARK_WITH_DOT,
        first: "no-rule-matches",
        has: "`play.a.test.` as the host",
        lacks: "<allow-access-from",
    },
    Row {
        master: Some(&[&[Read, Send(PLAY), End]]),
        game: GAME,
        asked: LIGHTSPARK_WITH_DOT,
        first: "no-rule-matches",
        has: "plain host name, as in `http://play.a.test/`",
        lacks: "<allow-access-from",
    },
    Row {
        master: Some(&[&[Read, Send(IPV6), End]]),
        game: GAME,
        asked: LIGHTSPARK_AT_IPV6,
        first: "no-rule-matches",
        has: "`[:` as the host",
        lacks: "<allow-access-from",
    },
    Row {
        master: None,
        game: &[&[Read, Hold]],
        asked: &["--client", "lightspark", "--timeout", "1s"],
        first: "lightspark-waits-for-port",
        has: "serve a policy on port 843 that sets",
        lacks: "in the policy on port 843",
    },
    Row {
        master: Some(&[&[Read, Send(PLAY), End]]),
        game: &[&[Read, Hold]],
        asked: &["--client", "lightspark", "--timeout", "1s"],
        first: "lightspark-waits-for-port",
        has: "in the policy on port 843 and grant port 5000 there",
        lacks: "serve a policy",
    },
    // A port that only closes may be a forwarder whose server is down.
    Row {
        master: None,
        game: &[&[Reset]],
        asked: &[],
        first: "no-policy",
        has: "a forwarder whose server is down",
        lacks: "is the game itself",
    },
    Row {
        master: None,
        game: &[&[Read, Reset]],
        asked: &[],
        first: "no-policy",
        has: "a forwarder whose server is down",
        lacks: "is the game itself",
    },
];

fn judged(row: &Row) -> Value {
    let mut enclosure = Enclosure::empty(&["127.0.0.1"]).unwrap();
    if let Some(master) = row.master {
        enclosure.listen("127.0.0.1:843", master).unwrap();
    }
    enclosure.listen("127.0.0.1:5000", row.game).unwrap();
    let from: &[&str] = if row.asked.contains(&"--from") {
        &[]
    } else {
        &["--from", "http://www.a.test/"]
    };
    let rest = ["srv.test:5000", "--format", "json"];
    report(&enclosure.check(&[&rest, row.asked, from].concat()).unwrap())
}

#[test]
fn what_stands_in_the_way() {
    if !needs::met(missing()) {
        return;
    }
    std::thread::scope(|scope| {
        for row in ROWS {
            scope.spawn(|| {
                let told = judged(row);
                let first = &told["findings"][0];
                assert_eq!(first["id"], row.first, "{:?}: {told:#}", row.asked);
                assert_eq!(first["level"], "error", "{first:#}");
                let text = first.to_string();
                assert!(text.contains(row.has), "{}: {first:#}", row.has);
                assert!(!text.contains(row.lacks), "{}: {first:#}", row.lacks);
            });
        }
    });
}

/// Nothing listens on the port: this comes before the advice about policies.
#[test]
fn nothing_listens() {
    if !needs::met(missing()) {
        return;
    }
    let enclosure = Enclosure::empty(&["127.0.0.1"]).unwrap();
    let told = report(
        &enclosure
            .check(&["127.0.0.1:5000", "--format", "json"])
            .unwrap(),
    );
    assert_eq!(ids(&told), ["no-policy"], "{told:#}");
    let remedy = told["findings"][0]["remedy"].as_str().unwrap();
    let first = "nothing listens on port 5000: check the port number, or start the server there; ";
    assert!(remedy.starts_with(first), "{remedy}");
}

/// A port that late players reportedly block: no gate on it helps, and this is reported even without a policy.
#[test]
fn a_blocked_port_without_a_policy() {
    if !needs::met(missing()) {
        return;
    }
    for (player, is_blocked) in [("23", false), ("24", true), ("32", true)] {
        let enclosure = Enclosure::empty(&["127.0.0.1"]).unwrap();
        let asked = ["127.0.0.1:6667", "--player", player, "--format", "json"];
        let told = report(&enclosure.check(&asked).unwrap());
        let found = ids(&told).contains(&"port-blocked-by-player");
        assert_eq!(found, is_blocked, "{player}: {told:#}");
        let advises_gate = told.to_string().contains("--gate 6667");
        assert_eq!(advises_gate, !is_blocked, "{player}: {told:#}");
    }
}
