//! The server that all this is about: built as it is released, and started as it is run.

use anyhow::Result;
use testkit::daemon::Daemon;

use super::SERVER_CPU;
use super::site::BenchFolder;

/// Starts it on the servers' CPU, with the site's policy and a port of its own.
pub(super) fn start(site: &BenchFolder) -> Result<Daemon> {
    Daemon::builder()
        .args(["serve", "--listen", "127.0.0.1:0", "--policy"])
        .args([site.policy()])
        .cpu(SERVER_CPU)
        .start()
}
