//! Starts the release build of flashgate.

use std::net::Ipv4Addr;

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

/// Starts it at an address, without limits for the addresses of the benchmarks' own networks.
pub(super) fn start_at(site: &BenchFolder, ip: Ipv4Addr) -> Result<Daemon> {
    let config = format!(
        "[policy.default]\nfile = \"policy.xml\"\n[[listen]]\naddress = \"{ip}:0\"\n\
         [limits]\nexempt = [\"127.0.0.0/8\", \"10.99.0.0/16\"]\n"
    );
    let config = site.write("policy-server.toml", &config)?;
    Daemon::builder()
        .args(["serve", "--config"])
        .args([config])
        .cpu(SERVER_CPU)
        .start()
}
