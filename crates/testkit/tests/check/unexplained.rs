//! If there was no policy, the message names the places that were asked, and the fix applies to this player.

use serde_json::Value;
use testkit::needs;
use testkit::zoo::ScriptStep::{End, Read};
use testkit::zoo::{Enclosure, missing};

use super::report;

/// The arguments, what the message contains, and what the fix contains.
type Case = (&'static [&'static str], &'static str, &'static str);

const CASES: [Case; 5] = [
    (
        &["srv.test:5000", "--player", "32"],
        "port 5000 of srv.test closes the connection without an answer; port 843 serves no policy either",
        "flashgate serve --allow 'www.a.test:5000'",
    ),
    (
        &["srv.test:23", "--player", "8"],
        "so nothing was asked",
        "xmlsocket://srv.test:843",
    ),
    (
        &["srv.test:5000", "--player", "8"],
        "the only place that this player asks serves no policy: /crossdomain.xml on port 80",
        "http://srv.test/crossdomain.xml",
    ),
    (
        &["srv.test:5000", "--player", "9.0.16"],
        "port 5000 of srv.test closes the connection without an answer; this player asks nowhere else",
        "answer policy requests on port 5000 itself",
    ),
    (
        &["srv.test:5000", "--client", "unity"],
        "the only place that this player asks serves no policy: port 843",
        "--allow '*:5000'",
    ),
];

fn check(arguments: &[&str]) -> Value {
    let mut enclosure = Enclosure::empty(&["127.0.0.1"]).unwrap();
    enclosure.listen("127.0.0.1:5000", &[&[Read, End]]).unwrap();
    let rest = ["--from", "http://www.a.test/", "--format", "json"];
    report(&enclosure.check(&[arguments, &rest].concat()).unwrap())
}

fn finding<'a>(told: &'a Value, id: &str) -> Option<&'a Value> {
    let mut findings = told["findings"].as_array().unwrap().iter();
    findings.find(|finding| finding["id"] == id)
}

#[test]
fn nothing_is_claimed_that_was_not_asked() {
    if !needs::met(missing()) {
        return;
    }
    for (arguments, message, remedy) in CASES {
        let told = check(arguments);
        let finding = finding(&told, "no-policy").expect("a finding");
        let said = finding["message"].as_str().unwrap();
        assert!(said.contains(message), "{arguments:?}: {finding:#}");
        let said = finding["remedy"].as_str().unwrap();
        assert!(said.contains(remedy), "{arguments:?}: {finding:#}");
    }
}

/// What the movie loads, with which player, and why it does not count, if so.
const LOADED: [(&str, &str, Option<&str>); 11] = [
    (
        "xmlsocket://127.0.0.1:8080",
        "32",
        Some("a policy counts only for the host name it was loaded from"),
    ),
    (
        "http://srv.test/crossdomain.xml",
        "32",
        Some("since Flash Player 9.0.124"),
    ),
    (
        "http://srv.test/sub/crossdomain.xml",
        "9.0.16",
        Some("root folder"),
    ),
    (
        "http://srv.test:843/crossdomain.xml",
        "32",
        Some("`http://srv.test:843/crossdomain.xml` does not count: since Flash Player 9.0.124"),
    ),
    (
        "https://srv.test/crossdomain.xml",
        "32",
        Some("since Flash Player 9.0.124"),
    ),
    (
        "http://srv.test:8080/crossdomain.xml",
        "9.0.16",
        Some("only a policy on port 80"),
    ),
    (
        "https://srv.test/crossdomain.xml",
        "9.0.16",
        Some(
            "`https://srv.test/crossdomain.xml` does not count: over HTTP, only a policy on port 80",
        ),
    ),
    ("http://srv.test:80/crossdomain.xml", "9.0.16", None),
    ("http://srv.test/crossdomain.xml", "9.0.16", None),
    ("xmlsocket://srv.test:8080", "32", None),
    ("xmlsocket://srv.test:843", "32", None),
];

#[test]
fn what_the_movie_loads_in_vain() {
    if !needs::met(missing()) {
        return;
    }
    for (location, player, why) in LOADED {
        let told = check(&[
            "srv.test:5000",
            "--load-policy",
            location,
            "--player",
            player,
        ]);
        let said = finding(&told, "load-policy-ignored");
        let said = said.map(|finding| finding["message"].as_str().unwrap());
        match why {
            None => assert_eq!(said, None, "{location}"),
            Some(why) => assert!(said.is_some_and(|said| said.contains(why)), "{said:?}"),
        }
    }
}
