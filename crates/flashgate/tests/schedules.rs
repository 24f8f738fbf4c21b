//! The counters that the threads of the daemon share, in random orders of all their steps: connections, a reload and a
//! stop at the same time.
//!
//! The threads share nothing else that can leak. The folder `limits` is compiled here unchanged, with primitives of
//! shuttle, which decides at each of them which thread runs next. It does not model weak memory. `cargo xtask prove R6`
//! tries more orders.

#![cfg(test)]
#![expect(
    dead_code,
    unused_imports,
    reason = "the daemon and their own tests use more of these modules"
)]

#[path = "../src/limits/crowd.rs"]
mod crowd;
#[path = "../src/limits/lingering.rs"]
mod lingering;
#[path = "../src/limits/per_address.rs"]
mod per_address;
#[path = "../src/limits/permit.rs"]
mod permit;
#[path = "../src/limits/permits.rs"]
mod permits;
#[path = "../src/limits/unrecognized.rs"]
mod unrecognized;

/// In place of `limits/sync.rs`.
mod sync {
    pub(super) use shuttle::sync::atomic::{AtomicUsize, Ordering};
    pub(super) use shuttle::sync::{Mutex, MutexGuard};
}

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use flashgate_config::snapshot::{Chosen, Limits};
use shuttle::future::block_on;
use shuttle::rand::{Rng as _, thread_rng};
use shuttle::scheduler::RandomScheduler;
use shuttle::{Config, Runner, thread};
use tokio_flash_policy::Linger;

use per_address::Subscriber;
use permit::{Answering, Permit};
use permits::{Capacity, Permits, Scarce};
use sync::{AtomicUsize, Mutex, Ordering};

/// The connections of each thread, and of both.
const EACH: usize = 2;
const ALL: usize = 2 * EACH;

/// Two descriptors for each connection, since each may be forwarded.
const DESCRIPTORS: u8 = 2;

fn capacity(relays: usize) -> Capacity {
    Capacity {
        connections: 3,
        relays,
        descriptors: 6,
        lingering: relays,
        scarce: Scarce::Connections,
        wanted: (3, relays),
    }
}

fn limits(per_address: u32) -> Limits {
    Limits {
        connections: 3,
        connections_chosen: Chosen::ByDefault,
        per_address: NonZeroU32::new(per_address),
        rate_per_address: None,
        relays_per_address: NonZeroU32::new(1),
        exempt: Vec::new(),
        request: Duration::MAX,
        linger: Linger::default(),
        backend_connect: Duration::MAX,
        half_open: Duration::MAX,
        idle: None,
        ping: Duration::MAX,
    }
}

/// The state of one run.
struct Daemon {
    permits: Arc<Permits>,
    /// Whether a stop has begun. An accept loop notices it between two connections.
    is_stopping: Mutex<bool>,
    /// How many connections from before the stop are open.
    early: AtomicUsize,
}

