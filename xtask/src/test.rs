//! Runs the tests after installing what they need.

use std::path::Path;

use anyhow::Result;
use testkit::container;

use crate::command::{cargo, step};
use crate::package::image;
use crate::{needs, ruffle};

/// The published libraries. Their tests need features that the program does not use.
pub(crate) const LIBRARIES: [&str; 2] = ["flash-policy", "tokio-flash-policy"];

/// Runs every test of the workspace, with this program or with a new build.
pub(crate) fn run(program: Option<&Path>) -> Result<()> {
    needs::install()?;
    ruffle::fetch()?;
    collected_policies()?;
    // Optimized, because there are tens of thousands of tests.
    let test = ["test", "--profile", "checks", "--no-fail-fast"];
    let [first, second] = LIBRARIES;
    let libraries = ["--package", first, "--package", second, "--all-features"];
    cargo(&[&test[..], &libraries].concat())?;
    let others = ["--workspace", "--exclude", first, "--exclude", second];
    let mut command = testkit::cargo::command();
    command.args(test).args(others);
    if let Some(program) = program {
        command.env("FLASHGATE_BIN", program);
    }
    step(command.envs(image::for_tests()?.map(|archive| (container::VARIABLE, archive))))
}

/// Runs the tests with the collection of published policies, which is next to the repository or not there.
fn collected_policies() -> Result<()> {
    let collection = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus");
    if !collection.is_dir() {
        println!(
            "skipped: no collection of policies at {}",
            collection.display()
        );
        return Ok(());
    }
    let test = [
        "test",
        "--profile",
        "checks",
        "--package",
        "flash-policy",
        "--all-features",
    ];
    let ignored = ["--test", "corpus", "--", "--ignored"];
    cargo(&[&test[..], &ignored].concat())
}
