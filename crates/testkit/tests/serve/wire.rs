//! What a player gets: the policy in one write, one NUL, a clean close, however its request was cut, and whatever
//! follows it.

use testkit::client::{StreamEnd, TestClient, fetch};
use testkit::daemon::Daemon;
use testkit::folder::Folder;
use testkit::load::{Load, LoadReport, REQUEST, run};
use testkit::trace::SyscallTrace;
use testkit::{figure, needs};

/// 500 bytes with its NUL: fits into any segment.
pub(super) fn small() -> Vec<u8> {
    padded(499)
}

/// 20 kB: many segments, more than any initial window.
pub(super) fn large() -> Vec<u8> {
    padded(20_000)
}

fn padded(length: usize) -> Vec<u8> {
    let rule = "<cross-domain-policy><allow-access-from domain=\"a.test\" to-ports=\"80\"/><!---->";
    let end = "</cross-domain-policy>";
    let fill = "x".repeat(length - rule.len() - end.len());
    format!("{}{fill}-->{end}", &rule[..rule.len() - 3]).into_bytes()
}

#[track_caller]
fn check(report: &LoadReport) {
    assert!(report.all_ok(), "{report}");
}

fn load(policy: &[u8], daemon: &Daemon) -> Load {
    let mut load = Load::new(daemon.address(), policy);
    load.sources = testkit::load::spread(daemon.address());
    load.fetches = 50_000;
    load.in_flight = 64;
    load
}

#[test]
fn exactly_the_file_and_one_nul() {
    let folder = Folder::new().unwrap();
    for (name, file) in [
        ("small", small()),
        ("large", large()),
        ("with-nul", [&small()[..], b"\0"].concat()),
    ] {
        let path = folder.file(name, &file).unwrap();
        let daemon = Daemon::serve(["--policy".into(), path.into_os_string()]).unwrap();
        let heard = fetch(daemon.address()).unwrap();
        let document = file.strip_suffix(b"\0").unwrap_or(&file);
        assert_eq!(heard.bytes, [document, b"\0"].concat(), "{name}");
        assert_eq!(heard.end, StreamEnd::Fin, "{name}");
    }
}

#[test]
fn rules_given_as_flags() {
    let daemon = Daemon::serve([
        "--allow",
        "*.example.com:9339,9400-9410",
        "--allow",
        "192.0.2.7:*",
    ])
    .unwrap();
    let text = String::from_utf8(fetch(daemon.address()).unwrap().bytes).unwrap();
    let expected = "<?xml version=\"1.0\"?><cross-domain-policy>\
                    <allow-access-from domain=\"*.example.com\" to-ports=\"9339,9400-9410\"/>\
                    <allow-access-from domain=\"192.0.2.7\" to-ports=\"*\"/></cross-domain-policy>\0";
    assert_eq!(text, expected);
}

/// A player's two connections: the request on the first, the game's data on a second one.
#[test]
fn a_players_two_connections() {
    let daemon = Daemon::serve(["--allow", "www.example.com:9339"]).unwrap();
    let policy = policy_of(&daemon);
    let rule = b"<allow-access-from domain=\"www.example.com\" to-ports=\"9339\"";
    assert!(policy.windows(rule.len()).any(|part| part == rule));
    for _ in 0..2 {
        let heard = fetch(daemon.address()).unwrap();
        assert_eq!(heard.end, StreamEnd::Fin);
        assert_eq!(heard.bytes.strip_suffix(b"\0"), Some(policy.as_slice()));
    }
    let mut game = TestClient::connect(daemon.address()).unwrap();
    game.send(b"LOGIN guest\0");
    assert!(
        game.hear().bytes.is_empty(),
        "a dedicated policy port answers nothing else"
    );
}

