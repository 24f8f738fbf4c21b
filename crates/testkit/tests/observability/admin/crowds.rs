//! Clients of `[admin]` that are slow, or many and silent, or never done.

use std::time::{Duration, Instant};

use testkit::client::{StreamEnd, TestClient, fetch};
use testkit::cpu;

use super::{Answer, CONFIG, PATHS, admin, get, start};

/// Slow clients have 10 s in total. There is room for 32, and players notice nothing.
#[test]
fn slow_clients() {
    let (daemon, _folder) = start(CONFIG);
    let to = admin(&daemon);
    let mut dripping = TestClient::connect(to).unwrap();
    dripping.send(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nX: ");
    let _silent: Vec<_> = (0..20).map(|_| TestClient::connect(to).unwrap()).collect();
    assert_eq!(
        get(to, "/healthz").status,
        200,
        "served with 21 other connections"
    );
    while !dripping.stirs_within(Duration::from_millis(300)) {
        dripping.send(b"x");
        assert_eq!(fetch(daemon.address()).unwrap().end, StreamEnd::Fin);
        assert!(
            dripping.elapsed() < Duration::from_secs(12),
            "an occasional byte kept the connection open"
        );
    }
    assert!(
        dripping.elapsed() > Duration::from_secs(9),
        "{:?}",
        dripping.elapsed()
    );
}

/// Connections without a request are closed to make room for one with a request, which need not wait for their
/// deadline.
#[test]
fn idle_connections_starve_nobody() {
    let (daemon, _folder) = start(CONFIG);
    for _ in 0..3 {
        let idle: Vec<_> = (0..64)
            .map(|number| {
                let mut client = TestClient::connect(admin(&daemon)).unwrap();
                // Half of them have started a request.
                client.send(&b"GET /healthz HTTP/1.1\r\nHost: "[..number % 2 * 20]);
                client
            })
            .collect();
        for path in PATHS {
            let begin = Instant::now();
            assert_eq!(get(admin(&daemon), path).status, 200);
            let took = begin.elapsed();
            assert!(took < Duration::from_secs(5), "{path} took {took:?}");
        }
        drop(idle);
    }
}

/// A crowd of heads as long as allowed and without their ends: a health check gets through, and the number of places
/// limits what they cost.
#[test]
fn unfinished_heads() {
    const CROWD: usize = 400;
    const PLACES: usize = 32;
    let (daemon, _folder) = start(CONFIG);
    let to = admin(&daemon);
    assert_eq!(get(to, "/healthz").status, 200);
    let open_files = || cpu::open_files(daemon.pid()).unwrap();
    let private_kb = || cpu::private_kb(daemon.pid()).unwrap();
    let (files, before) = (open_files(), private_kb());
    let start_of_head = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: ";
    let head = format!("{start_of_head}{}", "x".repeat(8_150 - start_of_head.len()));
    let crowd: Vec<_> = (0..CROWD)
        .map(|_| {
            let mut client = TestClient::connect(to).unwrap();
            // It may already have been closed to make room.
            client.send(head.as_bytes());
            client
        })
        .collect();
    let begin = Instant::now();
    assert_eq!(get(to, "/healthz").status, 200);
    let took = begin.elapsed();
    assert!(
        took < Duration::from_secs(5),
        "the health check took {took:?}"
    );
    let more = open_files().saturating_sub(files);
    assert!(more <= PLACES, "{more} more descriptors");
    // 8 KiB for each place, and 768 KiB for allocators and pages.
    let grown = private_kb().saturating_sub(before);
    assert!(grown <= 1024, "{grown} kB for {CROWD} heads");
    // The newest of them are still there, and can finish.
    let mut youngest = crowd.into_iter().next_back().unwrap();
    youngest.send(b"\r\n\r\n");
    assert_eq!(Answer::parse(youngest.hear().bytes).status, 200);
}
