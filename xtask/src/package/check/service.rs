//! The service in a tree without systemd: started by the unit's command, as the unit's user, with the unit's privilege.

use std::fs;
use std::net::TcpListener;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use testkit::daemon::Daemon;
use testkit::namespace::Namespace;

use super::expect;
use super::tree::Tree;
use crate::command::output;

/// The folder that systemd would create for the service.
const RUNTIME: &str = "run/flashgate";

/// Starts the service, lets `flashgate check` connect as a player does, and stops it.
pub(super) fn start_and_check(tree: &Tree, unit: &str) -> Result<()> {
    let words = command(tree, unit)?;
    let user = "flashgate";
    fs::create_dir_all(tree.path(RUNTIME))?;
    tree.output("chown", &["flashgate:flashgate", &format!("/{RUNTIME}")])?;
    let privilege = "+net_bind_service";
    let become_user = [
        &["setpriv", "--reuid", user, "--regid", user, "--init-groups"][..],
        &["--inh-caps", privilege, "--ambient-caps", privilege],
    ]
    .concat();
    serve_and_check(tree, &become_user, &words)
}

/// Runs a command in the tree that serves, and lets `flashgate check` connect as a player does.
pub(super) fn serve_and_check(tree: &Tree, through: &[&str], words: &[String]) -> Result<()> {
    let [program, arguments @ ..] = words else {
        bail!("the command is empty");
    };
    let network = Namespace::new()?;
    // The game server behind the gate, which says nothing.
    let server = network.run(|| TcpListener::bind("127.0.0.1:9340"))??;
    let builder = Daemon::builder()
        .through(tree.enter())
        .through(through.iter().copied())
        .binary(program.into())
        .args(arguments.iter().cloned());
    let mut daemon = network.run(|| builder.start())??;
    let check = [
        "check",
        "127.0.0.1:9339",
        "--from",
        "http://www.example.com/game.swf",
    ];
    let mut command = tree.command(program);
    let said = network.run(|| output(command.args(check)))??;
    expect(&String::from_utf8_lossy(&said), "allowed")?;
    // Otherwise the daemon would wait for it, up to `drain`.
    drop(server);
    daemon.terminate()?;
    let status = daemon.wait(Duration::from_secs(20))?;
    ensure!(status.success(), "the service ended with {status}");
    Ok(())
}

/// The words of `ExecStart=` in an installed unit.
fn command(tree: &Tree, unit: &str) -> Result<Vec<String>> {
    let path = tree.path("usr/lib/systemd/system").join(unit);
    let text = fs::read_to_string(&path).with_context(|| format!("no {}", path.display()))?;
    let mut lines = text.lines();
    let line = lines.find_map(|line| line.strip_prefix("ExecStart="));
    let line = line.with_context(|| format!("{unit} starts nothing"))?;
    let words = line.replace("%t", "/run");
    Ok(words.split_whitespace().map(str::to_owned).collect())
}
