//! R9: a crowd of clients that ask as slowly as possible. Others notice nothing, and at the deadline the crowd is gone.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::AtomicBool;
use std::thread;
use std::time::Duration;

use testkit::daemon::{Daemon, POLICY};
use testkit::folder::Folder;
use testkit::load::{Load, LoadReport, run, spread};
use testkit::namespace::{self, Namespace};
use testkit::scale::{is_long, short_or_long};
use testkit::slow::SlowClients;
use testkit::{SetAtEnd, cpu, figure, needs, until};

/// The daemon's time limit for a request.
const DEADLINE: Duration = Duration::from_secs(10);

/// The addresses of the crowd.
fn attackers() -> Vec<Ipv4Addr> {
    (1..=64)
        .map(|host| Ipv4Addr::new(127, 0, 2, host))
        .collect()
}

/// The service that others get.
fn others(of: SocketAddr) -> LoadReport {
    let mut load = Load::new(of, POLICY);
    load.sources = spread(of);
    load.fetches = short_or_long(2_000, 20_000);
    load.in_flight = 4;
    run(&load).expect("a load")
}

/// No limits per address, as on loopback: this measures the daemon alone.
#[test]
fn without_limits() {
    if needs::met(namespace::missing()) {
        Namespace::new().unwrap().run(unlimited).unwrap();
    }
}

fn unlimited() {
    let daemon = Daemon::builder()
        .args(["serve", "--listen", "127.0.0.1:0", "--allow", "a.test:80"])
        .start()
        .unwrap();
    let idle = others(daemon.address());
    let (memory, files) = (
        cpu::private_kb(daemon.pid()).unwrap(),
        cpu::open_files(daemon.pid()).unwrap(),
    );
    let size = short_or_long(2_000, 10_000);
    let crowd = SlowClients::connect(daemon.address(), &attackers(), size).unwrap();
    let end = AtomicBool::new(false);
    let (beside, grown, gone) = thread::scope(|scope| {
        let stop = SetAtEnd(&end);
        scope.spawn(|| crowd.drip(&end));
        let held = until(DEADLINE / 2, || {
            cpu::open_files(daemon.pid()).is_ok_and(|open| open >= files + size)
        });
        assert!(held, "not all of the {size} were accepted");
        let beside = others(daemon.address());
        assert!(
            crowd.age() < DEADLINE,
            "the others were served after the crowd, not at the same time"
        );
        let grown = cpu::private_kb(daemon.pid())
            .unwrap()
            .saturating_sub(memory);
        let ended = until(DEADLINE * 2, || {
            cpu::open_files(daemon.pid()).is_ok_and(|open| open <= files)
        });
        let gone = crowd.age();
        drop(stop);
        assert!(
            ended,
            "some slow clients are still connected after {gone:?}"
        );
        (beside, grown, gone)
    });
    let [before, after] = [&idle, &beside].map(|report| report.percentile(99));
    figure::report(
        "R9",
        format!(
            "{size} half-requests: others {} of {} served, p99 {after:.0?} with them, {before:.0?} without; \
             {grown} kB more; gone {:.0?} after the deadline",
            beside.ok,
            beside.ended() + beside.unfinished,
            gone.saturating_sub(DEADLINE)
        ),
    );
    assert!(idle.all_ok() && beside.all_ok(), "{idle}\n{beside}");
    assert!(grown <= 32 * 1024, "{grown} kB more");
    if is_long() {
        assert!(after <= before * 2, "p99 went from {before:?} to {after:?}");
        assert!(
            gone <= DEADLINE + Duration::from_secs(1),
            "gone after {gone:?}"
        );
    }
}

/// With limits, the crowd gets no more than its share.
#[test]
fn with_limits() {
    if needs::met(namespace::missing()) {
        Namespace::new().unwrap().run(limited).unwrap();
    }
}

/// How many connections an address may have here.
const SHARE: usize = 16;

fn limited() {
    let folder = Folder::new().unwrap();
    let text = format!(
        "[policy.default]\nrules = [{{ domain = \"a.test\", ports = \"80\" }}]\n\
         [[listen]]\naddress = \"127.0.0.1:0\"\n\
         [limits]\nexempt = []\nper-address = {SHARE}\nrate-per-address = \"off\"\n"
    );
    let config = folder.file("flashgate.toml", text).unwrap();
    let daemon = Daemon::builder()
        .args(["serve".into(), "--config".into(), config.into_os_string()])
        .start()
        .unwrap();
    let files = cpu::open_files(daemon.pid()).unwrap();
    let addresses = attackers();
    let size = short_or_long(2_000, 10_000);
    let _crowd = SlowClients::connect(daemon.address(), &addresses, size).unwrap();
    let beside = others(daemon.address());
    let held = cpu::open_files(daemon.pid()).unwrap() - files;
    let cap = SHARE * addresses.len();
    figure::report(
        "R9",
        format!(
            "{size} under a limit of {cap}: {held} held, others {} of {} served",
            beside.ok,
            beside.ended()
        ),
    );
    assert!(beside.all_ok(), "{beside}");
    assert!(
        (cap / 2..=cap).contains(&held),
        "{held} slow clients are connected"
    );
}
