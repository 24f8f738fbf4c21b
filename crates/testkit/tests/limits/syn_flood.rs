//! Connection requests from addresses that do not exist: players still connect, because of the kernel's SYN cookies and
//! the queue that flashgate asks for.

use std::net::SocketAddrV4;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::setpriority_process;
use rustix::thread::gettid;
use testkit::daemon::{Daemon, POLICY};
use testkit::folder::Folder;
use testkit::load::{Load, LoadReport, run};
use testkit::lossy::{self, FAR, LossyCable};
use testkit::namespace::tcp_counter;
use testkit::scale::{is_long, short_or_long};
use testkit::syn_flood::{NETWORK, SynFlood};
use testkit::{SetAtEnd, figure, needs, until};

const PORT: u16 = 843;

const PER_SECOND: u32 = 20_000;

const CONFIG: &str = "[policy.default]\nrules = [{ domain = \"a.test\", ports = \"80\" }]\n\
                      [[listen]]\naddress = \"0.0.0.0:843\"\n\
                      [limits]\nper-address = \"off\"\nrate-per-address = \"off\"\n";

fn players(cable: &LossyCable, fetches: u64) -> LoadReport {
    let mut load = Load::new((FAR, PORT).into(), POLICY);
    load.sources = lossy::near_addresses().collect();
    (load.fetches, load.in_flight) = (fetches, 4);
    cable.near().run(|| run(&load)).unwrap().unwrap()
}

#[test]
fn players_still_connect() {
    if !needs::met(lossy::missing()) {
        return;
    }
    testkit::binary::flashgate().unwrap();
    let cable = LossyCable::new(0).unwrap();
    let gateway = lossy::near_addresses().next().unwrap().to_string();
    cable
        .far()
        .ip(&["route", "add", NETWORK, "via", &gateway])
        .unwrap();
    let folder = Folder::new().unwrap();
    let config = folder.file("flashgate.toml", CONFIG).unwrap();
    let start = || {
        Daemon::builder()
            .args(["serve", "--config"])
            .args([config])
            .start()
    };
    let _daemon = cable.far().run(start).unwrap().unwrap();
    let batch = short_or_long(1_000, 20_000);
    let idle = players(&cable, batch);
    let flood = cable
        .near()
        .run(|| SynFlood::new(SocketAddrV4::new(FAR, PORT)));
    let flood = flood.unwrap().unwrap();
    let cookies = || {
        let sent = cable.far().run(|| tcp_counter("SyncookiesSent"));
        sent.unwrap().unwrap()
    };
    let end = AtomicBool::new(false);
    let length = short_or_long(Duration::from_secs(1), Duration::from_secs(30));
    let (reports, (sent, took)) = thread::scope(|scope| {
        let stop = SetAtEnd(&end);
        let flooding = scope.spawn(|| {
            // It would run on other machines, so it gets only the CPU time that the other programs leave.
            setpriority_process(Some(gettid()), 19).unwrap();
            flood.run(PER_SECOND, &end).unwrap()
        });
        // From then on the queue is full.
        assert!(
            until(Duration::from_secs(20), || cookies() > 0),
            "no flood arrives"
        );
        let begun = Instant::now();
        let mut reports = Vec::new();
        while begun.elapsed() < length {
            reports.push(players(&cable, batch));
        }
        assert!(!end.load(Ordering::Acquire));
        drop(stop);
        (reports, flooding.join().unwrap())
    });
    let served: u64 = reports.iter().map(|report| report.ok).sum();
    let slowest = reports
        .iter()
        .map(|report| report.percentile(99))
        .max()
        .unwrap();
    let rate = figure::rate(sent, took);
    figure::report(
        "R32",
        format!(
            "{rate} SYN/s of others for {took:.0?}, {} answered with a cookie: {served} of {} players served, p99 {slowest:.1?}, {:.1?} without",
            cookies(),
            batch * reports.len() as u64,
            idle.percentile(99)
        ),
    );
    for report in [&idle].into_iter().chain(&reports) {
        assert!(report.all_ok(), "{report}");
    }
    if is_long() {
        assert!(slowest <= idle.percentile(99) * 3, "{slowest:?}");
        assert!(rate >= u64::from(PER_SECOND) * 9 / 10, "{rate} SYN/s");
    }
}
