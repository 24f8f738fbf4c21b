//! What other policy servers got wrong and no other test shows. The book's page about past failures lists all of them.

use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::Duration;

use rustix::process::Signal;
use testkit::client::{StreamEnd, TestClient, fetch};
use testkit::daemon::{Daemon, POLICY};
use testkit::load::{Load, REQUEST, run};
use testkit::namespace::{self, Namespace};
use testkit::{cpu, needs, until};

const LIMIT: Duration = Duration::from_secs(20);

fn daemon() -> Daemon {
    Daemon::serve(["--allow", "a.test:80"]).unwrap()
}

#[track_caller]
fn is_answered(client: &mut TestClient) {
    let heard = client.hear();
    assert_eq!(
        (heard.bytes, heard.end),
        ([POLICY, b"\0"].concat(), StreamEnd::Fin)
    );
}

/// A server that closed connections younger than its time limit, because a comparison was the wrong way around, and one
/// that waited for a second only.
#[test]
fn clients_may_ask_at_once_or_late() {
    let daemon = daemon();
    // The pauses are what is tested.
    for pause in [0, 300, 1_500, 3_500] {
        let mut client = TestClient::connect(daemon.address()).unwrap();
        thread::sleep(Duration::from_millis(pause));
        assert!(client.send(REQUEST), "closed within {pause} ms");
        is_answered(&mut client);
    }
}

/// A queue of 0 or 5 places drops a burst: the clients' kernels try again a second later. So does a server that
/// remembers only its latest client.
#[test]
fn a_burst_waits_in_the_queue() {
    if !needs::met(namespace::missing()) {
        return;
    }
    testkit::binary::flashgate().unwrap();
    let network = Namespace::new().unwrap();
    let burst = || {
        let daemon = daemon();
        // While it is stopped, everything waits in the queue.
        daemon.signal(Signal::STOP).unwrap();
        let connect = |_| {
            let mut client = TestClient::connect(daemon.address()).unwrap();
            client.send(REQUEST);
            client
        };
        let mut clients: Vec<_> = (0..500).map(connect).collect();
        daemon.signal(Signal::CONT).unwrap();
        clients.iter_mut().for_each(is_answered);
        for dropped in ["ListenOverflows", "ListenDrops"] {
            assert_eq!(namespace::tcp_counter(dropped).unwrap(), 0, "{dropped}");
        }
    };
    network.run(burst).unwrap();
}

/// Servers that leak a descriptor, or leave a process behind, for each client.
#[test]
fn nothing_is_left_of_a_client() {
    let daemon = daemon();
    let files = || cpu::open_files(daemon.pid()).unwrap();
    fetch(daemon.address()).unwrap();
    let before = files();
    let mut load = Load::new(daemon.address(), POLICY);
    (load.fetches, load.in_flight) = (1_500, 8);
    let report = run(&load).unwrap();
    assert!(report.all_ok(), "{report}");
    assert!(
        until(LIMIT, || files() <= before),
        "{} files, {before} before",
        files()
    );
    assert!(!cpu::has_children(daemon.pid()).unwrap());
}

/// With 1,024 descriptors, 2,000 clients that say nothing: servers that exit, or never accept again.
#[test]
fn silent_clients_take_all_descriptors() {
    if !needs::met(needs::program("prlimit")) {
        return;
    }
    let daemon = Daemon::builder()
        .through(["prlimit", "--nofile=1024:1024"])
        .args(["serve", "--listen", "127.0.0.1:0", "--allow", "a.test:80"])
        .start()
        .unwrap();
    let connect = |_| TcpStream::connect(daemon.address()).unwrap();
    let silent: Vec<_> = (0..2_000).map(connect).collect();
    let mut player = TestClient::connect(daemon.address()).unwrap();
    player.send(REQUEST);
    // There is room as soon as silent ones have reached their limit, and without them at once.
    is_answered(&mut player);
    drop(silent);
    is_served(daemon.address());
}

/// A server that any client could close with a word, one that answered each read with a policy, and one that printed an
/// error to strangers.
#[test]
fn no_word_is_a_command() {
    let daemon = daemon();
    for word in ["bye\0", "quit\n", "stop\0", "reload\n", "<bye/>\0", "\0"] {
        let mut client = TestClient::connect(daemon.address()).unwrap();
        client.send(word.as_bytes());
        let _ = client.half_close();
        assert_eq!(client.hear().bytes, b"", "{word:?}");
        is_served(daemon.address());
    }
}

/// One policy, however often a client asks.
#[test]
fn a_mebibyte_of_requests_gets_one_policy() {
    let daemon = daemon();
    let mut load = Load::new(daemon.address(), POLICY);
    (load.fetches, load.in_flight) = (20, 4);
    load.suffix = 1024 * 1024;
    let report = run(&load).unwrap();
    // The reply is compared byte for byte.
    assert!(report.all_ok(), "{report}");
}

#[track_caller]
fn is_served(address: SocketAddr) {
    let mut client = TestClient::connect(address).unwrap();
    client.send(REQUEST);
    is_answered(&mut client);
}
