//! Unused descriptors that the process was started with, from a shell, a supervisor, or a file opened by root.
//!
//! An open file would be available to an intruder, even if the sandbox forbids opening it. So the descriptors are
//! recorded before anything else is opened, and closed once it is known which ones are used. Standard output and
//! standard error stay open. Standard input is never read, and becomes `/dev/null`.

use std::fmt::{self, Display, Formatter};
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

/// What standard input becomes.
const NULL: &str = "/dev/null";

/// Standard input, output and error.
const STANDARD: RawFd = 3;

/// How many are logged individually.
const NAMED: usize = 16;

/// The unused descriptors that were open when the process began.
#[derive(Debug)]
pub(crate) struct Leftover {
    found: io::Result<Vec<Descriptor>>,
}

/// A descriptor and its target. The number may be reused for something else later.
#[derive(Debug, PartialEq, Eq)]
struct Descriptor {
    number: RawFd,
    target: PathBuf,
}

impl Leftover {
    /// Records what is open. Call it before the process opens anything.
    pub(crate) fn note() -> Self {
        Self { found: open() }
    }

    /// Keeps these descriptors open, because they are used.
    pub(crate) fn keep(&mut self, used: impl Iterator<Item = RawFd>) {
        let used: Vec<_> = used.collect();
        if let Ok(found) = &mut self.found {
            found.retain(|descriptor| !used.contains(&descriptor.number));
        }
    }

    /// The descriptors that will be closed.
    pub(super) fn numbers(&self) -> impl Iterator<Item = RawFd> {
        let found = self.found.as_deref().unwrap_or_default();
        found.iter().map(|descriptor| descriptor.number)
    }

    /// Closes the descriptors, and logs them.
    pub(super) fn close(&self) -> Result<(), NotClosed> {
        let found = self.found.as_deref();
        let found = found.map_err(|error| NotClosed::new("read", OWN, error))?;
        let null = File::open(NULL).map_err(|error| NotClosed::new("open", NULL, &error))?;
        dup2_stdin(null)
            .map_err(|errno| NotClosed::new("replace", "standard input", &errno.into()))?;
        for descriptor in found.iter().filter(|it| it.is_same()) {
            close(descriptor.number)
                .map_err(|errno| NotClosed::new("close", descriptor, &errno.into()))?;
        }
        tell(found);
        Ok(())
    }
}

/// What could not be done with which file, and why.
#[derive(Debug)]
pub(crate) struct NotClosed(String);

impl NotClosed {
    fn new(what: &str, file: impl Display, error: &io::Error) -> Self {
        Self(format!("can't {what} {file}: {}", log::reason(error)))
    }
}

impl Display for NotClosed {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Display for Descriptor {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let target = log::escaped(self.target.as_os_str().as_encoded_bytes());
        write!(f, "descriptor {} ({target})", self.number)
    }
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

/// All open descriptors other than the standard streams. The folder's own descriptor is closed before its link is read.
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
            "closed an unused descriptor that flashgate was started with"
        );
    }
    let more = closed.len().saturating_sub(NAMED);
    if more > 0 {
        info!(
            more,
            "closed more unused descriptors that flashgate was started with"
        );
    }
}
