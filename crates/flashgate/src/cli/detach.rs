//! `serve --detach`: starts the same command in the background, and ends once that serves or has failed.
//!
//! A unit's `ExecReload=` is a command that has to end, so this is how it starts a successor. The two are joined by a
//! socket, the successor's standard input: it tells there that it serves, and the kernel ends the socket if it fails.
//!
//! A process in between starts the successor and ends at once. So the service manager is the successor's parent before it
//! hears that this is the main process: systemd does not wait for a main process that is not its child, but kills it.

use std::env;
use std::io::{self, Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::process::Command;
use std::time::Duration;

use flashgate_report::render;

use crate::daemon::{SERVES, STARTER};
use crate::exit::Exit;
use crate::log;

/// The flag itself, which the background process does not get.
const FLAG: &str = "--detach";

/// How long it may take to serve: until the predecessor has given it up, and less than the 90 s that systemd gives a
/// reload.
const LIMIT: Duration = Duration::from_secs(65);

/// What the process in between finds as [`STARTER`].
const BETWEEN: &str = "between";

/// Starts the command without the flag.
pub(super) fn run() -> Exit {
    let is_between = env::var_os(STARTER).is_some_and(|starter| starter == BETWEEN);
    let started = if is_between { start_and_end() } else { start() };
    started.unwrap_or_else(|error| {
        let message = format!("can't start in the background: {}", log::reason(&error));
        render::plain_error(&message, &[]);
        Exit::System
    })
}

/// Waits until the process in between has ended, where this is a process that `--detach` has started.
pub(super) fn wait_until_orphan() {
    if env::var_os(STARTER).is_some() {
        // An end instead means that the one that waits has ended; this one is as good as any other start then.
        let _ = io::stdin().read_exact(&mut [0; 1]);
    }
}

/// Starts the process that serves, on the same standard input.
fn start_and_end() -> io::Result<Exit> {
    Command::new(env::current_exe()?)
        .args(env::args_os().skip(1).filter(|argument| argument != FLAG))
        .env(STARTER, "stdin")
        // A Ctrl-C in this terminal is not meant for it.
        .process_group(0)
        .spawn()?;
    Ok(Exit::Success)
}

/// Starts the process in between, and waits until what that started serves or has ended.
fn start() -> io::Result<Exit> {
    let (mut ours, theirs) = UnixStream::pair()?;
    ours.set_read_timeout(Some(LIMIT))?;
    Command::new(env::current_exe()?)
        .args(env::args_os().skip(1))
        .env(STARTER, BETWEEN)
        .stdin(OwnedFd::from(theirs))
        .spawn()?
        .wait()?;
    ours.write_all(b"\n")?;
    let mut said = [0; SERVES.len()];
    match ours.read_exact(&mut said) {
        Ok(()) if said == SERVES => return Ok(Exit::Success),
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
            let message = format!("it does not serve after {} s", LIMIT.as_secs());
            render::plain_error(&message, &[]);
        }
        // It has said why.
        Ok(()) | Err(_) => {}
    }
    Ok(Exit::System)
}
