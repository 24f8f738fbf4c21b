//! Files that people really published: the valid ones pass, the others are refused with a finding that says why.
//!
//! The collection lies beside the repository, in `shared/corpus`, and is not part of it; where it is absent this test
//! has nothing to do.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test ends where it fails, also in the functions it shares with others"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use flash_policy::{Port, Reply, Report, Serving, Severity, lint};

/// Judged strictly, a header rule makes a socket policy invalid; Flash ignores it, so here it is a warning.
const WARNED_ONLY: [&str; 2] = ["030.xml", "054.xml"];

fn folder() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    folder.is_dir().then_some(folder)
}

#[test]
fn verdicts() {
    let Some(folder) = folder() else { return };
    let table = fs::read_to_string(folder.join("VERDICTS.tsv")).unwrap();
    let mut judged = 0;
    for line in table.lines().skip(1) {
        let mut columns = line.split('\t');
        let (name, well_formed, valid) = (
            columns.next().unwrap(),
            columns.next().unwrap(),
            columns.next().unwrap(),
        );
        let problems: Vec<_> = columns.next().unwrap_or_default().split(';').collect();
        let bytes = fs::read(folder.join(name)).unwrap();
        let report = lint(&bytes, Serving::from_port(Port::MASTER));
        let valid = valid.starts_with("yes") || WARNED_ONLY.contains(&name);
        assert_eq!(
            !report.has_errors(),
            valid,
            "{name}: {:#?}",
            report.findings
        );
        let malformed = report
            .findings
            .iter()
            .any(|finding| finding.rule == "malformed-xml");
        assert_eq!(!malformed, well_formed.starts_with("yes"), "{name}");
        named_problems(name, &problems, &report);
        if valid {
            let reply = Reply::from_file(&bytes).unwrap();
            assert_eq!(reply.as_bytes(), [&bytes[..], b"\0"].concat(), "{name}");
        }
        judged += 1;
    }
    assert!(judged > 60, "{judged} files judged");
}

/// The faults that this crate has a rule for are found under their names.
fn named_problems(name: &str, problems: &[&str], report: &Report) {
    let count = |rule: &str| {
        report
            .findings
            .iter()
            .filter(|finding| finding.rule == rule)
            .count()
    };
    // A file that stops the parser, or whose root is another, has no more to say; nor has a rule left out for a fault.
    let readable = report.policy.is_some();
    let complete = readable
        && !report
            .findings
            .iter()
            .any(|finding| finding.severity == Severity::Error);
    let ours: BTreeMap<&str, bool> = BTreeMap::from([
        ("template-placeholder", true),
        ("bom", true),
        ("malformed-xml", true),
        ("wrong-root", true),
        ("missing-to-ports", readable),
        ("bad-port-range", readable),
        ("partial-wildcard", readable),
        ("unknown-element", readable),
        ("domain-with-port", readable),
        ("domain-with-path", readable),
        ("header-rule-in-socket-policy", readable),
        ("identity-rule-in-socket-policy", readable),
        ("secure-true-on-socket", complete),
        ("no-rules", complete),
        ("wildcard-domain", complete),
        ("wildcard-ports", complete),
    ]);
    for problem in problems {
        if ours.get(problem) == Some(&true) {
            assert!(
                count(problem) > 0,
                "{name}: expected {problem}, found {:#?}",
                report.findings
            );
        }
    }
}
