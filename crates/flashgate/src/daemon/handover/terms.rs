//! What the old process says about itself, so that a takeover can't remove more than a reload could.
//!
//! Each item is a line of the last packet. Older new processes skip the lines, and older old processes send none.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use flashgate_config::snapshot::{Plan, Sight, Watched};
use flashgate_report::render::PlainError;

use super::{PACKET, open_files};

const TLS: &str = "tls";
const STOPPING: &str = "stopping";
const KEPT: &str = "kept ";
const WRITTEN: &str = "written ";

/// The maximum size of all lines of one kind.
const MOST: usize = PACKET / 3;

/// What the old process says about itself.
#[derive(Debug, Default)]
pub(in crate::daemon) struct Terms {
    /// It uses TLS.
    pub(in crate::daemon) tls: bool,
    /// It is stopping, so its listeners may be dropped.
    pub(in crate::daemon) stopping: bool,
    /// Addresses that it listens on and could not bind again.
    pub(in crate::daemon) kept: Vec<SocketAddr>,
    /// The files that are being written, as lines.
    pub(in crate::daemon) written: Vec<String>,
}

impl Terms {
    /// Adds the files that are being written, the most important first.
    pub(in crate::daemon) fn with_written(self, files: &[PathBuf]) -> Self {
        let written = files.iter().map(|file| name(file)).collect();
        Self { written, ..self }
    }

    /// The lines, each with a line break before it.
    pub(super) fn lines(&self) -> String {
        let mut text = String::new();
        for (is_set, flag) in [(self.tls, TLS), (self.stopping, STOPPING)] {
            text.extend(is_set.then_some(["\n", flag]).into_iter().flatten());
        }
        let kept = self.kept.iter().map(|address| format!("\n{KEPT}{address}"));
        text.extend(up_to_most(kept));
        let written = self.written.iter().map(|file| format!("\n{WRITTEN}{file}"));
        text.extend(up_to_most(written));
        text
    }

    /// Parses the lines, and skips unknown ones.
    pub(super) fn read<'a>(lines: impl Iterator<Item = &'a str>) -> Self {
        let mut terms = Self::default();
        for line in lines {
            if let Some(address) = line.strip_prefix(KEPT) {
                terms.kept.extend(address.parse::<SocketAddr>());
            } else if let Some(file) = line.strip_prefix(WRITTEN) {
                terms.written.push(file.to_owned());
            }
            terms.tls |= line == TLS;
            terms.stopping |= line == STOPPING;
        }
        terms
    }

    /// Refuses a plan if one of its files is being written, or has changed since it was read.
    pub(in crate::daemon) fn files_rest(&self, plan: &Plan) -> Result<(), Unrest> {
        let real = |file: &Watched| fs::canonicalize(&file.path).unwrap_or(file.path.clone());
        let files: Vec<_> = plan.watched.iter().map(real).collect();
        let named = files.iter().find(|file| self.written.contains(&name(file)));
        // The old process may not be allowed to watch a folder. Root can see which processes write to the files.
        let written = named.cloned().or_else(|| open_files::written(&files));
        if let Some(file) = written {
            return Err(Unrest::Written(file));
        }
        let has_changed = |file: &&Watched| Sight::of(&file.path) != file.seen;
        match plan.watched.iter().find(has_changed) {
            Some(file) => Err(Unrest::Changed(file.path.clone())),
            None => Ok(()),
        }
    }
}

/// A file that may no longer be what was read.
#[derive(Debug)]
pub(in crate::daemon) enum Unrest {
    Written(PathBuf),
    Changed(PathBuf),
}

impl Unrest {
    pub(in crate::daemon) fn error(&self) -> PlainError {
        match self {
            Self::Written(file) => {
                let message = format!("{} is being written", file.display());
                PlainError::new(&message, &BEING_WRITTEN)
            }
            Self::Changed(file) => {
                let message = format!("{} has changed since it was read", file.display());
                PlainError::new(&message, &CHANGED)
            }
        }
    }
}

const BEING_WRITTEN: [&str; 2] = [
    "start again once the writer has closed it; if no process is writing to it anymore, `touch` it",
    "the running flashgate continues to serve",
];

const CHANGED: [&str; 2] = ["start again", "the running flashgate continues to serve"];

/// As many lines as fit.
fn up_to_most(lines: impl Iterator<Item = String>) -> impl Iterator<Item = String> {
    lines.scan(0, |length, line| {
        *length += line.len();
        (*length <= MOST).then_some(line)
    })
}

/// A path as one line of text. Paths that differ only in bytes that are not UTF-8 look the same.
fn name(path: &Path) -> String {
    path.to_string_lossy().replace('\n', "\u{fffd}")
}
