//! Web servers that serve a policy in the wrong way, or attack: no check hangs, nothing raw reaches the terminal, and
//! the first finding names the cause.

use std::time::{Duration, Instant};

use serde_json::Value;
use testkit::needs;
use testkit::zoo::ScriptStep::{Drip, End, Flood, Hold, Read, ReadLine, Send};
use testkit::zoo::{Checked, Enclosure, Script, ScriptStep, missing};

use super::docs::validate;
use super::report;

const ACCESS: &str = "<access-policy><cross-domain-access><policy><allow-from><domain uri=\"http://a.test\"/></allow-from><grant-to><socket-resource port=\"4502\" protocol=\"tcp\"/></grant-to></policy></cross-domain-access></access-policy>";
const OK: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n";
const MOVED: &str = "HTTP/1.1 302 Found\r\nLocation: ";

/// What the server does after the request, and the first finding: its id, and a part of its message.
struct Case(Vec<ScriptStep>, &'static str, &'static str);

fn sends(text: impl AsRef<[u8]>) -> ScriptStep {
    Send(text.as_ref().to_vec().leak())
}

/// A response with these fields in addition, then this.
fn answers(fields: &str, body: &str, then: ScriptStep) -> Vec<ScriptStep> {
    vec![sends(format!("{OK}{fields}\r\n{body}")), then]
}

fn redirects(to: &str) -> Vec<ScriptStep> {
    vec![
        sends(format!("{MOVED}{to}\r\nContent-Length: 0\r\n\r\n")),
        End,
    ]
}

fn checked(steps: &[ScriptStep], form: &[&str]) -> Checked {
    let mut enclosure = Enclosure::empty(&["127.0.0.1"]).unwrap();
    let script: Script = [&[ReadLine], steps].concat().leak();
    enclosure
        .listen("127.0.0.1:80", vec![script].leak())
        .unwrap();
    enclosure.listen("127.0.0.1:4502", &[&[Read, End]]).unwrap();
    let fixed = [
        "srv.test:4502",
        "--from",
        "http://a.test/",
        "--client",
        "silverlight",
        "--load-policy",
        "http://srv.test/clientaccesspolicy.xml",
        "--timeout",
        "2s",
    ];
    enclosure.check(&[&fixed[..], form].concat()).unwrap()
}

/// Every case in both formats, at the same time.
fn each(cases: &[Case]) {
    std::thread::scope(|scope| {
        for Case(steps, id, words) in cases {
            scope.spawn(move || in_json(steps, id, words));
            scope.spawn(move || in_text(steps, id));
        }
    });
}

#[track_caller]
fn in_json(steps: &[ScriptStep], id: &str, words: &str) {
    let started = Instant::now();
    let checked = checked(steps, &["--format", "json"]);
    assert!(started.elapsed() < Duration::from_secs(15), "{id} {words}");
    validate(&checked.output.stdout);
    let told: Value = report(&checked);
    assert_eq!(told["verdict"], "denied", "{told:#}");
    let first = &told["findings"][0];
    assert_eq!(first["id"], id, "{words}: {told:#}");
    let message = first["message"].as_str().unwrap();
    assert!(message.contains(words), "{words}: {message}");
}

#[track_caller]
fn in_text(steps: &[ScriptStep], id: &str) {
    let checked = checked(steps, &[]);
    let text = String::from_utf8(checked.output.stdout).unwrap();
    let hidden = |c: &char| {
        *c != '\n'
            && (c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'))
    };
    assert_eq!(text.chars().find(hidden), None, "{text}");
    assert!(text.len() < 8 << 10, "{id}: {} bytes", text.len());
}

#[test]
fn bodies() {
    if !needs::met(missing()) {
        return;
    }
    let gzip = sends(
        [
            OK.as_bytes(),
            b"Content-Encoding: gzip\r\n\r\n\x1f\x8b\x08\0\x1b[2J",
        ]
        .concat(),
    );
    let cut = ACCESS.split_at(ACCESS.len() - 20).0;
    let chunks = format!("{:x}\r\n{cut}", ACCESS.len());
    let chunked = "Transfer-Encoding: chunked\r\n";
    let half = format!("after {} of 999 bytes", cut.len());
    each(&[
        Case(
            vec![gzip, End],
            "http-policy-missing",
            "compressed (`Content-Encoding`: `gzip`)",
        ),
        Case(
            answers("", ACCESS, Hold),
            "http-policy-missing",
            "does not end in time",
        ),
        Case(
            answers("", "", Flood),
            "http-policy-missing",
            "longer than 64 KiB",
        ),
        Case(
            answers("Content-Length: 999\r\n", cut, End),
            "http-policy-missing",
            half.leak(),
        ),
        Case(
            answers(chunked, &chunks, End),
            "http-policy-missing",
            "ends too early",
        ),
        Case(
            answers("", "\0\x1b]0;x\x07\u{202e}", End),
            "malformed-policy",
            "is not a policy",
        ),
        Case(
            answers("", "", End),
            "empty-policy",
            "serves an empty document",
        ),
        Case(
            answers("", "<html><body>", End),
            "web-page-as-policy",
            "serves a web page",
        ),
    ]);
}

#[test]
fn heads() {
    if !needs::met(missing()) {
        return;
    }
    let huge = format!("{OK}{}\r\n", "X: y\r\n".repeat(20_000));
    let odd = "HTTP/1.1 404 \u{202e}\u{9b}31m\r\nContent-Type: \u{202e}\r\n\r\n";
    each(&[
        Case(
            vec![sends("HTTP/1.1 200"), Hold],
            "http-policy-missing",
            "head of the response does not end",
        ),
        Case(
            vec![Drip(OK.as_bytes(), 200)],
            "http-policy-missing",
            "head of the response does not end",
        ),
        Case(
            vec![sends(huge), End],
            "http-policy-missing",
            "in correct HTTP",
        ),
        Case(
            vec![Hold],
            "http-policy-missing",
            "accepts the connection but does not answer",
        ),
        Case(
            vec![End],
            "http-policy-missing",
            "closes the connection without an answer",
        ),
        Case(
            vec![sends(odd), End],
            "http-policy-missing",
            "answers `404`",
        ),
    ]);
}

#[test]
fn redirections() {
    if !needs::met(missing()) {
        return;
    }
    let nowhere = sends("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n");
    let long = format!("/{}", "a".repeat(20_000));
    each(&[
        Case(
            redirects("/clientaccesspolicy.xml"),
            "http-policy-redirected",
            "more than 5 times",
        ),
        Case(
            redirects(&long),
            "http-policy-redirected",
            "more than 5 times",
        ),
        Case(
            redirects("file:///etc/passwd"),
            "http-policy-redirected",
            "to `file:///etc/passwd`",
        ),
        Case(
            redirects("\u{202e}//["),
            "http-policy-redirected",
            "to `\\xe2",
        ),
        Case(
            vec![nowhere, End],
            "http-policy-redirected",
            "does not say where",
        ),
    ]);
}
