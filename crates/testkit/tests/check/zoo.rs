//! Every animal of the zoo: the verdict, its reason, the first cause and the time.

use std::io::Write as _;
use std::sync::Mutex;
use std::thread;

use testkit::needs;
use testkit::zoo::{Animal, Enclosure, all, missing};

use super::docs::validate_all;
use super::{ids, report};

/// Names one animal: then only that one is checked, and its text report is printed.
const ONLY: &str = "ANIMAL";

/// Never reported for a good document, whatever else is wrong.
const BAD: &str = "malformed-policy";

/// A finding about files: on the wire the NUL belongs there.
const OF_THE_WIRE: &str = "trailing-nul";

/// Findings that would contradict each other.
const NEVER_BESIDE: [[&str; 2]; 7] = [
    ["unity-needs-wildcard", "no-rule-matches"],
    ["unity-needs-wildcard", "port-not-granted"],
    ["unity-needs-wildcard", "missing-to-ports"],
    ["silverlight-port", "port-authority"],
    ["scheme-not-granted", "no-rule-matches"],
    ["lightspark-port-range", "no-rule-matches"],
    [
        "site-control-outside-master",
        "site-control-none-with-rules",
    ],
];

/// They wait most of the time.
const AT_ONCE: usize = 6;

#[test]
fn every_animal() {
    if !needs::met(missing()) {
        return;
    }
    let only = std::env::var(ONLY).ok();
    let queue =
        Mutex::new(all().filter(|animal| only.as_deref().is_none_or(|only| only == animal.name)));
    let (faults, reports) = (Mutex::new(Vec::new()), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let Some(animal) = queue.lock().unwrap().next() else {
                        break;
                    };
                    if let Some(fault) = fault(animal, &reports) {
                        faults.lock().unwrap().push(fault);
                    }
                }
            });
        }
    });
    validate_all(&reports.into_inner().unwrap());
    let faults = faults.into_inner().unwrap();
    assert!(
        faults.is_empty(),
        "{} faults:\n{}",
        faults.len(),
        faults.join("\n")
    );
}

/// What is wrong with the report for it.
fn fault(animal: &Animal, reports: &Mutex<Vec<Vec<u8>>>) -> Option<String> {
    let enclosure = Enclosure::of(animal).expect("an enclosure");
    if std::env::var_os(ONLY).is_some() {
        let checked = enclosure.check(animal.asked).expect("a check");
        let shown = [checked.stdout(), checked.stderr()].concat();
        std::io::stdout().write_all(shown.as_bytes()).unwrap();
    }
    let arguments = [animal.asked, &["--format", "json"]].concat();
    let checked = enclosure.check(&arguments).expect("a check");
    let report = report(&checked);
    reports.lock().unwrap().push(checked.output.stdout.clone());
    let expected = animal.expected;
    let ids = ids(&report);
    let elapsed = report["elapsed-ms"].as_u64().expect("a time");
    let [least, most] = expected.takes.map(u64::from);
    let code = i32::from(expected.verdict != "allowed");
    let right = report["verdict"] == expected.verdict
        && report["reason"] == expected.reason
        && ids.first().copied() == expected.cause
        && ids.contains(&BAD) == (expected.cause == Some(BAD))
        && !NEVER_BESIDE
            .iter()
            .any(|pair| pair.iter().all(|id| ids.contains(id)))
        && !ids.contains(&OF_THE_WIRE)
        && (least..=most).contains(&elapsed)
        && checked.code() == Some(code);
    (!right).then(|| {
        format!(
            "{}: expected {} {} {:?} within {least}..={most}, found {} {} {ids:?} after {elapsed} ({:?})",
            animal.name,
            expected.verdict,
            expected.reason,
            expected.cause,
            report["verdict"],
            report["reason"],
            checked.code()
        )
    })
}

/// The tests are only as good as the zoo is large.
#[test]
fn names_are_unique_and_many() {
    let mut names: Vec<_> = all().map(|animal| animal.name).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
    assert!(count >= 60, "{count}");
}
