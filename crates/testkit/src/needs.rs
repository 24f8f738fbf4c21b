//! What a test needs beyond this workspace: a program, or root.
//!
//! If it is missing, a test says so and passes, so that everyone can run the others. With `CI` set it fails.

use std::process::{Command, Stdio};

/// Whether a test can run; prints the reason to standard error if not.
///
/// # Panics
///
/// In CI, where no test may be skipped.
#[expect(
    clippy::print_stderr,
    reason = "a test has no other way to report that it was skipped"
)]
pub fn met(missing: Option<String>) -> bool {
    let Some(missing) = missing else { return true };
    assert!(
        std::env::var_os("CI").is_none(),
        "this test must not be skipped in CI: {missing}"
    );
    eprintln!("skipped: {missing}");
    false
}

/// The message if a program cannot be run.
pub fn program(name: &str) -> Option<String> {
    let runs = Command::new(name)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok();
    (!runs).then(|| format!("the program `{name}` is not installed"))
}

/// The message if the test does not run as root.
pub fn root() -> Option<String> {
    let root = rustix::process::geteuid().is_root();
    (!root).then(|| "the test needs root".to_owned())
}
