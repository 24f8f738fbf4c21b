//! Clients of all kinds, reloads and hand-overs, for an hour: no client is lost, and nothing grows.
//!
//! Two daemons have the same clients. One is replaced again and again; the other one stays, so that its memory can be
//! watched.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use testkit::daemon::{Daemon, POLICY};
use testkit::load::{self, Load};
use testkit::mixed::{IdleFiles, MixedClient, MixedSite};
use testkit::scale::{self, short_or_long};
use testkit::{SetAtEnd, cpu, figure};

const LIMIT: Duration = Duration::from_secs(90);

/// The time between two clients of a kind, so that every kind gets its share of the CPU, and other work the rest.
const PACE: Duration = Duration::from_millis(20);

/// The relays of a thread share this many pipes at most. There are two threads, and the log.
const PIPES: usize = 2 * 2 * 16 + 1;

/// What the clients of one site saw.
#[derive(Default)]
struct Tally {
    served: AtomicU64,
    lost: Mutex<Vec<String>>,
}

/// What one daemon was at some time.
#[derive(Debug, PartialEq, Eq)]
struct Idle {
    files: IdleFiles,
    threads: usize,
}

fn site(more: &str) -> MixedSite {
    let limits = "[limits]\nrequest = \"5s\"\n";
    MixedSite::new(format!("{limits}[process]\nthreads = 2\n{more}")).unwrap()
}

fn idle(site: &MixedSite, daemon: &Daemon) -> Idle {
    let tasks = std::fs::read_dir(format!("/proc/{}/task", daemon.pid())).unwrap();
    let mut idle = Idle {
        files: site.idle_files(daemon.pid()).unwrap(),
        threads: tasks.count(),
    };
    let pipes = std::mem::take(&mut idle.files.pipes);
    assert!(pipes <= PIPES, "{pipes} ends of pipes");
    idle
}

/// One client of a kind after the other, until the end.
fn one_after_the_other(site: &MixedSite, kind: MixedClient, tally: &Tally, end: &AtomicBool) {
    while !end.load(Ordering::Acquire) {
        match site.run(kind) {
            Ok(()) => _ = tally.served.fetch_add(1, Ordering::Relaxed),
            Err(error) => tally
                .lost
                .lock()
                .unwrap()
                .push(format!("{kind:?}: {error:#}")),
        }
        thread::sleep(PACE);
    }
}

/// Several players at a time, until the end.
fn players(site: &MixedSite, tally: &Tally, end: &AtomicBool) {
    while !end.load(Ordering::Acquire) {
        let mut load = Load::new(site.policy, POLICY);
        (load.fetches, load.in_flight) = (200, 8);
        let report = load::run(&load).unwrap();
        tally.served.fetch_add(report.ok, Ordering::Relaxed);
        if !report.all_ok() {
            tally.lost.lock().unwrap().push(report.to_string());
        }
        thread::sleep(PACE);
    }
}

/// How much memory grows, in KiB an hour: the slope of the line that fits best.
fn slope(samples: &[(f64, f64)]) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "there are a few thousand")]
    let count = samples.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| samples.iter().map(of).sum::<f64>() / count;
    let (hours, kib) = (mean(|sample| sample.0), mean(|sample| sample.1));
    let sum = |term: &dyn Fn(f64, f64) -> f64| {
        let terms = samples.iter().map(|(x, y)| term(x - hours, y - kib));
        terms.sum::<f64>()
    };
    sum(&|x, y| x * y) / sum(&|x, _| x * x)
}

#[test]
fn mixed_load() {
    let length = scale::length(Duration::from_secs(10), Duration::from_secs(3_600));
    let (reload_every, replace_every) = short_or_long((1, 3), (10, 60));
    let (changing, lasting) = (site("handover = \"flashgate.sock\"\n"), site(""));
    let sites = [&changing, &lasting];
    let [mut changed, mut stays] = sites.map(|site| site.start(Vec::new()).unwrap());
    let [first, second] = [idle(&changing, &changed), idle(&lasting, &stays)];
    let tallies = [Tally::default(), Tally::default()];
    let end = AtomicBool::new(false);
    let begun = Instant::now();
    let (mut reloads, mut hand_overs, mut samples) = (0, 0, Vec::new());
    thread::scope(|scope| {
        let _stop = SetAtEnd(&end);
        for (site, tally) in sites.into_iter().zip(&tallies) {
            scope.spawn(|| players(site, tally, &end));
            for kind in MixedClient::ALL {
                let end = &end;
                scope.spawn(move || one_after_the_other(site, kind, tally, end));
            }
        }
        for second in 1_u64.. {
            let due = Duration::from_secs(second);
            if due > length {
                break;
            }
            thread::sleep(due.saturating_sub(begun.elapsed()));
            if second.is_multiple_of(reload_every) {
                for daemon in [&mut changed, &mut stays] {
                    daemon.hang_up().unwrap();
                    daemon.next_line_with("INFO reloaded", LIMIT).unwrap();
                    daemon.take_log().for_each(drop);
                    reloads += 1;
                }
            }
            if second.is_multiple_of(replace_every) {
                let next = changing.start(Vec::new()).unwrap();
                let mut former = std::mem::replace(&mut changed, next);
                assert!(former.wait(LIMIT).unwrap().success());
                hand_overs += 1;
            }
            for site in sites {
                site.forget();
            }
            // The first sixth is for everything that is allocated once.
            if due * 6 > length {
                let private = u32::try_from(cpu::private_kb(stays.pid()).unwrap()).unwrap();
                samples.push((begun.elapsed().as_secs_f64() / 3600.0, f64::from(private)));
            }
        }
    });
    let after = [idle(&changing, &changed), idle(&lasting, &stays)];
    let served: u64 = tallies
        .iter()
        .map(|tally| tally.served.load(Ordering::Relaxed))
        .sum();
    let lost: Vec<_> = tallies
        .into_iter()
        .flat_map(|tally| tally.lost.into_inner().unwrap())
        .collect();
    let grown = slope(&samples) * length.as_secs_f64() / 3600.0;
    figure::report(
        "R22",
        format!(
            "{} s, {reloads} reloads, {hand_overs} hand-overs: {} of {} lost, {grown:.0} KiB more, {} descriptors and {} threads, as before",
            length.as_secs(),
            lost.len(),
            served + lost.len() as u64,
            after[1].files.others,
            after[1].threads
        ),
    );
    assert!(lost.is_empty(), "{lost:#?}");
    assert_eq!(after, [first, second]);
    assert!(grown <= 1024.0, "{grown} KiB more: {samples:?}");
}
