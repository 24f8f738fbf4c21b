//! A policy request through a gate: answered however it is cut, and none of it reaches the backend.

use std::time::Duration;

use testkit::backend::{Absent, BackendBehaviour, TestBackend};
use testkit::client::{StreamEnd, TestClient, fetch};
use testkit::daemon::Daemon;
use testkit::load::{Load, REQUEST, run};
use testkit::port;

use super::{LIMIT, REPLY, Running, asks, config, echoes, is_answered, start};

/// Every spelling of a request, and what may follow the 22 characters at once.
const SPELLINGS: [&[u8]; 6] = [
    b"<policy-file-request/>\0",
    b"<policy-file-request />\0",
    b"<policy-file-request/>\n",
    b"<policy-file-request/>\r\n",
    b"<policy-file-request />\r\n",
    b"<policy-file-request/>\0<policy-file-request/>\0",
];

fn load(gate: &Running) -> Load {
    let policy = REPLY.strip_suffix(b"\0").unwrap();
    let mut load = Load::new(gate.address(), policy);
    (load.fetches, load.in_flight) = (100, 16);
    load
}

#[track_caller]
fn all_answered(load: &Load) {
    let report = run(load).unwrap();
    assert!(report.all_ok(), "{}: {report}", load.request.escape_ascii());
    assert_eq!(report.resets(), 0, "{report}");
}

/// The very last connection, which the backend can distinguish from the others.
fn knock(gate: &Running) {
    let mut last = gate.client();
    last.send(b"the last");
    last.half_close().unwrap();
    assert_eq!(last.hear().end, StreamEnd::Fin);
}

#[test]
fn every_cut_and_spelling() {
    let backend = TestBackend::start(BackendBehaviour::Record).unwrap();
    let gate = start(&config(backend.address(), "", ""));
    let mut load = load(&gate);
    for spelling in SPELLINGS {
        load.request = spelling.to_vec();
        load.cuts = Vec::new();
        all_answered(&load);
        // Bytes that arrive after a player's 23 bytes were read and answered find the connection closed.
        let end = if spelling.starts_with(REQUEST) {
            REQUEST.len()
        } else {
            spelling.len()
        };
        for cut in 1..end {
            load.cuts = vec![cut];
            all_answered(&load);
        }
        load.cuts = (1..end).collect();
        all_answered(&load);
        load.half_close = true;
        all_answered(&load);
        load.half_close = false;
    }
    knock(&gate);
    let records = backend.records_until(b"the last", LIMIT).unwrap();
    // If the machine stalls for longer than `speaks-first-after`, the gate connects to the backend, but sends nothing.
    for record in records {
        assert_eq!((&record.bytes[..], record.end), (&b""[..], StreamEnd::Fin));
    }
}

#[test]
fn more_bytes_behind_it() {
    let backend = TestBackend::start(BackendBehaviour::Record).unwrap();
    let gate = start(&config(backend.address(), "", ""));
    let mut load = load(&gate);
    for suffix in [1, 23, 4_096, 65_536] {
        load.suffix = suffix;
        all_answered(&load);
    }
    knock(&gate);
    let records = backend.records_until(b"the last", LIMIT).unwrap();
    assert!(records.iter().all(|record| record.bytes.is_empty()));
}

/// Bytes that arrive while the request is answered do not cost the reply, although they are not read.
#[test]
fn more_bytes_right_behind_it() {
    let backend = TestBackend::start(BackendBehaviour::Record).unwrap();
    let gate = start(&config(backend.address(), "", ""));
    for _ in 0..3_000 {
        let mut client = gate.client();
        client.send(REQUEST);
        // It may already be closed.
        client.send(b"hello");
        let heard = client.hear();
        assert_eq!(
            heard.bytes.escape_ascii().to_string(),
            REPLY.escape_ascii().to_string(),
            "{:?}",
            heard.end
        );
    }
}

#[test]
fn without_a_terminator() {
    let backend = TestBackend::start(BackendBehaviour::Record).unwrap();
    let gate = start(&config(backend.address(), "", ""));
    for bare in [&b"<policy-file-request/>"[..], b"<policy-file-request />"] {
        let mut load = load(&gate);
        load.request = bare.to_vec();
        load.half_close = true;
        all_answered(&load);
        let mut silent = gate.client();
        silent.send(bare);
        is_answered(&mut silent);
        assert!(
            silent.elapsed() >= Duration::from_millis(250),
            "{:?}",
            silent.elapsed()
        );
    }
    knock(&gate);
    let records = backend.records_until(b"the last", LIMIT).unwrap();
    assert!(records.iter().all(|record| record.bytes.is_empty()));
}

/// A slow client: flashgate connects to the backend early because it might greet, and then sends it nothing.
#[test]
fn in_pieces_to_a_backend_that_was_called() {
    let backend = TestBackend::start(BackendBehaviour::Hold).unwrap();
    let gate = start(&config(
        backend.address(),
        "speaks-first-after = \"1ms\"",
        "",
    ));
    for spelling in SPELLINGS {
        for cut in 0..spelling.len() {
            let mut client = gate.client();
            // Silent for long enough that flashgate connects to the backend.
            let called = backend.next(LIMIT).unwrap();
            client.send(&spelling[..cut]);
            client.send(&spelling[cut..]);
            is_answered(&mut client);
            let mut called = TestClient::from_stream(called).unwrap();
            let heard = called.hear();
            assert_eq!(
                (&heard.bytes[..], heard.end),
                (&b""[..], StreamEnd::Fin),
                "cut at {cut}"
            );
        }
    }
}

/// What a player does: the policy on one connection, its data on the next.
#[test]
fn a_player() {
    let backend = TestBackend::start(BackendBehaviour::Echo).unwrap();
    let gate = start(&config(backend.address(), "", ""));
    for _ in 0..100 {
        asks(gate.address());
        let mut player = gate.client();
        echoes(&mut player, b"<msg t='sys'><body action='verChk'/></msg>\0");
        echoes(&mut player, REQUEST);
        player.half_close().unwrap();
        assert_eq!(player.hear().end, StreamEnd::Fin);
    }
}

/// The flags. Without ports, a rule means the port of the gate.
#[test]
fn by_flags() {
    let backend = TestBackend::start(BackendBehaviour::Echo).unwrap();
    let port = port::free().unwrap();
    let gate = format!("127.0.0.1:{port}={}", backend.address());
    let daemon = Daemon::builder()
        .args(["serve", "--allow", "a.test", "--gate", &gate])
        .start()
        .unwrap();
    assert_eq!(
        daemon.addresses(),
        [([127, 0, 0, 1], port).into()],
        "no port 843 in addition to it"
    );
    let policy = String::from_utf8(fetch(daemon.address()).unwrap().bytes).unwrap();
    assert!(policy.contains(&format!("to-ports=\"{port}\"")), "{policy}");
    assert!(!policy.contains("site-control"), "{policy}");
    echoes(
        &mut TestClient::connect(daemon.address()).unwrap(),
        b"LOGIN\r\n",
    );
}

/// Players connect to another port than the bound one: the policy contains theirs.
#[test]
fn public_port() {
    let gone = Absent::reserve(([127, 0, 0, 1], 0).into()).unwrap();
    let text = config(gone.address(), "public-port = 843", "").replace(", ports = \"9339\"", "");
    let gate = start(&text);
    let policy = String::from_utf8(fetch(gate.address()).unwrap().bytes).unwrap();
    assert!(policy.contains("to-ports=\"843\""), "{policy}");
}
