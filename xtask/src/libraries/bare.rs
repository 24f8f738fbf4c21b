//! flash-policy without an operating system: on a microcontroller and in a browser.
//!
//! Debian's compiler comes with the sources of `core` and `alloc`, so no target needs to be downloaded.

use std::process::Command;

use anyhow::Result;
use testkit::needs::{met, program};

use crate::command::step;
use crate::tools;

const TARGETS: [&str; 2] = ["thumbv7em-none-eabi", "wasm32-unknown-unknown"];

/// Without features, and with those that users get if they choose none.
const FEATURES: [&[&str]; 2] = [&["--no-default-features"], &[]];

/// Debian's, which must not be confused with rustup's.
const CARGO: &str = "/usr/bin/cargo";
const RUSTC: &str = "/usr/bin/rustc";

/// Builds the library for each target.
pub(super) fn check() -> Result<()> {
    if !(met(program(CARGO)) && met(program(RUSTC))) {
        return Ok(());
    }
    let folder = tools::folder("bare")?;
    for target in TARGETS {
        for features in FEATURES {
            let mut command = Command::new(CARGO);
            command
                .args(["build", "--quiet", "--package", "flash-policy"])
                .args(["-Zbuild-std=core,alloc", "--target", target])
                .args(features)
                .arg("--target-dir")
                .arg(&folder)
                .env("RUSTC", RUSTC)
                .env("RUSTC_BOOTSTRAP", "1")
                // Flags for the linker of this machine.
                .env_remove("RUSTFLAGS");
            step(&mut command)?;
        }
    }
    Ok(())
}
