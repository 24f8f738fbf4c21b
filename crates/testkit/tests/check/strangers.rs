//! Bytes from unknown servers must not affect a terminal, cost much, or be hard to read.

use std::net::SocketAddr;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use serde_json::Value;
use testkit::binary;
use testkit::zoo::ScriptStep::{End, Hold, Read, ReadLine, Reset, Send};
use testkit::zoo::{Keeper, Script, ScriptStep};

use super::docs::validate;
use super::ids;

fn local() -> SocketAddr {
    ([127, 0, 0, 1], 0).into()
}

/// A server that always sends these bytes.
fn server(read: ScriptStep, bytes: &[u8]) -> Keeper {
    // Scripts must be static, like those of the zoo.
    let bytes: &'static [u8] = Box::leak(bytes.to_vec().into_boxed_slice());
    let script: Script = Box::leak(Box::new([read, Send(bytes), End]));
    let turns: &'static [Script] = Box::leak(Box::new([script]));
    Keeper::start(local(), turns).unwrap()
}

fn check(master: &Keeper, form: &[&str]) -> Output {
    let game = Keeper::start(local(), &[&[Hold]]).unwrap();
    let target = format!("localhost:{}", game.address().port());
    let master = master.address().port().to_string();
    let mut command = Command::new(binary::flashgate().unwrap());
    command.args(["check", &target, "--master-port", &master]);
    command.args(form).output().unwrap()
}

/// Thousands of mistakes on one line: neither the time nor the report grows quadratically.
#[test]
fn a_hostile_policy() {
    let rule = "<allow-access-from domain='http://a.test/x' to-ports='1 2'/>";
    let rules = (0..600).map(|index| format!("{rule}<x{index}/>"));
    let policy = format!(
        "<cross-domain-policy>{}</cross-domain-policy>\0",
        rules.collect::<Vec<_>>().concat()
    );
    let server = server(Read, policy.as_bytes());
    for form in [&[][..], &["--format", "json"], &["--nagios"]] {
        let started = Instant::now();
        let output = check(&server, form);
        assert_eq!(output.status.code().map(|code| code.min(1)), Some(1));
        let length = output.stdout.len();
        assert!(length < 256 << 10, "{length} bytes");
        assert!(started.elapsed() < Duration::from_secs(15));
    }
    let output = check(&server, &["--format", "json"]);
    validate(&output.stdout);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(ids(&report).contains(&"more-findings"), "{report:#}");
}

/// Control characters and invisible characters are escaped in every format, wherever they come from.
#[test]
fn nothing_hidden() {
    let odd = "\u{202e}\u{9b}31m\u{200b}\u{7f}\u{1b}[2J";
    let policy = format!(
        "<cross-domain-policy><allow-access-from domain=\"{}\" to-ports=\"1\"/>{odd}</cross-domain-policy>\0",
        "\u{202e}\u{200b}www.a.test"
    );
    let policy = server(Read, policy.as_bytes());
    let status = format!("HTTP/1.1 404 {odd}\r\nLocation: {odd}\r\nServer: {odd}\r\n\r\n");
    let bridge = server(ReadLine, status.as_bytes());
    let url = format!("ws://localhost:{}/", bridge.address().port());
    for form in [&[][..], &["--format", "json"], &["--nagios"]] {
        let mut command = Command::new(binary::flashgate().unwrap());
        command
            .args(["check", &url, "--client", "ruffle"])
            .args(form);
        for output in [check(&policy, form), command.output().unwrap()] {
            let text = String::from_utf8(output.stdout).unwrap();
            let hidden = |c: &char| {
                let bidi = matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}');
                *c != '\n' && (c.is_control() || bidi)
            };
            assert_eq!(text.chars().find(hidden), None, "{text}");
        }
    }
}

/// Quotes and backslashes are shown as they are, in the answer of a server that is not a policy server.
#[test]
fn quotes_and_backslashes() {
    let server = server(
        Read,
        b"<?xml version=\"1.0\"?>\\n<allow-access-frm domain=\"*\"/>\\n\0",
    );
    let output = check(&server, &[]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains(r#"`<?xml version="1.0"?>\n<allow"#), "{text}");
    assert!(!text.contains(r"\x22") && !text.contains(r"\x5c"), "{text}");
}

/// A server that answers only its first fetch is distinguished from one that loses some.
#[test]
fn only_the_first_fetch() {
    const GOOD: &[u8] = b"<cross-domain-policy><allow-access-from domain=\"localhost\" to-ports=\"1024-65535\"/></cross-domain-policy>\0";
    const ANSWERS: Script = &[Read, Send(GOOD), End];
    const CLOSES: Script = &[Read, End];
    const TURNS: [Script; 64] = {
        let mut turns = [CLOSES; 64];
        turns[0] = ANSWERS;
        turns
    };
    let server = Keeper::start(local(), &TURNS).unwrap();
    let output = check(&server, &["--format", "json"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["verdict"], "allowed", "{report:#}");
    assert_eq!(ids(&report), ["intermittent-reply"], "{report:#}");
    let finding = &report["findings"][0];
    let message = finding["message"].as_str().unwrap();
    assert!(
        message.contains("answers the first fetch but none of the next 20"),
        "{message}"
    );
    assert!(
        !finding["remedy"].as_str().unwrap().contains("balancer"),
        "{finding}"
    );
}

/// A policy that is allowed this time, but not every time.
#[test]
fn allowed_at_times() {
    const GOOD: &[u8] = b"<cross-domain-policy><allow-access-from domain=\"localhost\" to-ports=\"1024-65535\"/></cross-domain-policy>\0";
    let server = Keeper::start(local(), &[&[Read, Send(GOOD), End], &[Read, End]]).unwrap();
    let output = check(&server, &[]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}");
    let line = "grants it, but this works only some of the time (`intermittent-reply`)";
    assert!(text.contains(line), "{text}");
}

/// The player's own fetch is the one that is lost: on the master port, and on the destination port.
#[test]
fn the_first_fetch_is_lost() {
    const GOOD: &[u8] = b"<cross-domain-policy><allow-access-from domain=\"localhost\" to-ports=\"1024-65535\"/></cross-domain-policy>\0";
    const ANSWERS: Script = &[Read, Send(GOOD), End];
    const LOST: [Script; 3] = [&[Read, End], &[Read, Reset], &[Read, Hold]];
    for lost in LOST {
        let mut turns = vec![ANSWERS; 64];
        turns[0] = lost;
        let turns: &'static [Script] = Box::leak(turns.into_boxed_slice());
        let server = || Keeper::start(local(), turns).unwrap();
        let report = |output: Output| -> Value { serde_json::from_slice(&output.stdout).unwrap() };
        let report_of_master = report(check(&server(), &["--format", "json"]));
        let game_server = server();
        let game = format!("localhost:{}", game_server.address().port());
        let mut command = Command::new(binary::flashgate().unwrap());
        command.args(["check", &game, "--master-port", "1", "--format", "json"]);
        for report in [report_of_master, report(command.output().unwrap())] {
            assert_eq!(report["verdict"], "denied", "{lost:?} {report:#}");
            let first = &report["findings"][0];
            assert_eq!(first["id"], "intermittent-reply", "{lost:?} {report:#}");
            let message = first["message"].as_str().unwrap();
            let told = "does not always answer: 1 of ";
            assert!(message.contains(told), "{message}");
            assert!(message.ends_with("including the first"), "{message}");
            assert!(!ids(&report).contains(&"no-policy"), "{report:#}");
        }
    }
}
