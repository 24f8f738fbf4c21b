//! A program for another processor, tried in an emulator.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use testkit::client::TestClient;
use testkit::daemon::Daemon;
use testkit::load::REQUEST;

use super::architecture::Architecture;

/// Starts the program as a policy server, asks it as a player does, and stops it.
pub(super) fn try_out(architecture: Architecture, program: &Path) -> Result<()> {
    let builder = Daemon::builder()
        .through(architecture.emulator().iter().copied())
        .binary(program.to_owned())
        .args(["serve", "--listen", "127.0.0.1:0"])
        .args(["--allow", "www.example.com:9339"]);
    let mut daemon = builder.start()?;
    let address = daemon.addresses().first().copied();
    let mut player = TestClient::connect(address.context("it listens nowhere")?)?;
    player.send(REQUEST);
    let reply = player.hear().bytes;
    let reply = String::from_utf8_lossy(&reply);
    ensure!(
        reply.contains("to-ports=\"9339\"") && reply.ends_with('\0'),
        "expected a policy and a NUL, got {reply:?}"
    );
    daemon.terminate()?;
    let status = daemon.wait(Duration::from_secs(20))?;
    ensure!(status.success(), "the program ended with {status}");
    println!("{}: answers players", architecture.target());
    Ok(())
}
