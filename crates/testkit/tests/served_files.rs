//! Files that people really published, through the program: the valid ones are served byte for byte, the others refused.
//!
//! The collection lies beside the repository, in `shared/corpus`, and is not part of it; where it is absent this test
//! has nothing to do. What is found in each file is for the core's own tests to say.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test ends where it fails, also in the functions it shares with others"
)]

use std::fs;
use std::path::Path;
use std::process::Command;

use testkit::client::{End, fetch};
use testkit::daemon::Daemon;

/// Judged strictly these are invalid for a header rule, which Flash ignores: they are served, with a warning.
const WARNED_ONLY: [&str; 2] = ["030.xml", "054.xml"];

#[test]
fn every_file_of_the_corpus() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let Ok(table) = fs::read_to_string(folder.join("VERDICTS.tsv")) else {
        return;
    };
    for line in table.lines().skip(1) {
        let columns: Vec<_> = line.split('\t').collect();
        let path = folder.join(columns[0]);
        if columns[2].starts_with("yes") || WARNED_ONLY.contains(&columns[0]) {
            let daemon = Daemon::serve(["--policy".into(), path.clone().into_os_string()]).unwrap();
            let heard = fetch(daemon.address()).unwrap();
            assert_eq!(
                heard.bytes,
                [fs::read(&path).unwrap(), vec![0]].concat(),
                "{}",
                path.display()
            );
            assert_eq!(heard.end, End::Fin, "{}", path.display());
        } else {
            let binary = testkit::binary::flashgate().unwrap();
            let output = Command::new(binary)
                .args(["serve", "--check", "--policy"])
                .arg(&path)
                .output()
                .unwrap();
            let stderr = String::from_utf8_lossy(&output.stderr);
            assert_eq!(
                output.status.code(),
                Some(2),
                "{}: {stderr}",
                path.display()
            );
            assert!(
                stderr.contains("error[") && stderr.contains("help: "),
                "{}: {stderr}",
                path.display()
            );
        }
    }
}
