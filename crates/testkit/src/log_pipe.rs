//! Fills the pipe that a daemon's log goes to, so that the daemon cannot write to it.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;

use anyhow::{Context as _, Result};
use rustix::fs::OFlags;

use crate::daemon::Daemon;

/// Fills it through a non-blocking descriptor; the daemon's own descriptor stays blocking. Nothing may read the pipe
/// during this.
pub fn fill(daemon: &Daemon) -> Result<()> {
    let mut pipe = OpenOptions::new()
        .write(true)
        .custom_flags(OFlags::NONBLOCK.bits().cast_signed())
        .open(format!("/proc/{}/fd/2", daemon.pid()))
        .context("can't open the daemon's standard error")?;
    for size in [4096, 1] {
        while pipe.write(&vec![b'\n'; size]).is_ok() {}
    }
    Ok(())
}
