//! Ports for programs and configs that must name one and cannot use port 0.
//!
//! A port that was free a moment ago may belong to another program now, because the system gives it to any program that
//! asks for a free one. So these ports are below the system's range (ip(7), `ip_local_port_range`), and each stays
//! locked until this process ends. Tests that run at the same time, in this process or in another one, never get the
//! same port.

use std::env;
use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context as _, Result, bail};
use rustix::fs::{FlockOperation, flock};
use rustix::process::getuid;

/// Below the default range of Linux, and above the ports that most programs use.
const FIRST: u16 = 20_000;
const LAST: u16 = 31_999;

/// The locks of this process's ports.
static LOCKS: Mutex<Vec<File>> = Mutex::new(Vec::new());

/// A port on which nothing listens, and which no other call returns while this process runs.
///
/// # Errors
///
/// If no port is free, or the folder for the locks cannot be created.
pub fn free() -> Result<u16> {
    free_range(1)
}

/// The first of this many consecutive ports that are all free.
///
/// # Errors
///
/// If no such ports are free, or the folder for the locks cannot be created.
pub fn free_range(count: usize) -> Result<u16> {
    let folder = env::temp_dir().join(format!("flashgate-ports-{}", getuid().as_raw()));
    fs::create_dir_all(&folder).with_context(|| format!("can't create {}", folder.display()))?;
    let mut locks = LOCKS.lock().unwrap_or_else(PoisonError::into_inner);
    let mut held = Vec::new();
    for port in FIRST..=LAST {
        let file = File::create(folder.join(port.to_string())).context("can't create a lock")?;
        if is_locked(&file) && TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).is_ok() {
            held.push(file);
        } else {
            held.clear();
        }
        if held.len() == count {
            locks.append(&mut held);
            return Ok(port + 1 - u16::try_from(count)?);
        }
    }
    bail!("no {count} consecutive ports between {FIRST} and {LAST} are free")
}

/// Whether this process holds the lock now.
fn is_locked(file: &File) -> bool {
    flock(file, FlockOperation::NonBlockingLockExclusive).is_ok()
}
