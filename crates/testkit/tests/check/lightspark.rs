//! Lightspark over real sockets, with rows that were run against the real program.

use serde_json::Value;
use testkit::needs;
use testkit::zoo::ScriptStep::{End, Read, Send};
use testkit::zoo::{Enclosure, Script, missing};

use super::report;

const GRANTED: (&str, &str) = ("allowed", "granted");
const NO_POLICY: (&str, &str) = ("denied", "no-policy");
const NO_MATCH: (&str, &str) = ("denied", "no-rule-matches");
const META_NONE: (&str, &str) = ("denied", "meta-policy-none");
const META_ONLY: (&str, &str) = ("denied", "meta-policy-master-only");

const ALL: &str = "<allow-access-from domain='*' to-ports='*'/>";
const HEADERS: &str = "<allow-http-request-headers-from domain='*' headers='*'/>";
const MOVIE: &str = "http://play.example.com/game.swf";

/// What 843 answers before the NUL, what the destination does, and where the movie is from.
struct Row {
    master: Vec<u8>,
    destination: Option<&'static str>,
    movie: &'static str,
    expected: (&'static str, &'static str),
}

fn policy(body: &str) -> Vec<u8> {
    format!("<cross-domain-policy>{body}</cross-domain-policy>").into_bytes()
}

fn site_control(value: &str) -> String {
    format!("<site-control permitted-cross-domain-policies='{value}'/>")
}

/// A policy on 843 alone.
fn alone(body: &str, expected: (&'static str, &'static str)) -> Row {
    raw(policy(body), expected)
}

/// An answer on 843 alone.
fn raw(master: Vec<u8>, expected: (&'static str, &'static str)) -> Row {
    Row {
        master,
        destination: None,
        movie: MOVIE,
        expected,
    }
}

/// On 843, with a destination that grants.
fn both(body: &str, expected: (&'static str, &'static str)) -> Row {
    Row {
        destination: Some(ALL),
        ..alone(body, expected)
    }
}

/// A rule for this domain, and a movie from it.
fn named(domain: &str, movie: &'static str, expected: (&'static str, &'static str)) -> Row {
    let rule = format!("<allow-access-from domain='{domain}' to-ports='*'/>");
    Row {
        movie,
        ..alone(&rule, expected)
    }
}

fn bad_elements() -> Vec<Row> {
    let (all, none, only) = (
        site_control("all"),
        site_control("none"),
        site_control("master-only"),
    );
    vec![
        alone(&format!("{all}{ALL}{HEADERS}"), GRANTED),
        alone(&format!("{all}{HEADERS}{ALL}"), NO_MATCH),
        alone(&format!("{ALL}{HEADERS}"), NO_POLICY),
        both(&format!("{ALL}{HEADERS}"), GRANTED),
        both(&format!("{none}{HEADERS}"), META_NONE),
        both(&format!("{only}{HEADERS}"), META_ONLY),
        both(&format!("{none}{all}"), META_NONE),
        both(&format!("{only}{all}"), META_ONLY),
        alone(
            &format!("{ALL}<allow-access-from domain='b.test'/>"),
            NO_POLICY,
        ),
        Row {
            destination: Some(ALL),
            ..raw(b"<html><body>no</body></html>".to_vec(), GRANTED)
        },
        Row {
            destination: Some(ALL),
            ..raw(Vec::new(), GRANTED)
        },
    ]
}

fn lenient() -> Vec<Row> {
    let text = String::from_utf8(policy(ALL)).unwrap();
    let utf_16 = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let head = format!("HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n{text}");
    vec![
        alone(
            "<allow-access-from domain='*' domain='b.test' to-ports='*'/>",
            GRANTED,
        ),
        raw(
            text.replace("</cross-domain-policy>", "</policy>").into(),
            GRANTED,
        ),
        raw(format!("{text} and more").into(), GRANTED),
        raw(head.into(), GRANTED),
        alone(&format!("<!-- a -- b -->{ALL}"), GRANTED),
        alone(&format!("&nope;{ALL}"), GRANTED),
        raw(
            [b"<!-- \xE9 -->".as_slice(), text.as_bytes()].concat(),
            GRANTED,
        ),
        raw(utf_16, GRANTED),
        alone(&format!("<a></b>{ALL}"), NO_MATCH),
    ]
}

