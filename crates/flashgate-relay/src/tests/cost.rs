//! The memory that relays use. Each test runs in its own process, so that nothing else is counted.

use std::net::TcpStream;
use std::os::fd::AsFd;
use std::process::Command;

use rustix::net::{RecvFlags, SendFlags, recv, send};
use tokio::task::{JoinSet, yield_now};

use super::super::{Preface, Relay, RelayReport, Stop, pipe};
use super::{TIMEOUTS, buffered, pair, registered, runtime};

const ALONE: &str = "FLASHGATE_TEST_ALONE";

/// Runs a test of this file again, alone in a new process.
#[track_caller]
fn alone(name: &str, test: impl FnOnce()) {
    if std::env::var_os(ALONE).is_some() {
        return test();
    }
    let run = Command::new(std::env::current_exe().unwrap())
        .args([&format!("tests::cost::{name}"), "--exact", "--nocapture"])
        .env(ALONE, "1")
        .output()
        .unwrap();
    let output = String::from_utf8_lossy(&run.stdout);
    let complaint = String::from_utf8_lossy(&run.stderr);
    assert!(
        run.status.success() && output.contains("1 passed"),
        "{output}{complaint}"
    );
    println!("{output}");
}

/// The resident memory of this process.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.unwrap().trim().trim_end_matches(" kB");
    kilobytes.parse::<usize>().unwrap() * 1024
}

struct Crowd {
    peers: Vec<[TcpStream; 2]>,
    relays: JoinSet<RelayReport>,
}

fn crowd(count: usize, client: Option<usize>, backend: Option<usize>) -> Crowd {
    let (backend, client) = (move || swapped(pair(backend)), move || pair(client));
    crowd_of(count, client, backend)
}

fn swapped<T>((one, other): (T, T)) -> (T, T) {
    (other, one)
}

/// Relays between peers. Each pair has a peer's socket and the relay's own.
fn crowd_of(
    count: usize,
    client: impl Fn() -> (TcpStream, TcpStream),
    backend: impl Fn() -> (TcpStream, TcpStream),
) -> Crowd {
    let mut crowd = Crowd {
        peers: Vec::with_capacity(count),
        relays: JoinSet::new(),
    };
    let stop = Stop::default();
    for _ in 0..count {
        let (client, near) = client();
        let (backend, far) = backend();
        crowd.peers.push([client, backend]);
        let relay = Relay::new(
            registered(near),
            registered(far),
            Preface::default(),
            TIMEOUTS,
            &stop,
        );
        crowd.relays.spawn(relay);
    }
    crowd
}

/// Lets all tasks run until nothing is left to do.
async fn settle() {
    for _ in 0..200 {
        yield_now().await;
    }
}

#[test]
fn an_idle_relay_costs_less_than_two_and_a_half_kilobytes() {
    alone(
        "an_idle_relay_costs_less_than_two_and_a_half_kilobytes",
        || {
            runtime().block_on(async {
                let _some = crowd(200, None, None);
                settle().await;
                let before = resident();
                let _crowd = crowd(2_000, None, None);
                settle().await;
                let each = (resident() - before) / 2_000;
                println!("{each} bytes each");
                assert!(each <= 2_500, "{each}");
            });
        },
    );
}

/// Neither side reads, and one sends as much as possible.
#[test]
fn a_stalled_relay_keeps_at_most_one_buffer() {
    alone("a_stalled_relay_keeps_at_most_one_buffer", || {
        stalled(
            || crowd(1_000, Some(128 * 1024), Some(4_096)),
            |[client, _]| push(client),
        );
    });
}

/// Neither side reads, and both send as much as possible.
#[test]
fn a_relay_stalled_both_ways_keeps_hardly_more() {
    alone("a_relay_stalled_both_ways_keeps_hardly_more", || {
        let peer = || buffered(Some(128 * 1024), Some(4_096));
        stalled(
            || crowd_of(1_000, peer, peer),
            |[client, backend]| push(client) + push(backend),
        );
    });
}

fn stalled(crowd: impl FnOnce() -> Crowd, push: impl Fn(&[TcpStream; 2]) -> usize) {
    runtime().block_on(async {
        let crowd = crowd();
        settle().await;
        let before = resident();
        let mut in_vain = 0;
        while in_vain < 200 {
            let moved: usize = crowd.peers.iter().map(&push).sum();
            in_vain = if moved == 0 { in_vain + 1 } else { 0 };
            yield_now().await;
        }
        let each = (resident() - before) / 1_000;
        println!("{each} bytes each, pipes {:?}", pipe::pooled());
        assert!(each <= 72 * 1024, "{each}");
        assert!(pipe::pooled().1 <= 16);
    });
}

/// Sends as much as the kernel takes without waiting.
fn push(stream: &impl AsFd) -> usize {
    static BYTES: [u8; 65_536] = [0; 65_536];
    send(stream, &BYTES, SendFlags::DONTWAIT | SendFlags::NOSIGNAL).unwrap_or(0)
}

/// Empty pipes return to the pool, and a thread never has more than the limit.
#[test]
fn pipes_are_pooled() {
    alone("pipes_are_pooled", || {
        runtime().block_on(async {
            let mut crowd = crowd(32, None, None);
            for [client, backend] in &crowd.peers {
                for _ in 0..20 {
                    while push(client) > 0 {}
                    yield_now().await;
                    while pull(backend) > 0 {}
                }
                settle().await;
                while pull(backend) > 0 {
                    settle().await;
                }
            }
            assert!(pipe::pooled().0 > 0, "empty pipes return");
            for _ in 0..20_000 {
                for [client, _] in &crowd.peers {
                    while push(client) > 0 {}
                }
                yield_now().await;
                if pipe::pooled() == (0, 16) {
                    break;
                }
            }
            assert_eq!(pipe::pooled(), (0, 16), "stalled relays keep their pipes");
            crowd.peers.clear();
            while crowd.relays.join_next().await.is_some() {}
            assert_eq!(pipe::pooled(), (0, 0), "pipes with bytes do not return");
        });
    });
}

/// Reads what is available.
fn pull(stream: &impl AsFd) -> usize {
    let mut bytes = vec![0; 1 << 20];
    recv(stream, &mut bytes[..], RecvFlags::DONTWAIT).map_or(0, |(count, _)| count)
}
