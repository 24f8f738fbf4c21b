//! Starts the release build of flashgate.

use anyhow::Result;
use testkit::daemon::Daemon;

use super::SERVER_CPU;
use super::site::BenchFolder;

/// Starts it on the servers' CPU, with the site's policy and on a free port.
pub(super) fn start(site: &BenchFolder) -> Result<Daemon> {
    Daemon::builder()
        .args(["serve", "--listen", "127.0.0.1:0", "--policy"])
        .args([site.policy()])
        .cpu(SERVER_CPU)
        .start()
}