fn names_and_ports() -> Vec<Row> {
    let dotted = "http://play.example.com./game.swf";
    vec![
        named("play.example.com.", dotted, GRANTED),
        named("play.example.com", dotted, NO_MATCH),
        named("play.example.com.", MOVIE, NO_MATCH),
        named("[::1]", "http://[::1]/game.swf", NO_MATCH),
        named("[::1]", "http://[::1]:8080/game.swf", GRANTED),
        named(
            "play.example.com",
            "http://user:pw@play.example.com/",
            NO_MATCH,
        ),
        named("*", "http://user:pw@play.example.com/", GRANTED),
        alone("<allow-access-from domain='*' to-ports='+5000'/>", GRANTED),
        alone("<allow-access-from domain='*' to-ports='70536'/>", GRANTED),
    ]
}

#[test]
fn decides_as_the_real_program() {
    if !needs::met(missing()) {
        return;
    }
    let groups = [bad_elements(), lenient(), names_and_ports()];
    std::thread::scope(|scope| {
        for rows in groups {
            scope.spawn(move || rows.iter().for_each(check));
        }
    });
}

/// Leaked, because there are few rows.
fn answers(document: &[u8]) -> &'static [Script] {
    let reply = [document, b"\0"].concat();
    let script: Script = vec![Read, Send(reply.leak()), End].leak();
    vec![script].leak()
}

fn check(row: &Row) {
    let told = judged(row);
    assert_eq!(
        (told["verdict"].as_str(), told["reason"].as_str()),
        (Some(row.expected.0), Some(row.expected.1)),
        "{}: {}: {told:#}",
        row.movie,
        String::from_utf8_lossy(&row.master)
    );
}

/// What Lightspark accepts and other players do not is still reported.
#[test]
fn what_others_refuse_is_told() {
    if !needs::met(missing()) {
        return;
    }
    let text = String::from_utf8(policy(ALL)).unwrap();
    let utf_16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let http = format!("HTTP/1.1 200 OK\r\n\r\n{text}");
    for (document, id) in [
        (utf_16, "utf-16"),
        (text.replace("</cross", "</x").into(), "mismatched-tag"),
        (policy(&format!("<!-- a -- b -->{ALL}")), "invalid-comment"),
        (http.into(), "http-headers-in-file"),
    ] {
        let told = judged(&raw(document, GRANTED));
        let mut findings = told["findings"].as_array().unwrap().iter();
        let finding = findings.find(|finding| finding["id"] == id);
        let finding = finding.unwrap_or_else(|| panic!("{told:#}"));
        // It was read, so it must not be reported as refused.
        assert_eq!(finding["level"], "warning", "{finding:#}");
        let said = finding["notes"].to_string();
        assert!(said.contains("Lightspark still reads it"), "{finding:#}");
        assert!(!said.contains("not well-formed"), "{finding:#}");
        assert!(!said.contains("players refuse"), "{finding:#}");
    }
}

/// After `none` Lightspark reads nothing, so it cannot stop at anything after it.
#[test]
fn nothing_is_read_after_none() {
    if !needs::met(missing()) {
        return;
    }
    for value in ["none", "everything"] {
        let body = format!("{}{HEADERS}", site_control(value));
        let told = judged(&alone(&body, META_NONE));
        let ids = super::ids(&told);
        assert!(!ids.contains(&"lightspark-unsupported-element"), "{told:#}");
    }
}

fn judged(row: &Row) -> Value {
    let mut enclosure = Enclosure::empty(&["127.0.0.1"]).unwrap();
    enclosure
        .listen("127.0.0.1:843", answers(&row.master))
        .unwrap();
    let destination: &[Script] = match row.destination {
        Some(body) => answers(&policy(body)),
        None => &[&[Read, End]],
    };
    enclosure.listen("127.0.0.1:5000", destination).unwrap();
    let arguments = [
        "srv.test:5000",
        "--client",
        "lightspark",
        "--from",
        row.movie,
        "--format",
        "json",
    ];
    report(&enclosure.check(&arguments).unwrap())
}
