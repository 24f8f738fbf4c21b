//! `serve --detach`: starts the same command in the background, and exits once it serves or has failed.
//!
//! The command in a unit's `ExecReload=` has to exit, so this is how it starts the new process. A socket connects the
//! two. It is the standard input of the new process, which reports there that it serves. If the new process dies, the
//! kernel closes the socket.
//!
//! An intermediate process starts the new process and exits at once. This makes the service manager the parent of the
//! new process before that is announced as the main process: systemd kills a new main process that is not its child.

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

/// The flag itself, which is removed for the background process.
const FLAG: &str = "--detach";

/// The time limit for the new process to start serving. It covers the time until the old process gives up on it, and is
/// shorter than the 90 s that systemd allows for a reload.
const LIMIT: Duration = Duration::from_secs(65);

/// The value of [`STARTER`] in the intermediate process.
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

/// In a process started by `--detach`, waits until the intermediate process has exited.
pub(super) fn wait_until_orphan() {
    if env::var_os(STARTER).is_some() {
        // An end of file means that the waiting process is gone. This start then continues like any other.
        let _ = io::stdin().read_exact(&mut [0; 1]);
    }
}

/// Starts the process that serves, on the same standard input.
fn start_and_end() -> io::Result<Exit> {
    Command::new(env::current_exe()?)
        .args(env::args_os().skip(1).filter(|argument| argument != FLAG))
        .env(STARTER, "stdin")
        // Ctrl-C in this terminal must not stop the new process.
        .process_group(0)
        .spawn()?;
    Ok(Exit::Success)
}

/// Starts the intermediate process, and waits until the new process serves or has ended.
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
            let message = format!("the new process is not serving after {} s", LIMIT.as_secs());
            render::plain_error(&message, &[]);
        }
        // The new process has printed the reason.
        Ok(()) | Err(_) => {}
    }
    Ok(Exit::System)
}
