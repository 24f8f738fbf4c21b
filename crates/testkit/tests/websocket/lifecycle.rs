//! The effect of a reload, a hand-over and a stop on open sessions.

use std::io::Read as _;
use std::time::{Duration, Instant};

use testkit::backend::{BackendBehaviour, TestBackend};
use testkit::client::{StreamEnd, TestClient};
use testkit::daemon::Daemon;
use testkit::port;
use testkit::websocket::{CLOSE, WebSocketClient, ask, frame, request};

use super::{ADMIN, LIMIT, ORIGIN, Running, config, echoes, start};

/// With fixed ports from the start, because a later config cannot name ports that the system chose.
fn fixed(text: &str) -> String {
    text.replace(
        "127.0.0.1:0",
        &format!("127.0.0.1:{}", port::free().unwrap()),
    )
}

#[track_caller]
fn reload(gate: &mut Running, text: &str, mut shows: impl FnMut() -> bool) {
    std::fs::write(&gate.path, text).unwrap();
    gate.daemon.hang_up().unwrap();
    let in_time = testkit::until(LIMIT, &mut shows);
    assert!(in_time, "no effect of {text}: {:#?}", gate.daemon.log());
}

#[test]
fn reloads() {
    let backend = TestBackend::start(BackendBehaviour::Echo).unwrap();
    let text = fixed(&config(backend.address(), "", ""));
    let at = ([127, 0, 0, 1], port::free().unwrap()).into();
    let bridge = format!("{text}[bridge]\naddress = \"{at}\"\n");
    // A port that was not used at start cannot be bound later.
    let mut gate = start(&bridge);
    let (mut open, to) = (gate.open(), gate.gate);
    let status = |origin| ask(to, &request("/", Some(origin))).unwrap().0.status;
    assert_eq!(status("http://b.test"), 403);
    reload(&mut gate, &text.replace("www.a.test", "b.test"), || {
        status("http://b.test") == 101
    });
    assert_eq!(status("http://www.a.test"), 403);
    echoes(&mut open, b"still admitted");
    // WebSockets off, and then the bridge instead.
    reload(
        &mut gate,
        &text.replace("[[gate]]", "[[gate]]\nwebsocket = false"),
        || {
            let mut client = TestClient::connect(to).unwrap();
            client.send(request("/", ORIGIN).as_bytes());
            let mut byte = [0];
            client.read_exact(&mut byte).is_ok() && byte == *b"G"
        },
    );
    assert!(TestClient::connect(at).is_err());
    reload(&mut gate, &bridge, || {
        WebSocketClient::open(at, "/9339", ORIGIN).is_ok()
    });
    echoes(
        &mut WebSocketClient::open(at, "/9339", ORIGIN).unwrap(),
        b"by path",
    );
    let mut through = WebSocketClient::open(at, "/9339", ORIGIN).unwrap();
    reload(&mut gate, &text, || TestClient::connect(at).is_err());
    echoes(&mut through, b"the bridge is gone, the session is not");
    echoes(&mut open, b"and still allowed");
}

#[test]
fn hand_overs() {
    let backend = TestBackend::start(BackendBehaviour::Echo).unwrap();
    let more = format!(
        "[process]\nhandover = \"flashgate.sock\"\ndrain = \"10m\"\n[bridge]\naddress = \"127.0.0.1:{}\"\n",
        port::free().unwrap()
    );
    let text = fixed(&config(backend.address(), "", &more));
    let mut gate = start(&text);
    let bridge = gate.bridge.unwrap();
    let mut sessions = vec![
        gate.open(),
        WebSocketClient::open(bridge, "/9339", ORIGIN).unwrap(),
    ];
    let mut former = Vec::new();
    for _ in 0..3 {
        let next = Daemon::builder()
            .args(["serve", "-v", "--config"])
            .args([&gate.path])
            .start()
            .unwrap();
        let mut last = std::mem::replace(&mut gate.daemon, next);
        last.wait_for_line("handed over", LIMIT).unwrap();
        former.push(last);
        sessions.push(gate.open());
        sessions.push(WebSocketClient::open(bridge, "/9339", ORIGIN).unwrap());
        for session in &mut sessions {
            echoes(session, b"in its own process");
        }
    }
    for mut session in sessions {
        session.send(&frame(CLOSE, b""));
        assert_eq!(session.next_frame().unwrap().first, CLOSE);
    }
    for mut daemon in former {
        assert!(daemon.wait(LIMIT).unwrap().success());
    }
}

/// A stop gives sessions their time, and then closes each with the code for "going away".
#[test]
fn a_stop() {
    let backend = TestBackend::start(BackendBehaviour::Hold).unwrap();
    let mut gate = start(&config(
        backend.address(),
        "",
        "[process]\ndrain = \"2s\"\n",
    ));
    let (mut answers, mut silent) = (gate.open(), gate.open());
    let mut called: Vec<_> = (0..2).map(|_| backend.next(LIMIT).unwrap()).collect();
    gate.daemon.terminate().unwrap();
    let begin = Instant::now();
    let to = gate.gate;
    // What was queued at the signal is still served.
    let is_closed = || {
        let mut newcomer = TestClient::connect(to).unwrap();
        newcomer.send(b"GET / HTTP/1.1\r\nHost: a.test\r\n\r\n");
        newcomer.hear().bytes.is_empty()
    };
    assert!(
        testkit::until(LIMIT, is_closed),
        "a stopping gate served a new client"
    );
    answers.say(b"hello");
    let mut bytes = [0; 5];
    called[0].read_exact(&mut bytes).unwrap();
    assert_eq!(silent.next_frame().unwrap().code(), Some(1001));
    answers.is_closed_with(1001).unwrap();
    assert!(
        begin.elapsed() >= Duration::from_millis(1_900),
        "{:?}",
        begin.elapsed()
    );
    for called in called {
        assert_eq!(
            TestClient::from_stream(called).unwrap().hear().end,
            StreamEnd::Reset
        );
    }
    // Whether it answered the close frame or not.
    for session in [&answers, &silent] {
        let line = format!("peer={} outcome=\"stopped\"", session.address().unwrap());
        gate.daemon.wait_for_line(&line, LIMIT).unwrap();
    }
    assert!(gate.daemon.wait(LIMIT).unwrap().success());
    assert!(
        begin.elapsed() < Duration::from_secs(15),
        "{:?}",
        begin.elapsed()
    );
}

/// Sessions that end by themselves end the wait.
#[test]
fn a_stop_ends_with_the_last_session() {
    let backend = TestBackend::start(BackendBehaviour::Echo).unwrap();
    let more = format!("[process]\ndrain = \"10m\"\n{ADMIN}");
    let mut gate = start(&config(backend.address(), "", &more));
    let mut session = gate.open();
    echoes(&mut session, b"hello");
    gate.daemon.terminate().unwrap();
    echoes(&mut session, b"hello");
    session.send(&frame(CLOSE, &1000_u16.to_be_bytes()));
    assert_eq!(session.next_frame().unwrap().code(), Some(1000));
    assert_eq!(session.frame().unwrap(), None);
    drop(session);
    assert!(gate.daemon.wait(LIMIT).unwrap().success());
}
