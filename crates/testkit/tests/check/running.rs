//! How a check runs: what it accepts, what it refuses, how long it takes, and how it ends.

use std::os::unix::ffi::OsStrExt as _;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use testkit::binary;
use testkit::needs;
use testkit::zoo::ScriptStep::{End, Hold, Read, ReadLine, ReadOnly, Send, Wait};
use testkit::zoo::{Enclosure, Keeper, missing};

use super::docs::validate;
use super::{ids, report};

/// Grants low ports, and sets `master-only`.
const LOW: &[u8] = b"<cross-domain-policy><site-control permitted-cross-domain-policies=\"master-only\"/><allow-access-from domain=\"localhost\" to-ports=\"1-65535\"/></cross-domain-policy>\0";

const GOOD: &[u8] = b"<cross-domain-policy><allow-access-from domain=\"localhost\" to-ports=\"1024-65535\"/></cross-domain-policy>\0";

fn local() -> std::net::SocketAddr {
    ([127, 0, 0, 1], 0).into()
}

fn check(arguments: &[&str]) -> Output {
    let mut command = Command::new(binary::flashgate().unwrap());
    let command = command.arg("check").args(arguments).stdin(Stdio::null());
    command.output().unwrap()
}

/// What cannot be checked is reported with a fix, and there is no verdict.
#[test]
fn what_it_refuses() {
    let cases: [(&[&str], &str); 16] = [
        (
            &["localhost:80", "--secure-socket", "--player", "10"],
            "Flash Player 10 has no `SecureSocket`",
        ),
        (
            &["localhost:80", "--secure-socket", "--client", "unity"],
            "only Flash Player and AIR have `SecureSocket`",
        ),
        (
            &["ws://localhost/", "--secure-socket", "--client", "ruffle"],
            "Ruffle in a browser has no `SecureSocket`",
        ),
        (
            &[
                "localhost:80",
                "--sandbox",
                "application",
                "--client",
                "unity",
            ],
            "only AIR has the sandbox `application`",
        ),
        (&["srv.test"], "expected HOST:PORT"),
        (&["localhost:0"], "expected a port from 1 to 65535, found 0"),
        (
            &["localhost:70000"],
            "expected a port from 1 to 65535, found 70000",
        ),
        (
            &["localhost:http"],
            "expected a port from 1 to 65535, found `http`",
        ),
        (&["a b:80"], "expected letters, digits"),
        (&["::1:843"], "expected HOST:PORT"),
        (
            &["no-such-name.invalid:80", "--timeout", "5s"],
            "`no-such-name.invalid` has no address",
        ),
        (
            &["localhost:80", "--from", "ftp://a.test/"],
            "expected `http` or `https`",
        ),
        (
            &["localhost:80", "--load-policy", "a.test:80"],
            "expected `xmlsocket://host:port`",
        ),
        (
            &["localhost:80", "--player", "33"],
            "expected a Flash Player version",
        ),
        (
            &["ws://localhost:99999/", "--client", "ruffle"],
            "expected a port from 1 to 65535, found `99999`",
        ),
        (&["/no/such/file", "--client", "ruffle"], "no such file"),
    ];
    cases.into_iter().for_each(refuses);
}

