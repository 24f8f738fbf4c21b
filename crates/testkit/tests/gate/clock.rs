//! Deadlines while the wall clock jumps by a day, as when a machine gets the time from the network.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use testkit::backend::{BackendBehaviour, TestBackend};
use testkit::client::{StreamEnd, TestClient};
use testkit::daemon::{Daemon, address_in};
use testkit::folder::Folder;
use testkit::{binary, figure, needs, scale};

use super::{LIMIT, config, echoes};

/// The deadline for a request, and the limit on silence in a relay.
const DEADLINE: Duration = Duration::from_secs(2);

/// A daemon whose wall clock the test sets. Its monotonic clock is the machine's.
struct Adjusted {
    daemon: Daemon,
    /// The gate's address.
    gate: SocketAddr,
    clock: PathBuf,
    folder: Folder,
}

impl Adjusted {
    fn start(config: &str) -> Self {
        let folder = Folder::new().unwrap();
        let path = folder.file("flashgate.toml", config).unwrap();
        // The sandbox allows reading in the config's folder.
        let clock = folder.file("clock", "+0d").unwrap();
        let mut daemon = Daemon::builder()
            // A static program has no `clock_gettime` to replace.
            .binary(binary::with_faults().unwrap())
            .env("LD_PRELOAD", "/usr/$LIB/faketime/libfaketime.so.1")
            .env("FAKETIME_TIMESTAMP_FILE", &clock)
            .env("FAKETIME_NO_CACHE", "1")
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
            .args(["serve", "-v", "--config"])
            .args([&path])
            .start()
            .unwrap();
        let mut lines = daemon.log().iter();
        let gate = lines.find(|line| line.contains("gate=game"));
        let gate = gate.and_then(|line| address_in(line)).unwrap();
        Self {
            daemon,
            gate,
            clock,
            folder,
        }
    }

    /// Sets the clock to the real time and this much. The daemon may be reading the file.
    fn set(&self, offset: &str) {
        let new = self.folder.file("new", offset).unwrap();
        fs::rename(new, &self.clock).unwrap();
    }

    /// The date that it sends.
    fn date(&self) -> String {
        let mut page = TestClient::connect(self.daemon.admin().unwrap()).unwrap();
        page.send(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
        let text = String::from_utf8(page.hear().bytes).unwrap();
        let date = text.lines().find_map(|line| line.strip_prefix("Date: "));
        date.unwrap().split_once(':').unwrap().0.to_owned()
    }
}

/// How late a deadline may be.
fn tolerance() -> Duration {
    scale::short_or_long(LIMIT, Duration::from_millis(500))
}

/// Checks that something that waits since `start` ends now, at its deadline.
#[track_caller]
fn in_time(client: &TestClient, what: &str, offset: &str) -> Duration {
    let took = client.elapsed();
    assert!(
        took + Duration::from_millis(10) >= DEADLINE,
        "{what} at {offset}: early, after {took:?}"
    );
    assert!(
        took <= DEADLINE + tolerance(),
        "{what} at {offset}: late, after {took:?}"
    );
    took
}

#[test]
fn jumps_by_a_day() {
    if !needs::met(needs::program("faketime")) {
        return;
    }
    let backend = TestBackend::start(BackendBehaviour::Echo).unwrap();
    let more = "[[listen]]\naddress = \"127.0.0.1:0\"\n[limits]\nrequest = \"2s\"\nidle = \"2s\"\n[admin]\naddress = \"127.0.0.1:0\"\n";
    let started = Adjusted::start(&config(backend.address(), "", more));
    let mut latest = Duration::ZERO;
    let mut date = started.date();
    let offsets = ["+1d", "-1d"].repeat(scale::short_or_long(1, 5));
    for offset in &offsets {
        let mut halves: Vec<_> = started
            .daemon
            .addresses()
            .iter()
            .map(|address| {
                let mut client = TestClient::connect(*address).unwrap();
                client.send(b"<policy-");
                client
            })
            .collect();
        let mut relay = TestClient::connect(started.gate).unwrap();
        echoes(&mut relay, b"login");
        started.set(offset);
        let new = started.date();
        assert_ne!(new, date, "the clock did not jump");
        date = new;
        for half in &mut halves {
            // On the policy port it is closed. At the gate, the server gets it, and its echo arrives.
            assert!(half.stirs_within(LIMIT), "half a request has no deadline");
            latest = latest.max(in_time(half, "half a request", offset));
        }
        assert_eq!(relay.hear().end, StreamEnd::Reset);
        latest = latest.max(in_time(&relay, "an idle relay", offset));
    }
    figure::report(
        "R33",
        format_args!(
            "the clock jumped by a day {} times: deadlines of {DEADLINE:?} for requests and idle relays ended after {latest:.2?} at the latest, none early",
            offsets.len()
        ),
    );
}
