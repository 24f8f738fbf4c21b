//! R31: how fast it is ready, how fast it refuses a bad config, and how large it is.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use testkit::daemon::Daemon;
use testkit::folder::Folder;
use testkit::scale::{is_long, short_or_long};
use testkit::{binary, figure, needs};

const LIMIT: Duration = Duration::from_millis(30);

/// The median of many runs, or of one.
fn median(mut action: impl FnMut()) -> Duration {
    let mut times: Vec<_> = (0..short_or_long(1, 101))
        .map(|_| {
            let start = Instant::now();
            action();
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[times.len() / 2]
}

#[test]
fn ready() {
    // Built before the first start is timed.
    binary::flashgate().unwrap();
    let took = median(|| drop(Daemon::serve(["--allow", "a.test:80"]).unwrap()));
    figure::report(
        "R31",
        format!("ready, started and killed again within {took:.1?}"),
    );
    assert!(!is_long() || took <= LIMIT, "{took:?}");
}

#[test]
fn a_bad_config() {
    let folder = Folder::new().unwrap();
    let text = "[policy.default]\nrules = [{ domain = \"a.test\", ports = \"80-\" }]\n[[listen]]\nadress = \"843\"\n";
    let config = folder.file("flashgate.toml", text).unwrap();
    let binary = binary::flashgate().unwrap();
    let took = median(|| {
        let output = Command::new(&binary)
            .args(["serve", "--config"])
            .arg(&config)
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        for sign in ["flashgate.toml:2:", "flashgate.toml:4:", "^"] {
            assert!(said.contains(sign), "no {sign:?} in\n{said}");
        }
    });
    figure::report("R31", format!("a bad config refused within {took:.1?}"));
    assert!(!is_long() || took <= LIMIT, "{took:?}");
}

#[test]
fn size() {
    if !needs::met(needs::program("strip")) {
        return;
    }
    let folder = Folder::new().unwrap();
    let stripped = folder.path().join("flashgate");
    let status = Command::new("strip")
        .arg("-o")
        .arg(&stripped)
        .arg(binary::flashgate().unwrap())
        .status();
    assert!(status.unwrap().success());
    let kilobytes = fs::metadata(&stripped).unwrap().len() / 1000;
    figure::report("R31", format!("{kilobytes} kB stripped"));
    assert!(kilobytes <= 10_000, "{kilobytes} kB");
    assert!(
        Command::new(stripped)
            .arg("--version")
            .status()
            .unwrap()
            .success()
    );
}

/// `--check` finds what a start would fail at: a hand-over socket that cannot be created. Below `/run` the service
/// manager may create its folder later.
#[test]
fn check_finds_where_no_socket_can_be() {
    let folder = Folder::new().unwrap();
    folder.file("file", "").unwrap();
    for (path, code, texts) in [
        (
            "missing/door",
            2,
            ["no such file or directory", "create the folder"],
        ),
        ("file", 2, ["found something else", "remove the file"]),
        (
            "file/door",
            2,
            ["found a file", "use a path in an existing folder"],
        ),
        (
            "/run/flashgate-none/door",
            0,
            ["warning[bad-path]", "RuntimeDirectory=flashgate"],
        ),
        ("door", 0, ["", ""]),
    ] {
        let text = format!(
            "[policy.p]\nrules = [{{ domain = \"a.test\", ports = \"80\" }}]\n[[listen]]\naddress = \"127.0.0.1:0\"\n\
             [process]\nhandover = \"{path}\"\n"
        );
        let output = Command::new(binary::flashgate().unwrap())
            .args(["serve", "--check", "--config"])
            .arg(folder.file("flashgate.toml", text).unwrap())
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{path}: {said}");
        for text in texts {
            assert!(said.contains(text), "{path}: {said}");
        }
    }
}