/// Arguments that probably mean something else, and flags that would have no effect.
#[test]
fn what_it_refuses_with_the_flag_to_write() {
    let cases: [(&[&str], &str); 18] = [
        (
            &["localhost:80", "--from", "Game.SWF"],
            "`Game.SWF` in --from is the name of a file: expected a URL",
        ),
        (
            &[
                "ws://localhost/",
                "--client",
                "ruffle",
                "--from",
                "index.html",
            ],
            "pass the URL of the page that Ruffle runs in",
        ),
        (
            &["127.0.0.1", "9339"],
            "tip: put a colon between host and port: `127.0.0.1:9339`",
        ),
        (
            &["http://srv.test:80/"],
            "pass the host and port that the movie connects to",
        ),
        (
            &["xmlsocket://srv.test"],
            "`xmlsocket://srv.test` is not a valid target: expected HOST:PORT",
        ),
        (
            &["localhost:+80"],
            "expected a port from 1 to 65535, found `+80`",
        ),
        (&["bücher.test:80"], "`xn--bcher-kva.test`"),
        (
            &["localhost:80", "--from", "file:///C:/x.swf"],
            "`--sandbox local-with-network`",
        ),
        (
            &["localhost:80", "--from", "file:/C:/x.swf"],
            "`--sandbox local-with-network`",
        ),
        (
            &["localhost:80", "--from", "app:/x.swf"],
            "`--sandbox application`",
        ),
        (
            &["localhost:80", "--from", "javascript:1"],
            "`javascript:1` in --from is not a movie's URL",
        ),
        (
            &["localhost:80", "--load-policy", "http://a.test/x\r\nX: y"],
            "no control characters",
        ),
        (
            &["localhost:80", "--client", "lightspark", "--player", "32"],
            "--player sets the Flash Player version",
        ),
        (
            &["localhost:80", "--client", "unity", "--player", "9.0.124"],
            "--player sets the Flash Player version",
        ),
        (
            &["localhost:80", "--client", "silverlight", "--player", "10"],
            "--player sets the Flash Player version",
        ),
        (
            &["ws://localhost/", "--client", "ruffle", "--player", "10"],
            "--player sets the Flash Player version",
        ),
        (
            &[
                "ws://localhost/",
                "--client",
                "ruffle",
                "--sandbox",
                "remote",
            ],
            "so --sandbox has no effect",
        ),
        (&["wss://srv.test/x"], "add `--client ruffle`"),
    ];
    cases.into_iter().for_each(refuses);
}

/// Flags that Ruffle has no use for.
#[test]
fn what_has_no_effect_with_ruffle() {
    let cases: [(&[&str], &str); 2] = [
        (
            &[
                "ws://localhost/",
                "--client",
                "ruffle",
                "--master-port",
                "1",
            ],
            "so --master-port has no effect",
        ),
        (
            &[
                "ws://localhost/",
                "--client",
                "ruffle",
                "--load-policy",
                "xmlsocket://a.test:1",
            ],
            "so --load-policy has no effect",
        ),
    ];
    cases.into_iter().for_each(refuses);
}

/// `check -` without a config to read.
#[test]
fn nothing_on_standard_input() {
    let cases = [
        (&["-"][..], "add `--client ruffle`"),
        (
            &["-", "--client", "ruffle"],
            "error: standard input is empty\n  = help: check what writes to it: did `curl` get an answer?",
        ),
    ];
    cases.into_iter().for_each(refuses);
}

fn refuses((arguments, expected): (&[&str], &str)) {
    let output = check(arguments);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {stderr}");
    assert!(stderr.contains(expected), "{arguments:?}: {stderr}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
}

/// An argument that is not UTF-8 is a usage error, not an internal error.
#[test]
fn an_argument_that_is_no_text() {
    for (further, code) in [(&[][..], 2), (&["--nagios"], 3)] {
        let mut command = Command::new(binary::flashgate().unwrap());
        let target = std::ffi::OsStr::from_bytes(b"\xff:5000");
        let output = command.arg("check").arg(target).args(further).output();
        let output = output.unwrap();
        assert_eq!(output.status.code(), Some(code), "{output:?}");
        let line = String::from_utf8_lossy(&output.stdout);
        assert_eq!(line.starts_with("FLASHGATE UNKNOWN - "), code == 3);
    }
}

/// What is missing is named in the one line that a monitoring system shows.
#[test]
fn a_probe_without_a_target() {
    let output = check(&["--nagios"]);
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "FLASHGATE UNKNOWN - the following required arguments were not provided: <TARGET>\n"
    );
}

