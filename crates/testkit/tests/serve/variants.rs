//! Requests that players do not send, but people who test do: each is answered, and none is lost.

use std::time::Duration;

use testkit::client::{StreamEnd, TestClient};
use testkit::daemon::{Daemon, POLICY};
use testkit::load::{Load, run};

const RULE: [&str; 2] = ["--allow", "a.test:80"];
#[test]
fn other_terminators_and_a_space() {
    let daemon = Daemon::serve(RULE).unwrap();
    for request in [
        "<policy-file-request/>\n",
        "<policy-file-request/>\r\n",
        "<policy-file-request />\0",
        "<policy-file-request />\n",
        "<policy-file-request />\r\n",
    ] {
        let mut load = Load::new(daemon.address(), POLICY);
        load.sources = testkit::load::spread(daemon.address());
        load.fetches = 2_000;
        load.in_flight = 64;
        load.request = request.into();
        for half_close in [false, true] {
            load.half_close = half_close;
            let report = run(&load).unwrap();
            assert!(report.all_ok(), "{request:?}: {report}");
        }
    }
}

#[test]
fn no_terminator_and_a_half_close() {
    let daemon = Daemon::serve(RULE).unwrap();
    for request in [
        "<policy-file-request/>",
        "<policy-file-request />",
        "<policy-file-request/>\r",
    ] {
        let mut client = TestClient::connect(daemon.address()).unwrap();
        client.send(request.as_bytes());
        client.half_close().unwrap();
        let heard = client.hear();
        assert_eq!(heard.bytes, [POLICY, b"\0"].concat(), "{request:?}");
        assert_eq!(heard.end, StreamEnd::Fin, "{request:?}");
    }
}

#[test]
fn no_terminator_and_silence() {
    let daemon = Daemon::serve(RULE).unwrap();
    let mut client = TestClient::connect(daemon.address()).unwrap();
    client.send(b"<policy-file-request/>");
    let mut first = [0; 1];
    client.read_exact(&mut first).unwrap();
    let waited = client.elapsed();
    // A late terminator, as from a slow typist, must not turn the reply into a reset.
    client.send(b"\r\n");
    client.half_close().unwrap();
    let heard = client.hear();
    assert_eq!(
        [&first[..], &heard.bytes].concat(),
        [POLICY, b"\0"].concat()
    );
    assert_eq!(heard.end, StreamEnd::Fin);
    assert!(
        waited >= Duration::from_millis(300),
        "answered after {waited:?}, before silence could be distinguished from delay"
    );
}

/// Two requests on one connection are answered once.
#[test]
fn two_requests_are_answered_once() {
    let daemon = Daemon::serve(RULE).unwrap();
    let mut client = TestClient::connect(daemon.address()).unwrap();
    client.send(b"<policy-file-request/>\0<policy-file-request/>\0");
    client.half_close().unwrap();
    assert_eq!(client.hear().bytes, [POLICY, b"\0"].concat());
}
