//! A network that loses packets in both directions: every reply arrives, also if bytes follow the request.

use std::thread;
use std::time::Duration;

use testkit::binary;
use testkit::daemon::Daemon;
use testkit::folder::Folder;
use testkit::load::{Load, LoadReport, run};
use testkit::lossy::{self, FAR, LossyCable};
use testkit::scale::short_or_long;
use testkit::{figure, needs};

use super::wire::{large, small};

/// All clients are few addresses. After a lost SYN, the next losses cost 3, 6, 12 s and so on, and the default of
/// `request` is 10 s.
const LIMITS: &str =
    "[limits]\nper-address = \"off\"\nrate-per-address = \"off\"\nrequest = \"20m\"\n";

/// A daemon at the far end of a cable.
struct Site {
    cable: LossyCable,
    folder: Folder,
}

impl Site {
    fn new(loss: u8) -> Self {
        // The namespaces have no network access, should cargo need a registry for the build.
        binary::flashgate().unwrap();
        let cable = LossyCable::new(loss).unwrap();
        // The kernel sends the rest of a reply for 102 s after the close by default: at 3, 9, 21, 45 and 93 s, if a SYN
        // was lost too. With 15, it is as patient as with an open connection.
        let retries = cable.far().set_sysctl("net.ipv4.tcp_orphan_retries", "15");
        retries.unwrap();
        Self {
            cable,
            folder: Folder::new().unwrap(),
        }
    }

    fn serve(&self, policy: &[u8], port: u16) -> Daemon {
        let name = format!("{port}.xml");
        self.folder.file(&name, policy).unwrap();
        let text = format!(
            "[policy.default]\nfile = \"{name}\"\n[[listen]]\naddress = \"0.0.0.0:{port}\"\n{LIMITS}"
        );
        let config = self.folder.file(&format!("{port}.toml"), text).unwrap();
        let arguments = ["serve".into(), "--config".into(), config.into_os_string()];
        let start = || Daemon::builder().args(arguments).start();
        self.cable.far().run(start).unwrap().unwrap()
    }

    fn run(&self, mut load: Load) -> LoadReport {
        load.sources = lossy::near_addresses().collect();
        load.fetch_deadline = Duration::from_secs(1_200);
        load.total_deadline = Duration::from_secs(1_500);
        self.cable.near().run(|| run(&load)).unwrap().unwrap()
    }

    /// How many packets were lost; a network that loses none proves nothing.
    #[track_caller]
    fn dropped(&self) -> u64 {
        let dropped = self.cable.dropped().unwrap();
        assert!(dropped > 0, "no packet was lost");
        dropped
    }
}

/// Fetches, and checks that this share takes at most 3 s: Flash Player waits no longer.
#[track_caller]
fn arrives(loss: u8, fetches: u64, in_time: f64) {
    let site = Site::new(loss);
    let policy = small();
    let _daemon = site.serve(&policy, 843);
    let mut load = Load::new((FAR, 843).into(), &policy);
    (load.fetches, load.in_flight) = (fetches, short_or_long(1_000, 3_000));
    let report = site.run(load);
    #[expect(clippy::cast_precision_loss, reason = "no count is above 1,000,000")]
    let share = 1.0 - report.over_three_seconds as f64 / fetches as f64;
    figure::report(
        "R7",
        format!(
            "{loss} % loss each way: {} of {fetches} lost, {:.2} % within 3 s, p99 {:.1?}, {} packets lost",
            fetches - report.ok,
            share * 100.0,
            report.percentile(99),
            site.dropped()
        ),
    );
    assert!(report.all_ok(), "{report}");
    assert!(share >= in_time, "{share}: {report}");
}

#[test]
fn every_reply_arrives() {
    if needs::met(lossy::missing()) {
        let share = short_or_long(0.98, 0.995);
        arrives(5, short_or_long(20_000, 1_000_000), share);
    }
}

/// One request in 500 needs over ten seconds to arrive.
#[test]
fn a_fifth_of_the_packets_is_lost() {
    if needs::met(lossy::missing()) {
        let fetches = short_or_long(300, 100_000);
        // With 20 %, the last of a few hundred may take minutes.
        arrives(short_or_long(10, 20), fetches, 0.0);
    }
}

/// No reply is lost, and no connection is reset.
#[test]
fn bytes_behind_the_request() {
    if !needs::met(lossy::missing()) {
        return;
    }
    let site = &Site::new(5);
    let (fetches, in_flight) = short_or_long((300, 100), (50_000, 200));
    let policies = [(843, small()), (844, large())];
    let daemons = policies
        .each_ref()
        .map(|(port, policy)| site.serve(policy, *port));
    let mut loads = Vec::new();
    for (port, policy) in &policies {
        for suffix in [0, 1, 23, 4_096, 65_536] {
            let mut load = Load::new((FAR, *port).into(), policy);
            (load.fetches, load.in_flight, load.suffix) = (fetches, in_flight, suffix);
            loads.push(load);
        }
    }
    let cells = loads.len();
    thread::scope(|scope| {
        for load in loads {
            scope.spawn(move || {
                let suffix = load.suffix;
                let report = site.run(load);
                assert!(report.all_ok(), "{suffix} bytes more: {report}");
            });
        }
    });
    figure::report(
        "R8",
        format!(
            "5 % loss each way, {cells} times {fetches} fetches: 0 lost, 0 reset, {} packets lost",
            site.dropped()
        ),
    );
    drop(daemons);
}
