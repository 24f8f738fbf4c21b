//! What a test needs beyond this workspace: a program, or root.
//!
//! Where it is missing, a test says so and passes, so that everybody can run the others; with `CI` set it fails.

use std::process::{Command, Stdio};

/// Whether a test can go on; says why not on standard error.
///
/// # Panics
///
/// Under CI, where nothing may be left out.
#[expect(
    clippy::print_stderr,
    reason = "a test has no other way to say that it was left out"
)]
pub fn met(missing: Option<String>) -> bool {
    let Some(missing) = missing else { return true };
    assert!(
        std::env::var_os("CI").is_none(),
        "this test can't be left out under CI: {missing}"
    );
    eprintln!("skipped: {missing}");
    false
}

/// What is missing if a program can't be run.
pub fn program(name: &str) -> Option<String> {
    let runs = Command::new(name)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok();
    (!runs).then(|| format!("the program `{name}` is not installed"))
}

/// What is missing if the test does not run as root.
pub fn root() -> Option<String> {
    let root = rustix::process::geteuid().is_root();
    (!root).then(|| "the test needs root".to_owned())
}
