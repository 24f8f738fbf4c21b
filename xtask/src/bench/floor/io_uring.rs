//! The floor with `io_uring`: a C program, built when it starts.
//!
//! The kernel or a sandbox may refuse `io_uring`; the program then says so and ends before it prints an address.

use std::fs::File;
use std::io::Write as _;
use std::net::SocketAddr;
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};

use super::super::site::BenchFolder;

const SOURCE: &str = include_str!("io_uring.c");

/// Replaces this process by the program, which prints the address and serves the policy.
pub(super) fn serve(listener: OwnedFd, policy: &Path, address: SocketAddr) -> Result<()> {
    let program = build()?;
    let error = Command::new(format!("/proc/self/fd/{}", program.as_raw_fd()))
        .arg(policy)
        .arg(address.to_string())
        .stdin(Stdio::from(listener))
        .exec();
    Err(error).context("cannot run the program for io_uring")
}

/// The program as an open file that has no name.
fn build() -> Result<File> {
    let folder = BenchFolder::new()?;
    let path = folder.path("io-uring");
    let mut compiler = Command::new("cc")
        .args(["-O2", "-Wall", "-Wextra", "-x", "c", "-", "-o"])
        .arg(&path)
        .stdin(Stdio::piped())
        .spawn()
        .context("cannot start cc, the C compiler")?;
    let input = compiler.stdin.take().context("cc has no input")?;
    // If cc ends before it has read everything, its status says so.
    let _ = { input }.write_all(SOURCE.as_bytes());
    ensure!(
        compiler.wait()?.success(),
        "cc cannot build the floor with io_uring"
    );
    File::open(&path).with_context(|| format!("cannot open {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_builds_and_leaves_no_folder() {
        let program = build().unwrap();
        assert!(program.metadata().unwrap().len() > 0);
        // The name of the folder is free again.
        drop(BenchFolder::new().unwrap());
    }
}
