//! What the process has given up by now, for the messages of whoever then fails: nothing here gives up anything.

use std::collections::BTreeSet;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use rustix::fs::{Access, access};

/// What holds since the process gave up its privileges.
#[derive(Debug)]
pub struct Confinement {
    /// Whom it runs as.
    pub uid: u32,
    /// The folders that can be read; none where no limit could be set.
    pub folders: Option<Vec<PathBuf>>,
    /// The TCP ports that can be connected to; none where no limit could be set.
    pub connect: Option<BTreeSet<u16>>,
    /// Whether names can still be looked up.
    pub lookups: bool,
}

static SINCE_START: OnceLock<Confinement> = OnceLock::new();

/// Remembers it for good.
pub fn note(confinement: Confinement) {
    // It is entered once; a second time would change nothing for the better.
    let _ = SINCE_START.set(confinement);
}

/// Why an address can't be bound that could be after a restart; none where nothing was given up yet.
pub fn explain_bind() -> Option<[&'static str; 2]> {
    SINCE_START.get().map(|_| {
        [
            "restart flashgate: once started it gives up the right to listen on ports that it did not have then",
            "with `handover` in `[process]` nobody is refused meanwhile: start a second flashgate with the new config, \
             and it takes over from this one",
        ]
    })
}

/// The first of these ports that can't be connected to until a restart.
pub fn out_of_reach(ports: &BTreeSet<u16>) -> Option<u16> {
    let granted = SINCE_START.get()?.connect.as_ref()?;
    ports.difference(granted).next().copied()
}

/// Whether names can't be looked up until a restart.
pub fn no_lookups() -> bool {
    SINCE_START.get().is_some_and(|since| !since.lookups)
}

/// Why a file can't be read that could be before; none where that is not the reason.
pub fn explain_read(file: &Path, error: &io::Error) -> Option<String> {
    let confinement = SINCE_START.get()?;
    if error.kind() != ErrorKind::PermissionDenied {
        return None;
    }
    // A file that can't be read can be found all the same.
    let real = file.canonicalize().unwrap_or_else(|_| file.to_owned());
    match &confinement.folders {
        Some(folders) if !folders.iter().any(|folder| real.starts_with(folder)) => Some(format!(
            "restart flashgate: its sandbox lets it read in {} only",
            list(folders)
        )),
        // Owners and modes forbid nothing, and only they are asked here: it is the sandbox.
        Some(folders) if access(file, Access::READ_OK).is_ok() => Some(format!(
            "restart flashgate: its sandbox lets it read in {} only, as they were when it started",
            list(folders)
        )),
        Some(_) | None => Some(format!(
            "make it readable to user {}, which flashgate runs as since it has given up its privileges",
            confinement.uid
        )),
    }
}

fn list(folders: &[PathBuf]) -> String {
    let folders: Vec<_> = folders
        .iter()
        .map(|folder| folder.display().to_string())
        .collect();
    if folders.is_empty() {
        return "no folder of yours".to_owned();
    }
    folders.join(", ")
}
