//! The time from the start of a container's process to the line `flashgate ready`.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use testkit::container::{Container, IMAGE};
use testkit::figure::report;
use testkit::namespace::Namespace;
use testkit::scale;

use super::{LIMIT, RESTRICTED, podman};

/// The most that a start may take.
const GOAL: Duration = Duration::from_millis(50);

/// What a start took.
struct Start {
    /// From the moment when the process became flashgate.
    process: Duration,
    /// From the start of `podman start`.
    podman: Duration,
}

#[test]
fn ready() {
    let Some(podman) = podman() else { return };
    let network = Namespace::new().unwrap();
    let mut starts = Vec::new();
    for _ in 0..scale::short_or_long(3, 20) {
        let serve = [IMAGE, "serve", "--allow", "www.example.com:9339"];
        let listen = ["--listen", "8843"];
        let arguments = [&RESTRICTED, &serve[..], &listen].concat();
        let container = Container::create(&podman, &network, &arguments).unwrap();
        starts.push(time(&container));
    }
    let slowest = starts.iter().map(|start| start.process).max().unwrap();
    let podman = starts.iter().map(|start| start.podman).max().unwrap();
    report(
        "R31-container",
        format_args!(
            "{} starts: ready {slowest:.1?} after the process's start at most, {podman:.0?} after `podman start`",
            starts.len()
        ),
    );
    if scale::is_long() {
        assert!(slowest <= GOAL, "{slowest:?}");
    }
}

/// Starts a container, and watches its process and its log. If the watcher has to wait for a CPU, the result is larger.
fn time(container: &Container<'_>) -> Start {
    let name = format!("/proc/{}/comm", container.pid().unwrap());
    let log = container.log_file().unwrap();
    let begin = Instant::now();
    thread::scope(|scope| {
        let watcher = scope.spawn(|| {
            // Until then it is the runtime, which waits for the start.
            let is_flashgate = || fs::read_to_string(&name).is_ok_and(|name| name == "flashgate\n");
            let (process, _) = change(begin, is_flashgate);
            let is_ready =
                || fs::read_to_string(&log).is_ok_and(|log| log.contains("flashgate ready"));
            let (_, ready) = change(begin, is_ready);
            Start {
                process: ready.saturating_sub(process),
                podman: ready,
            }
        });
        container.start().unwrap();
        watcher.join().unwrap()
    })
}

/// The last moment when a condition was false and the first when it was true, after `begin`.
fn change(begin: Instant, mut holds: impl FnMut() -> bool) -> (Duration, Duration) {
    let mut before = begin.elapsed();
    loop {
        let now = begin.elapsed();
        if holds() {
            return (before, begin.elapsed());
        }
        assert!(now < LIMIT, "it never happened");
        before = now;
        thread::yield_now();
    }
}