/// To a monitoring system, 2 would mean an outage.
#[test]
fn a_probe_that_cannot_run_is_unknown() {
    for arguments in [
        &["localhost:0", "--nagios"][..],
        &["localhost:80", "--nagios", "--no-such-flag"],
    ] {
        let output = check(arguments);
        assert_eq!(output.status.code(), Some(3), "{arguments:?}");
    }
    for further in [
        &["--no-such-flag"][..],
        &["--format", "json"],
        &["--player", "33"],
        &["--master-port", "0"],
    ] {
        let output = check(&[&["localhost:80", "--nagios"], further].concat());
        let line = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(3), "{further:?}");
        assert!(
            line.starts_with("FLASHGATE UNKNOWN - ") && line.lines().count() == 1,
            "{line}"
        );
    }
    let output = check(&["localhost:0", "--nagios"]);
    assert!(output.stdout.starts_with(b"FLASHGATE UNKNOWN - "));
}

/// Another master port is treated like 843: it may even grant low ports, and its meta-policy counts.
#[test]
fn another_master_port_counts_as_843() {
    let master = Keeper::start(local(), &[&[Read, Send(LOW), End]]).unwrap();
    let master = master.address().port().to_string();
    // Nothing listens on port 1 of a machine that runs tests.
    let output = check(&["localhost:1", "--master-port", &master, "--format", "json"]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["reason"], "target-refused", "{report:#}");
    assert_eq!(report["decided-by"]["source"], "master");
    assert_eq!(report["decided-by"]["rule"]["to-ports"], "1-65535");
    assert!(
        !ids(&report).contains(&"site-control-outside-master"),
        "{report:#}"
    );
    validate(&output.stdout);
}

/// The time limit holds, whatever the server does.
#[test]
fn the_timeout_is_kept() {
    for script in [
        &[Hold][..],
        &[Read, Wait(60_000)],
        &[Read, Send(GOOD), Hold],
    ] {
        let turns: &'static [testkit::zoo::Script] = vec![script].leak();
        let master = Keeper::start(local(), turns).unwrap();
        let game = Keeper::start(local(), &[&[Hold]]).unwrap();
        let target = format!("localhost:{}", game.address().port());
        let start = Instant::now();
        check(&[
            &target,
            "--master-port",
            &master.address().port().to_string(),
            "--timeout",
            "400ms",
        ]);
        let took = start.elapsed();
        // Well below the 3 s that a player waits; a busy machine takes longer to start a program.
        assert!(took < Duration::from_secs(2), "{script:?}: {took:?}");
    }
}

/// Ctrl-C ends it at once, and restores the terminal.
#[test]
fn ctrl_c() {
    let master = Keeper::start(local(), &[&[Hold]]).unwrap();
    let mut command = Command::new(binary::flashgate().unwrap());
    let child = command
        .args([
            "check",
            "localhost:9",
            "--master-port",
            &master.address().port().to_string(),
        ])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let pid = Pid::from_child(&child);
    // Its signal handlers are installed before its first connection.
    assert!(testkit::until(Duration::from_secs(10), || master
        .accepted()
        > 0));
    let start = Instant::now();
    kill_process(pid, Signal::INT).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(start.elapsed() < Duration::from_secs(1));
    assert_eq!(output.status.code(), Some(130));
    assert!(output.stdout.is_empty());
    assert_eq!(
        String::from_utf8_lossy(&output.stderr).lines().next(),
        Some("error: interrupted")
    );
}

/// A firewall that drops packets costs a player 3 s, and the check only as long as it keeps listening afterwards.
#[test]
fn a_filtered_master_costs_three_seconds() {
    if !needs::met(missing()) {
        return;
    }
    let mut enclosure = Enclosure::empty(&["127.0.0.1"]).unwrap();
    enclosure
        .listen("127.0.0.1:5000", &[&[Read, Send(GOOD), End]])
        .unwrap();
    enclosure.filter(&["tcp dport 843 drop"]).unwrap();
    let checked = enclosure
        .check(&["srv.test:5000", "--from", "localhost", "--format", "json"])
        .unwrap();
    let told = report(&checked);
    let elapsed = told["elapsed-ms"].as_u64().unwrap();
    assert!((3_000..3_200).contains(&elapsed), "{told:#}");
    assert!(
        checked.took < Duration::from_millis(6_500),
        "{:?}",
        checked.took
    );
    assert_eq!(told["steps"][1]["attempts"][0]["outcome"], "silence");
    validate(&checked.output.stdout);
}

