//! Running cargo from a program that cargo itself runs.

use std::env;
use std::process::Command;

/// The variables in which cargo tells a program about its package start with these.
const ABOUT_PACKAGE: [&str; 2] = ["CARGO_PKG_", "CARGO_MANIFEST_"];

/// The cargo that runs this program, or the installed one.
pub fn command() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    forget_package(&mut command);
    command
}

/// Hides from a command what cargo says about the package of this program.
///
/// Some build scripts run again when it changes, such as the one of `ring`. Everything that depends on them would be
/// built again after every change from one package's program to another's.
pub fn forget_package(command: &mut Command) {
    for (name, _) in env::vars_os() {
        if ABOUT_PACKAGE
            .iter()
            .any(|start| name.to_string_lossy().starts_with(start))
        {
            command.env_remove(name);
        }
    }
}
