//! Finds or builds the program under test: built once, as users get it.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::OnceLock;

use anyhow::{Context as _, Result, bail};

use crate::cargo;

/// The environment variables that set what flags of `serve` set. Processes under test must not inherit them.
pub const VARIABLES: [&str; 11] = [
    "FLASHGATE_ALLOW",
    "FLASHGATE_POLICY",
    "FLASHGATE_LISTEN",
    "FLASHGATE_PUBLIC_PORT",
    "FLASHGATE_GATE",
    "FLASHGATE_BRIDGE",
    "FLASHGATE_PUBLIC_URL",
    "FLASHGATE_HOST",
    "FLASHGATE_ADMIN",
    "FLASHGATE_CONFIG",
    "FLASHGATE_LOG_FORMAT",
];

/// The first build of this process, or the program that was provided.
static BUILT: OnceLock<PathBuf> = OnceLock::new();

/// The `flashgate` to test: `FLASHGATE_BIN` if it is set, else the release build of this workspace.
pub fn flashgate() -> Result<PathBuf> {
    match env::var_os("FLASHGATE_BIN") {
        Some(path) => Ok(path.into()),
        None => once(&BUILT, || build(&[])),
    }
}

/// Makes [`flashgate`] return this program, unless it already returned another.
pub fn provide(program: PathBuf) {
    BUILT.get_or_init(|| program);
}

/// A `flashgate` that panics on request, in a separate build folder.
///
/// It ignores `FLASHGATE_BIN`, because no released program can do this.
pub fn with_faults() -> Result<PathBuf> {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    once(&BUILT, || {
        let arguments = QUICKLY_WITH_FAULTS.map(OsString::from);
        build(&[&arguments[..], &[fault_folder()?.into()]].concat())
    })
}

/// The program from the first build, or from a build now.
fn once(cell: &OnceLock<PathBuf>, build: impl FnOnce() -> Result<PathBuf>) -> Result<PathBuf> {
    if let Some(path) = cell.get() {
        return Ok(path.clone());
    }
    let path = build()?;
    Ok(cell.get_or_init(|| path).clone())
}

/// Its speed is not measured, so it is built without full optimization, in half the time.
const QUICKLY_WITH_FAULTS: [&str; 9] = [
    "--config",
    "profile.release.lto=\"off\"",
    "--config",
    "profile.release.opt-level=1",
    "--config",
    "profile.release.codegen-units=16",
    "--features",
    "fault-injection",
    "--target-dir",
];

/// Next to `release`, which contains the running test.
fn fault_folder() -> Result<PathBuf> {
    let test = env::current_exe().context("can't find the path of this test")?;
    let target = test.ancestors().nth(3);
    let target = target.with_context(|| format!("no build folder above {}", test.display()))?;
    Ok(target.join("fault-injection"))
}

fn build(further: &[OsString]) -> Result<PathBuf> {
    let arguments = [
        "build",
        "--release",
        "--package",
        "flashgate",
        "--message-format",
        "json",
    ];
    let output = cargo::command()
        .args(arguments)
        .args(further)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .context("can't run cargo to build flashgate")?;
    if !output.status.success() {
        bail!(
            "can't build flashgate:\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let executable = text
        .lines()
        .filter(|line| line.contains("\"name\":\"flashgate\""))
        .find_map(executable);
    executable.context("cargo did not print the path of the flashgate that it built")
}

/// The value of `"executable"` in one of cargo's messages.
fn executable(message: &str) -> Option<PathBuf> {
    let (_, rest) = message.split_once("\"executable\":\"")?;
    rest.split('"').next().map(PathBuf::from)
}
