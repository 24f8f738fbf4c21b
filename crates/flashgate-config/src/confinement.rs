//! The privileges that the process has given up, for later error messages. Nothing here gives up anything.

use std::collections::BTreeSet;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use rustix::fs::{Access, access};

use crate::account::Account;

/// The state since the process gave up its privileges.
#[derive(Debug)]
pub struct Confinement {
    /// The user that it runs as.
    pub uid: u32,
    /// The folders that it can read. None if no limit could be set.
    pub folders: Option<Vec<PathBuf>>,
    /// The TCP ports that it can connect to. None if no limit could be set.
    pub connect: Option<BTreeSet<u16>>,
    /// Whether names can still be looked up.
    pub lookups: bool,
}

static SINCE_START: OnceLock<Confinement> = OnceLock::new();

/// Records it permanently.
pub fn note(confinement: Confinement) {
    // The sandbox is entered once, so a second call is ignored.
    let _ = SINCE_START.set(confinement);
}

/// How to restart without an outage.
pub const BY_HANDOVER: &str = "or, with `handover` set, without refusing a client: run `systemctl reload`, or start a second flashgate, which \
     takes over from this one";

/// Why an address can't be bound without a restart. None if nothing was given up yet.
pub fn explain_bind() -> Option<[&'static str; 2]> {
    SINCE_START.get().map(|_| {
        [
            "restart flashgate: after its start, it can't listen on further ports",
            BY_HANDOVER,
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

/// What helps if a file can't be read. None if permissions are not the reason.
pub fn explain_read(file: &Path, error: &io::Error) -> Option<String> {
    if error.kind() != ErrorKind::PermissionDenied {
        return None;
    }
    let Some(confinement) = SINCE_START.get() else {
        return Some(readable_for(&Account::own_name()));
    };
    // A file that can't be read can still be resolved.
    let real = file.canonicalize().unwrap_or_else(|_| file.to_owned());
    match &confinement.folders {
        Some(folders) if !folders.iter().any(|folder| real.starts_with(folder)) => Some(format!(
            "restart flashgate: its sandbox allows it to read only in {}",
            list(folders)
        )),
        // `access` checks only owners and modes, and they allow it, so the sandbox is the reason.
        Some(folders) if access(file, Access::READ_OK).is_ok() => Some(format!(
            "restart flashgate: its sandbox allows it to read only in {}, as they were when it started",
            list(folders)
        )),
        // A look-up of the user's name would need the sandbox to allow it.
        Some(_) | None => Some(readable_for(&confinement.uid.to_string())),
    }
}

fn readable_for(user: &str) -> String {
    format!("make it readable for user {user}, which flashgate runs as")
}

fn list(folders: &[PathBuf]) -> String {
    let folders: Vec<_> = folders
        .iter()
        .map(|folder| folder.display().to_string())
        .collect();
    if folders.is_empty() {
        return "none of your folders".to_owned();
    }
    folders.join(", ")
}
