//! Descriptors that the process was started with and does not use: a shell's, a supervisor's, a file of root's.
//!
//! A file that is open already is open to an intruder too, whatever the sandbox says of opening it. So the numbers are noted
//! before anything else is opened, and closed once it is clear which of them are used. Standard output and error stay
//! as they are; standard input is never read, and becomes `/dev/null`.

use std::fs::{self, File};
use std::io;
use std::os::fd::RawFd;
use std::path::PathBuf;

use nix::unistd::close;
use rustix::stdio::dup2_stdin;
use tracing::info;

use crate::log;

/// Where the kernel lists the descriptors of this process (`proc_pid_fd(5)`).
const OWN: &str = "/proc/self/fd";

/// Standard input, output and error.
const STANDARD: RawFd = 3;

/// How many are named in the log one by one.
const NAMED: usize = 16;

/// What was open when the process began, and is not in use.
#[derive(Debug)]
pub(crate) struct Leftover {
    found: io::Result<Vec<Descriptor>>,
}

/// A descriptor, and what it was open on: later the number may stand for something else.
#[derive(Debug, PartialEq, Eq)]
struct Descriptor {
    number: RawFd,
    target: PathBuf,
}

impl Leftover {
    /// Notes what is open; to be called before the process opens anything.
    pub(crate) fn note() -> Self {
        Self { found: open() }
    }

    /// Keeps those open that are in use.
    pub(crate) fn keep(&mut self, used: impl Iterator<Item = RawFd>) {
        let used: Vec<_> = used.collect();
        if let Ok(found) = &mut self.found {
            found.retain(|descriptor| !used.contains(&descriptor.number));
        }
    }

    /// The numbers of those to be closed.
    pub(super) fn numbers(&self) -> impl Iterator<Item = RawFd> {
        let found = self.found.as_deref().unwrap_or_default();
        found.iter().map(|descriptor| descriptor.number)
    }

    /// Closes them, and names them in the log.
    pub(super) fn close(&self) -> io::Result<()> {
        let found = self.found.as_deref().map_err(copied)?;
        dup2_stdin(File::open("/dev/null")?)?;
        for descriptor in found.iter().filter(|it| it.is_same()) {
            close(descriptor.number)?;
        }
        tell(found);
        Ok(())
    }
}

/// The same error again: an [`io::Error`] can't be cloned.
fn copied(error: &io::Error) -> io::Error {
    error
        .raw_os_error()
        .map_or_else(|| error.kind().into(), io::Error::from_raw_os_error)
}

impl Descriptor {
    fn of(number: RawFd) -> Option<Self> {
        let target = fs::read_link(format!("{OWN}/{number}")).ok()?;
        Some(Self { number, target })
    }

    fn is_same(&self) -> bool {
        Self::of(self.number).as_ref() == Some(self)
    }
}

/// All that is open but the standard streams. The folder's own descriptor is gone before its link is read.
fn open() -> io::Result<Vec<Descriptor>> {
    let entries: Vec<_> = fs::read_dir(OWN)?.collect();
    let mut found = Vec::new();
    for entry in entries {
        let number = entry?.file_name().to_string_lossy().parse::<RawFd>();
        found.extend(number.ok().filter(|number| *number >= STANDARD));
    }
    Ok(found.into_iter().filter_map(Descriptor::of).collect())
}

fn tell(closed: &[Descriptor]) {
    for Descriptor { number, target } in closed.iter().take(NAMED) {
        let target = log::escaped(target.as_os_str().as_encoded_bytes());
        info!(
            descriptor = number,
            target = %target,
            "closed a descriptor that flashgate was started with and does not use"
        );
    }
    let more = closed.len().saturating_sub(NAMED);
    if more > 0 {
        info!(
            more,
            "closed further descriptors that flashgate was started with"
        );
    }
}