#[test]
fn bytes_behind_the_request_cost_no_reply() {
    let folder = Folder::new().unwrap();
    let mut cells = 0;
    for policy in [small(), large()] {
        let path = folder.file("policy.xml", &policy).unwrap();
        let daemon = Daemon::serve(["--policy".into(), path.into_os_string()]).unwrap();
        for suffix in [0, 1, 23, 4_096, 65_536] {
            let mut load = load(&policy, &daemon);
            load.suffix = suffix;
            check(&run(&load).unwrap());
            cells += 1;
        }
    }
    figure::report(
        "R8",
        format!("loopback, {cells} times 50000 fetches: 0 lost, 0 reset"),
    );
}

/// The request in two pieces, cut everywhere, and in 23; the recognizer's own tests try all 4,194,304 ways.
#[test]
fn a_cut_request() {
    let daemon = Daemon::serve(["--allow", "a.test:80"]).unwrap();
    let mut load = load(&policy_of(&daemon), &daemon);
    load.fetches = 1_000;
    for at in 1..REQUEST.len() {
        load.cuts = vec![at];
        check(&run(&load).unwrap());
    }
    load.cuts = (1..REQUEST.len()).collect();
    check(&run(&load).unwrap());
    load.half_close = true;
    check(&run(&load).unwrap());
}

#[test]
fn a_client_that_half_closes() {
    let daemon = Daemon::serve(["--allow", "a.test:80"]).unwrap();
    let mut load = load(&policy_of(&daemon), &daemon);
    load.half_close = true;
    check(&run(&load).unwrap());
}

/// Bytes that arrive in a separate segment while the request is answered are never read, and cost nothing: the reply
/// has left before the connection is reset.
#[test]
fn a_segment_right_behind_the_request() {
    let daemon = Daemon::serve(["--allow", "a.test:80"]).unwrap();
    let reply = [&policy_of(&daemon)[..], b"\0"].concat();
    for nth in 0..5_000 {
        let mut client = TestClient::connect(daemon.address()).unwrap();
        client.send(REQUEST);
        // It may already be closed.
        client.send(b"hello");
        let heard = client.hear();
        assert_eq!(
            heard.bytes.escape_ascii().to_string(),
            reply.escape_ascii().to_string(),
            "fetch {nth}, {:?}",
            heard.end
        );
    }
}

fn policy_of(daemon: &Daemon) -> Vec<u8> {
    let heard = fetch(daemon.address()).expect("a fetch");
    heard.bytes.strip_suffix(b"\0").expect("a NUL").to_vec()
}

/// The whole reply leaves in one write, at once or after a slow request.
#[test]
fn one_write() {
    if !needs::met(needs::program("strace")) {
        return;
    }
    let folder = Folder::new().unwrap();
    for policy in [small(), large()] {
        let path = folder.file("policy.xml", &policy).unwrap();
        let trace = SyscallTrace::of("accept4,recvfrom,read,sendto,write,shutdown").unwrap();
        let arguments = [
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--policy",
            path.to_str().unwrap(),
        ];
        let mut daemon = Daemon::builder()
            .through(trace.program())
            .args(arguments)
            .start()
            .unwrap();
        assert_eq!(fetch(daemon.address()).unwrap().end, StreamEnd::Fin);
        let mut slow = TestClient::connect(daemon.address()).unwrap();
        slow.send(&REQUEST[..5]);
        // Connections are accepted in order: when this one is answered, the slow one is waiting.
        assert_eq!(fetch(daemon.address()).unwrap().end, StreamEnd::Fin);
        slow.send(&REQUEST[5..]);
        assert_eq!(slow.hear().bytes.len(), policy.len() + 1);
        daemon.terminate().unwrap();
        daemon.wait(TestClient::PATIENCE).unwrap();
        let length = policy.len() + 1;
        let lines = trace.lines().unwrap();
        let replies: Vec<_> = lines
            .iter()
            .filter(|line| line.contains("MSG_MORE"))
            .collect();
        assert_eq!(replies.len(), 3, "{lines:#?}");
        for reply in replies {
            assert!(
                reply.contains(&format!(", {length}, ")) && reply.ends_with(&format!("= {length}")),
                "{reply}"
            );
        }
    }
}
