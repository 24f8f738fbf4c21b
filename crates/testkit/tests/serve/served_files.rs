//! Published files, served by the program: the valid ones are served byte for byte, the others refused.
//!
//! The collection is next to the repository, in `shared/corpus`, and is not part of it; without it this test does
//! nothing. The library's own tests check what is found in each file.

use std::fs;
use std::path::Path;
use std::process::Command;

use testkit::client::{StreamEnd, fetch};
use testkit::daemon::Daemon;
use testkit::folder::Folder;

/// Checked strictly these are invalid because of a header rule, which Flash ignores: they are served, with a warning.
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
            assert_eq!(heard.end, StreamEnd::Fin, "{}", path.display());
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

/// Players stop at the first NUL, so a file with more after it works; one NUL is sent, and nothing after it.
#[test]
fn what_stands_behind_the_nul_stays_here() {
    let policy = "<cross-domain-policy><allow-access-from domain=\"www.games.test\" to-ports=\"9339\"/></cross-domain-policy>";
    let folder = Folder::new().unwrap();
    for behind in ["\0", "\0\n", "\0\0", "\0\r\n\0", "\0<!-- x -->"] {
        let path = folder
            .file("policy.xml", [policy, behind].concat())
            .unwrap();
        let daemon = Daemon::serve(["--policy".into(), path.into_os_string()]).unwrap();
        let heard = fetch(daemon.address()).unwrap();
        assert_eq!(
            heard.bytes,
            [policy, "\0"].concat().as_bytes(),
            "{behind:?}"
        );
        assert_eq!(heard.end, StreamEnd::Fin, "{behind:?}");
    }
}

/// What a wildcard opens depends on the port that serves the policy, here as in `lint --port`.
#[test]
fn a_high_port_opens_no_mail() {
    let folder = Folder::new().unwrap();
    let policy = "<cross-domain-policy><allow-access-from domain=\"www.games.test\" to-ports=\"*\"/></cross-domain-policy>";
    let path = folder.file("policy.xml", policy).unwrap();
    let told = |listen: &[&str]| {
        let mut command = Command::new(testkit::binary::flashgate().unwrap());
        command.args(["serve", "--check", "--policy"]).arg(&path);
        for address in listen {
            command.args(["--listen", address]);
        }
        let stderr = command.output().unwrap().stderr;
        String::from_utf8(stderr).unwrap()
    };
    let high = "`*` opens every port of this machine from 1024 up";
    let all = "`*` opens every port of this machine, including mail";
    let alone = told(&["127.0.0.1:9339"]);
    assert!(alone.contains(high) && !alone.contains(all), "{alone}");
    // The lowest port opens the most, and it is reported once.
    let both = told(&["127.0.0.1:9339", "127.0.0.1:843"]);
    assert!(!both.contains(high) && both.contains(all), "{both}");
}
