//! R20: one greedy address, and all the others.

use std::collections::VecDeque;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::setpriority_process;
use rustix::thread::gettid;
use socket2::{Domain, Socket, Type};
use testkit::daemon::{Daemon, POLICY};
use testkit::folder::Folder;
use testkit::load::{Load, LoadReport, run, spread};
use testkit::scale::{is_long, short_or_long};
use testkit::{SetAtEnd, figure, until};

const GREEDY: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 66);
/// How many connections it keeps, and the time between two tries.
const KEPT: usize = 5_000;
const PACE: Duration = Duration::from_micros(100);

/// Keeps trying, and keeps the newest connections; returns the number of tries, and the time.
///
/// It would run on another machine, so it gets only the CPU time that the other programs leave.
fn grab(target: SocketAddr, end: &AtomicBool, count: &AtomicUsize) -> Duration {
    setpriority_process(Some(gettid()), 19).expect("a lower priority");
    let (start, mut kept) = (Instant::now(), VecDeque::new());
    for tries in 1.. {
        if end.load(Ordering::Acquire) {
            break;
        }
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
        socket.set_nonblocking(true).expect("an option");
        socket
            .bind(&SocketAddrV4::new(GREEDY, 0).into())
            .expect("a port");
        // In progress is as good as done here.
        let _ = socket.connect(&target.into());
        kept.push_back(socket);
        count.fetch_add(1, Ordering::Release);
        kept.drain(..kept.len().saturating_sub(KEPT));
        thread::sleep((PACE * tries).saturating_sub(start.elapsed()));
    }
    start.elapsed()
}

fn others(of: SocketAddr) -> LoadReport {
    let mut load = Load::new(of, POLICY);
    load.sources = spread(of);
    load.fetches = short_or_long(2_000, 20_000);
    load.in_flight = 4;
    run(&load).expect("a load")
}

#[test]
fn one_greedy_address() {
    let folder = Folder::new().unwrap();
    // The other addresses are few and busy here, so the limit on new connections must not apply to them.
    let text = "[policy.default]\nrules = [{ domain = \"a.test\", ports = \"80\" }]\n\
                [[listen]]\naddress = \"127.0.0.1:0\"\n\
                [limits]\nexempt = []\nrate-per-address = 2000\n";
    let config = folder.file("flashgate.toml", text).unwrap();
    let mut daemon = Daemon::builder()
        .args(["serve".into(), "--config".into(), config.into_os_string()])
        .start()
        .unwrap();
    let address = daemon.address();
    let idle = others(address);
    let (end, tries) = (AtomicBool::new(false), AtomicUsize::new(0));
    let (beside, took) = thread::scope(|scope| {
        let stop = SetAtEnd(&end);
        let greedy = scope.spawn(|| grab(address, &end, &tries));
        assert!(until(Duration::from_secs(10), || tries
            .load(Ordering::Acquire)
            >= KEPT));
        let beside = others(daemon.address());
        drop(stop);
        (beside, greedy.join().unwrap())
    });
    let [before, after] = [&idle, &beside].map(|report| report.percentile(99));
    let rate = figure::rate(tries.load(Ordering::Acquire) as u64, took);
    figure::report(
        "R20",
        format!(
            "with {KEPT} connections and {rate} tries/s from one address: others {} of {} served, \
             p99 {after:.0?}, {before:.0?} without",
            beside.ok,
            beside.ended() + beside.unfinished
        ),
    );
    assert!(idle.all_ok() && beside.all_ok(), "{idle}\n{beside}");
    daemon
        .wait_for_line("over a limit", Duration::from_secs(10))
        .unwrap();
    if is_long() {
        assert!(after <= before * 2, "p99 went from {before:?} to {after:?}");
        assert!(rate >= 9_000, "{rate} tries/s");
    }
}