/// A refusal that a player delays by 20 s is reported at once, with the delay.
#[test]
fn a_late_refusal_is_not_waited_for() {
    let game = Keeper::start(local(), &[&[Read, End]]).unwrap();
    let game = format!("localhost:{}", game.address().port());
    let start = Instant::now();
    let output = check(&[&game, "--master-port", "1", "--format", "json"]);
    assert!(start.elapsed() < Duration::from_secs(5));
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["reason"], "no-policy", "{told:#}");
    assert_eq!(told["reported-after-ms"], 20_000);
    let output = check(&[&game, "--master-port", "1"]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        text.contains("the movie gets Error #2048 after 20 s"),
        "{text}"
    );
    let output = check(&[
        &game,
        "--master-port",
        "1",
        "--player",
        "9.0.124",
        "--format",
        "json",
    ]);
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["reported-after-ms"], told["elapsed-ms"]);
}

/// The text output: a timeline, a verdict, and findings with their places in the policy.
#[test]
fn the_human_form() {
    let master = Keeper::start(local(), &[&[Read, Send(GOOD), End]]).unwrap();
    let game = Keeper::start(local(), &[&[Hold]]).unwrap();
    let master = master.address().port().to_string();
    let target = format!("localhost:{}", game.address().port());
    let output = check(&[&target, "--master-port", &master]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{text}");
    let headline = text.lines().next().unwrap_or_default();
    assert!(
        headline.ends_with(", with a movie from localhost (no --from)"),
        "{text}"
    );
    assert!(
        text.contains(
            "\nallowed: the rule for `localhost` to ports `1024-65535` (1:22) of the master policy (port "
        ),
        "{text}"
    );
    assert!(
        text.contains(", ending with a NUL, then closes (FIN)"),
        "{text}"
    );
    assert!(!text.contains('\x1b'), "{text}");
    assert!(output.stderr.is_empty());
    let output = check(&[
        &target,
        "--master-port",
        &master,
        "--from",
        "http://www.a.test/",
    ]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(!text.contains("--from"), "{text}");
    assert!(text.contains("error[no-rule-matches]: "), "{text}");
    assert!(
        text.contains("= help: add a rule: `<allow-access-from domain=\"www.a.test\""),
        "{text}"
    );
    assert!(text.contains("`, or `--allow 'www.a.test:"), "{text}");
}

/// The guidelines of monitoring plugins: one line, a bar, performance data, the exit code.
#[test]
fn nagios() {
    let master = Keeper::start(local(), &[&[Read, Send(GOOD), End]]).unwrap();
    let in_pieces =
        Keeper::start(local(), &[&[Read, Send(GOOD), Wait(50), Send(b"\n"), End]]).unwrap();
    let game = Keeper::start(local(), &[&[Hold]]).unwrap();
    let port = |keeper: &Keeper| keeper.address().port().to_string();
    let target = format!("localhost:{}", port(&game));
    let cases = [
        (port(&master), "localhost", 0, "OK - "),
        (port(&in_pieces), "localhost", 1, "WARNING - "),
        (port(&master), "www.a.test", 2, "CRITICAL - "),
    ];
    for (master, from, code, word) in cases {
        let output = check(&[
            &target,
            "--master-port",
            &master,
            "--from",
            from,
            "--nagios",
        ]);
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(code), "{text}");
        assert!(
            text.starts_with(&format!("FLASHGATE {word}{target} ")),
            "{text}"
        );
        assert_eq!(text.matches('\n').count(), 1, "{text}");
        let (_, performance) = text.trim_end().split_once(" | ").expect("performance data");
        for item in performance.split(' ') {
            let (label, value) = item.split_once('=').unwrap_or_else(|| panic!("{item}"));
            assert!(!label.is_empty() && value.split(';').count() >= 4, "{item}");
            let number = value.split(';').next().unwrap().trim_end_matches('s');
            assert!(number.parse::<f64>().is_ok(), "{item}");
        }
    }
}

/// Old players accept a site's own policy, and its rule is named like any other.
#[test]
fn the_rule_of_an_http_policy() {
    const SITE: &[u8] = b"HTTP/1.0 200 OK\r\nContent-Type: text/x-cross-domain-policy\r\n\r\n<cross-domain-policy><allow-access-from domain=\"www.a.test\"/></cross-domain-policy>";
    if !needs::met(missing()) {
        return;
    }
    let mut enclosure = Enclosure::empty(&["127.0.0.1"]).unwrap();
    enclosure
        .listen("127.0.0.1:80", &[&[ReadLine, Send(SITE), End]])
        .unwrap();
    enclosure.listen("127.0.0.1:5000", &[&[Hold]]).unwrap();
    let arguments = ["srv.test:5000", "--from", "http://www.a.test/", "--player"];
    let arguments = [&arguments[..], &["8", "--format", "json"]].concat();
    let told = report(&enclosure.check(&arguments).unwrap());
    assert_eq!(told["reason"], "granted", "{told:#}");
    assert_eq!(told["decided-by"]["rule"]["domain"], "www.a.test");
}

/// If the verdict cannot be written, the exit status is not 1, which would mean that the movie does not connect.
#[test]
fn a_report_that_cannot_be_written() {
    let game = Keeper::start(local(), &[&[Hold]]).unwrap();
    let target = format!("localhost:{}", game.address().port());
    for (further, code) in [(&[][..], 2), (&["--nagios"], 3)] {
        let full = std::fs::File::create("/dev/full").unwrap();
        let mut command = Command::new(binary::flashgate().unwrap());
        let command = command.args(["check", &target, "--sandbox", "local-trusted"]);
        let command = command.args(further).stdout(full).stderr(Stdio::null());
        assert_eq!(command.status().unwrap().code(), Some(code), "{further:?}");
    }
}

/// The rule that decided for this client, as it is written in the policy.
#[test]
fn the_rule_that_decided() {
    const RULES: &[u8] = b"<cross-domain-policy>\n<allow-access-from domain=\"www.b.test\" to-ports=\"x\"/>\n<allow-access-from domain=\"LOCALHOST\" to-ports=\"*\"/></cross-domain-policy>\0";
    let master = Keeper::start(local(), &[&[Read, Send(RULES), End]]).unwrap();
    let game = Keeper::start(local(), &[&[Read, End]]).unwrap();
    let master = master.address().port().to_string();
    let target = format!("localhost:{}", game.address().port());
    // For Lightspark the first rule is one for port 0; Flash Player drops it.
    for (client, index) in [("flash", 0), ("lightspark", 1)] {
        let arguments = [&target, "--master-port", &master, "--client", client];
        let output = check(&[&arguments[..], &["--format", "json"]].concat());
        let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let rule = &told["decided-by"]["rule"];
        assert_eq!(rule["index"], index, "{told:#}");
        assert_eq!(rule["domain"], "LOCALHOST", "{told:#}");
        let output = check(&arguments);
        let text = String::from_utf8_lossy(&output.stdout);
        let named = "the rule for `LOCALHOST` to ports `*` (3:1) of the master policy";
        assert!(text.contains(named), "{text}");
    }
}

/// For Silverlight, parts of a policy decide that are not single rules; both formats say so.
#[test]
fn no_single_rule_decided() {
    const ACCESS: &[u8] = b"<access-policy><cross-domain-access><policy><allow-from><domain uri=\"*\"/></allow-from><grant-to><socket-resource port=\"4502\" protocol=\"tcp\"/></grant-to></policy></cross-domain-access></access-policy>";
    if !needs::met(missing()) {
        return;
    }
    let mut enclosure = Enclosure::empty(&["127.0.0.1"]).unwrap();
    enclosure
        .listen("127.0.0.1:943", &[&[ReadOnly(22), Send(ACCESS), End]])
        .unwrap();
    enclosure.listen("127.0.0.1:4502", &[&[Hold]]).unwrap();
    let arguments = ["srv.test:4502", "--client", "silverlight"];
    let json = [&arguments[..], &["--format", "json"]].concat();
    let told = report(&enclosure.check(&json).unwrap());
    assert_eq!(told["decided-by"]["source"], "master", "{told:#}");
    assert!(told["decided-by"]["rule"].is_null(), "{told:#}");
    let text = enclosure.check(&arguments).unwrap().stdout();
    assert!(
        text.contains("allowed: the master policy (port 943) grants it"),
        "{text}"
    );
}

/// Text before the declaration is not a mistake for Silverlight, and nothing is reported about Flash Player.
#[test]
fn a_line_feed_before_the_declaration() {
    const ACCESS: &[u8] = b"\n<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<access-policy>\n  <cross-domain-access>\n    <policy>\n      <allow-from><domain uri=\"http://www.a.test\"/></allow-from>\n      <grant-to><socket-resource port=\"4502-4532\" protocol=\"tcp\"/></grant-to>\n    </policy>\n  </cross-domain-access>\n</access-policy>\n";
    if !needs::met(missing()) {
        return;
    }
    let mut enclosure = Enclosure::empty(&["127.0.0.1"]).unwrap();
    enclosure
        .listen("127.0.0.1:943", &[&[ReadOnly(22), Send(ACCESS), End]])
        .unwrap();
    enclosure.listen("127.0.0.1:4502", &[&[Hold]]).unwrap();
    let from = "http://www.a.test/app.xap";
    let arguments = ["srv.test:4502", "--client", "silverlight", "--from", from];
    let json = [&arguments[..], &["--format", "json"]].concat();
    let told = report(&enclosure.check(&json).unwrap());
    assert_eq!(told["verdict"], "allowed", "{told:#}");
    for finding in told["findings"].as_array().unwrap() {
        assert_ne!(finding["level"], "error", "{told:#}");
    }
    let text = enclosure.check(&arguments).unwrap().stdout();
    assert!(!text.contains("Flash"), "{text}");
}

/// A meta-policy is quoted as it is written, whatever it counts as.
#[test]
fn the_meta_policy_as_it_is_written() {
    const BY_TYPE: &[u8] = b"<cross-domain-policy><site-control permitted-cross-domain-policies=\"by-content-type\"/></cross-domain-policy>\0";
    let master = Keeper::start(local(), &[&[Read, Send(BY_TYPE), End]]).unwrap();
    let master = master.address().port().to_string();
    let output = check(&["localhost:9", "--master-port", &master]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        text.contains("the master policy's `site-control` is `by-content-type`, which is not a meta-policy for sockets and counts as `master-only`"),
        "{text}"
    );
}

/// A mistake in a document is reported after the finding about the document as a whole, also if another policy grants.
#[test]
fn a_document_before_its_details() {
    const CUT: &[u8] = b"<cross-domain-policy><allow-access-from \0";
    const ANY: &[u8] = b"<cross-domain-policy><allow-access-from domain=\"localhost\" to-ports=\"*\"/></cross-domain-policy>\0";
    let master = Keeper::start(local(), &[&[Read, Send(CUT), End]]).unwrap();
    let game = Keeper::start(local(), &[&[Read, Send(ANY), End]]).unwrap();
    let master = master.address().port().to_string();
    let target = format!("localhost:{}", game.address().port());
    let output = check(&[&target, "--master-port", &master, "--format", "json"]);
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["verdict"], "allowed", "{told:#}");
    let found = ids(&told);
    assert_eq!(
        found[..2],
        ["malformed-policy", "malformed-tag"],
        "{told:#}"
    );
    let xml = told["findings"][1]["message"].as_str().unwrap();
    assert_eq!(xml, "expected `>`, found the end of the file");
}