impl Daemon {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            permits: Permits::new(capacity(2), &limits(2)),
            is_stopping: Mutex::new(false),
            early: AtomicUsize::new(0),
        })
    }

    /// No counter is negative, or more than there can be.
    fn check(&self) {
        let permits = &self.permits;
        assert!(permits.open() <= ALL);
        assert!(permits.taken.load(Ordering::Relaxed) <= ALL * usize::from(DESCRIPTORS));
        assert!(permits.answering() <= ALL);
        assert!(permits.relaying() <= 2);
        assert!(permits.lingering() <= ALL);
        assert!(permits.late.load(Ordering::Relaxed) <= ALL);
    }

    /// What an accept loop does with a connection, and what the connection does.
    fn connection(&self, peer: SocketAddr) {
        let permits = &self.permits;
        let Ok(subscriber) = permits.admit(peer.ip()) else {
            return;
        };
        if !permits.has_room(DESCRIPTORS) {
            permits.make_room(DESCRIPTORS);
            return;
        }
        let (mut permit, is_late) = self.accept(subscriber, peer);
        let ended = || {
            if !is_late {
                self.early.fetch_sub(1, Ordering::SeqCst);
            }
        };
        match thread_rng().gen_range(0..6) {
            0 => assert!(permit.hold(100).is_empty()),
            1 => assert_eq!(permit.answering(), Answering::Begins),
            2 => {
                ended();
                permit.lingering();
                return self.check();
            }
            3 => self.relay(&mut permit),
            4 => {
                if permit.silent().is_ok() {
                    permit.not_relaying(Some(peer));
                }
                permit.answering();
            }
            _ => {
                let other = SocketAddr::new(IpAddr::from([192, 0, 2, 9]), 1);
                permit.assign(Some(other.ip().into()), Some(other));
                self.relay(&mut permit);
            }
        }
        self.check();
        ended();
    }

    fn relay(&self, permit: &mut Permit) {
        if permit.relaying().is_ok() {
            assert!(self.permits.relaying() > 0);
        }
    }

    fn accept(&self, subscriber: Option<Subscriber>, peer: SocketAddr) -> (Permit, bool) {
        let is_late = self.is_stopping.lock().unwrap();
        let mut permit = self.permits.take(subscriber, Some(peer), DESCRIPTORS);
        if *is_late {
            permit.late();
        } else {
            self.early.fetch_add(1, Ordering::SeqCst);
        }
        (permit, *is_late)
    }

    /// New limits, and then the old ones.
    fn reload(&self) {
        self.permits.set_limits(capacity(1), &limits(1));
        self.check();
        self.permits.set_limits(capacity(2), &limits(2));
    }

    /// Waits as a stop does. If a wake-up is lost, this is a deadlock, which shuttle reports.
    fn stop(&self) {
        *self.is_stopping.lock().unwrap() = true;
        block_on(self.permits.all_returned());
        assert_eq!(
            self.early.load(Ordering::SeqCst),
            0,
            "the stop left a client behind"
        );
        block_on(self.permits.none_served());
        block_on(self.permits.none_relayed_or_late());
    }

    fn is_as_at_first(&self) {
        let permits = &self.permits;
        let late = permits.late.load(Ordering::Relaxed);
        let taken = permits.taken.load(Ordering::Relaxed);
        let counters = [
            permits.open(),
            taken,
            permits.answering(),
            permits.relaying(),
            permits.lingering(),
            late,
        ];
        assert_eq!(counters, [0; 6]);
        assert_eq!(permits.make_room(DESCRIPTORS), permits::MadeRoom::Before);
        assert!(permits.has_room(DESCRIPTORS));
        // Both addresses have all their places again.
        for host in [1, 2, 9] {
            let address = IpAddr::from([192, 0, 2, host]);
            assert!(permits.admit(address).is_ok(), "{address}");
        }
    }
}

fn run() {
    let daemon = Daemon::new();
    let mut threads = Vec::new();
    for host in [1, 2] {
        let daemon = Arc::clone(&daemon);
        threads.push(thread::spawn(move || {
            for port in 1..=u16::try_from(EACH).unwrap() {
                daemon.connection(SocketAddr::new(Ipv4Addr::new(192, 0, 2, host).into(), port));
            }
        }));
    }
    for work in [Daemon::reload, Daemon::stop] {
        let daemon = Arc::clone(&daemon);
        threads.push(thread::spawn(move || work(&daemon)));
    }
    for thread in threads {
        thread.join().unwrap();
    }
    daemon.is_as_at_first();
}

/// Without the test harness, which would also run the tests of the modules, outside shuttle.
fn main() {
    let is_long = std::env::var_os("FLASHGATE_PROVE").is_some();
    let schedules = if is_long { 100_000 } else { 5000 };
    let mut config = Config::new();
    // It warns that weak memory is not modeled.
    config.silence_warnings = true;
    Runner::new(RandomScheduler::new(schedules), config).run(run);
    // `cargo xtask prove` looks for this line.
    println!(
        "figure R6: {schedules} schedules of {ALL} connections on two threads, a reload and a stop: every permit returned, no counter below 0, no wake-up lost"
    );
}
