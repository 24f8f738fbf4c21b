//! The effect of a reload, a hand-over and a stop on open relays.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use testkit::backend::{Absent, BackendBehaviour, TestBackend};
use testkit::client::{StreamEnd, TestClient, fetch};
use testkit::daemon::Daemon;
use testkit::load::REQUEST;
use testkit::pattern::Pattern;
use testkit::port;
use testkit::scale::short_or_long;
use testkit::{SetAtEnd, figure};

use super::{LIMIT, Running, asks, config, echoes, start};

/// A relay to an echo server, and its position; what comes back must be what was sent.
struct Talk {
    client: TestClient,
    said: Pattern,
    heard: Pattern,
}

impl Talk {
    fn new(gate: &Running, number: u64) -> Self {
        let client = gate.client();
        let (said, heard) = (Pattern::new(number), Pattern::new(number));
        let mut talk = Self {
            client,
            said,
            heard,
        };
        talk.go_on();
        talk
    }

    #[track_caller]
    fn go_on(&mut self) {
        let mut piece = [0; 700];
        self.said.fill(&mut piece);
        assert!(
            self.client.send(&piece),
            "after {} bytes",
            self.heard.place()
        );
        self.client.read_exact(&mut piece).expect("an echo");
        assert!(
            self.heard.matches(&piece),
            "after {} bytes",
            self.heard.place()
        );
    }

    /// Continues until `done` is set; returns how many bytes it has sent in total.
    fn go_on_until(&mut self, done: &AtomicBool) -> u64 {
        while !done.load(Ordering::Acquire) {
            self.go_on();
        }
        self.go_on();
        self.client.half_close().unwrap();
        let heard = self.client.hear();
        assert_eq!((&heard.bytes[..], heard.end), (&b""[..], StreamEnd::Fin));
        self.said.place()
    }
}

/// Runs something while relays are sending; returns how many bytes they sent.
fn while_talking(gate: &mut Running, count: u64, action: impl FnOnce(&mut Running)) -> u64 {
    let mut talks: Vec<_> = (0..count).map(|number| Talk::new(gate, number)).collect();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let threads: Vec<_> = talks
            .chunks_mut(10)
            .map(|talks| {
                let done = &done;
                scope.spawn(move || {
                    while !done.load(Ordering::Acquire) {
                        talks.iter_mut().for_each(Talk::go_on);
                    }
                    talks
                        .iter_mut()
                        .map(|talk| talk.go_on_until(done))
                        .sum::<u64>()
                })
            })
            .collect();
        let stop = SetAtEnd(&done);
        action(gate);
        drop(stop);
        let said = threads.into_iter().map(thread::ScopedJoinHandle::join);
        said.map(|said| said.expect("no byte lost")).sum()
    })
}

/// For the new process, which asks for the very address that the first one was given.
fn pinned(text: &str, gate: &Running) -> String {
    text.replace("127.0.0.1:0", &gate.address().to_string())
}

/// With a fixed port from the start, because a later config cannot name one that the system chose.
fn fixed(text: &str) -> String {
    text.replace(
        "127.0.0.1:0",
        &format!("127.0.0.1:{}", port::free().unwrap()),
    )
}

/// Reloads. The change of the file may cause the reload before the signal does, so this waits for its effect.
#[track_caller]
fn reload(gate: &mut Running, text: &str, mut shows: impl FnMut() -> bool) {
    std::fs::write(&gate.path, text).unwrap();
    gate.daemon.hang_up().unwrap();
    let in_time = testkit::until(LIMIT, &mut shows);
    assert!(in_time, "no effect of {text}: {:#?}", gate.daemon.log());
}

/// A connection keeps the settings from when it arrived, whatever a reload changes.
#[test]
fn deadlines_of_before() {
    let backend = TestBackend::start(BackendBehaviour::Echo).unwrap();
    let limits = |linger: &str| format!("[limits]\nlinger = \"{linger}\"\n");
    let text = fixed(&config(backend.address(), "", &limits("500ms")));
    let mut gate = start(&text);
    let mut early = gate.client();
    early.send(&REQUEST[..5]);
    // They are accepted in order.
    asks(gate.address());
    let changed = text.replace("500ms", "60s").replace("a.test", "b.test");
    let address = gate.address();
    reload(&mut gate, &changed, || serves(address, "b.test"));
    // More than a request, so that flashgate waits for its end.
    early.send(&[&REQUEST[5..], b"more"].concat());
    let mut policy = vec![0; super::REPLY.len()];
    early.read_exact(&mut policy).unwrap();
    assert_eq!(
        policy.escape_ascii().to_string(),
        super::REPLY.escape_ascii().to_string()
    );
    let cut = gate.daemon.wait_for_line("answered-then-cut", LIMIT);
    assert!(cut.is_ok(), "the new limit applies to it");
}

/// Whether a policy that contains this text is served.
fn serves(address: SocketAddr, text: &str) -> bool {
    fetch(address).is_ok_and(|heard| String::from_utf8_lossy(&heard.bytes).contains(text))
}

#[test]
fn reloads_leave_relays_alone() {
    let backend = TestBackend::start(BackendBehaviour::Echo).unwrap();
    let port = SocketAddr::from(([127, 0, 0, 1], port::free().unwrap()));
    let listen = format!("[[listen]]\naddress = \"{port}\"\n");
    let text = fixed(&config(backend.address(), "", &listen));
    let mut gate = start(&text);
    let address = gate.address();
    let said = while_talking(&mut gate, 20, |gate| {
        for number in 1..=20 {
            let domain = format!("n{number}.test");
            let text = text.replace("a.test", &domain);
            reload(gate, &text, || serves(address, &domain));
        }
        let (policy, _) = text.split_once("[[gate]]").unwrap();
        let gone = || TestClient::connect(address).is_err();
        reload(gate, &format!("{policy}{listen}"), gone);
        asks(port);
    });
    assert!(said > 20 * 700);
}

/// A reload may change the backend; open relays keep theirs.
#[test]
fn another_backend() {
    let one = TestBackend::start(BackendBehaviour::Echo).unwrap();
    // The sandbox has given up all ports but this one.
    let other = Absent::reserve((Ipv4Addr::new(127, 0, 0, 2), one.address().port()).into());
    let other = other
        .unwrap()
        .appear(BackendBehaviour::Greet(b"other".to_vec(), Duration::ZERO))
        .unwrap();
    let text = fixed(&config(one.address(), "", ""));
    let mut gate = start(&text);
    let mut old = gate.client();
    echoes(&mut old, b"before");
    let text = text.replace(&one.address().to_string(), &other.address().to_string());
    let to = gate.address();
    reload(&mut gate, &text, || {
        let mut client = TestClient::connect(to).unwrap();
        client.send(b"x");
        client.half_close().is_ok() && client.hear().bytes == b"otherx"
    });
    echoes(&mut old, b"after");
}

/// Relays finish in their own process, however many processes follow.
#[test]
fn hand_overs_leave_relays_alone() {
    let rounds = short_or_long(10, 100);
    let backend = TestBackend::start(BackendBehaviour::Echo).unwrap();
    let process = "[process]\nhandover = \"flashgate.sock\"\ndrain = \"10m\"\n";
    let text = config(backend.address(), "", process);
    let mut gate = start(&text);
    std::fs::write(&gate.path, pinned(&text, &gate)).unwrap();
    let mut former = Vec::new();
    let said = while_talking(&mut gate, 100, |gate| {
        for _ in 0..rounds {
            let arguments = ["serve", "-v", "--config"];
            let next = Daemon::builder()
                .args(arguments)
                .args([&gate.path])
                .start()
                .unwrap();
            let mut last = std::mem::replace(&mut gate.daemon, next);
            last.wait_for_line("handed over", LIMIT).unwrap();
            former.push(last);
            asks(gate.address());
            echoes(&mut gate.client(), b"LOGIN");
        }
    });
    figure::report(
        "R16",
        format!("100 open relays through {rounds} hand-overs: {said} bytes, all in order"),
    );
    for mut daemon in former {
        assert!(daemon.wait(LIMIT).unwrap().success());
    }
}

/// A stop gives relays their time, and then resets them, so that a cut never looks like a normal end.
#[test]
fn a_stop_gives_relays_their_time() {
    let backend = TestBackend::start(BackendBehaviour::Hold).unwrap();
    let mut gate = start(&config(
        backend.address(),
        "",
        "[process]\ndrain = \"2s\"\n",
    ));
    let mut client = gate.client();
    client.send(b"hello");
    let mut called = TestClient::from_stream(backend.next(LIMIT).unwrap()).unwrap();
    let mut bytes = [0; 5];
    called.read_exact(&mut bytes).unwrap();
    gate.daemon.terminate().unwrap();
    let begin = Instant::now();
    let refused = testkit::until(LIMIT, || TestClient::connect(gate.address()).is_err());
    assert!(refused, "a stopping gate accepted a connection");
    while begin.elapsed() < Duration::from_secs(1) {
        client.send(b"there");
        called.read_exact(&mut bytes).unwrap();
        called.send(&bytes);
        client.read_exact(&mut bytes).unwrap();
    }
    assert_eq!(
        (client.hear().end, called.hear().end),
        (StreamEnd::Reset, StreamEnd::Reset)
    );
    assert!(
        begin.elapsed() >= Duration::from_millis(1_900),
        "{:?}",
        begin.elapsed()
    );
    gate.daemon.wait_for_line("stopped", LIMIT).unwrap();
    assert!(gate.daemon.wait(LIMIT).unwrap().success());
    assert!(
        begin.elapsed() < Duration::from_secs(10),
        "{:?}",
        begin.elapsed()
    );
}

/// Relays that end by themselves end the wait.
#[test]
fn a_stop_ends_with_the_last_relay() {
    let backend = TestBackend::start(BackendBehaviour::Echo).unwrap();
    let mut gate = start(&config(
        backend.address(),
        "",
        "[process]\ndrain = \"10m\"\n",
    ));
    let mut client = gate.client();
    echoes(&mut client, b"hello");
    gate.daemon.terminate().unwrap();
    echoes(&mut client, b"hello");
    client.half_close().unwrap();
    assert_eq!(client.hear().end, StreamEnd::Fin);
    assert!(gate.daemon.wait(LIMIT).unwrap().success());
}
