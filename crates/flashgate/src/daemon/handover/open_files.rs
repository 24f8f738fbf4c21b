//! The open files of other processes, as far as they are visible: root sees all, other users only their own.

use std::fs::{self, DirEntry};
use std::path::{Path, PathBuf};

/// Set for a socket that others can connect to (`/proc/net/unix`, `Flags`).
const LISTENS: u32 = 0x0001_0000;

/// The bits of `flags` in `/proc/PID/fdinfo` that are 0 for a file opened only for reading (`O_ACCMODE`).
const ACCESS: u32 = 0o3;

/// The processes that hold the socket at a path, for a socket that does not answer.
///
/// A connection's credentials don't help: they name the process that created the socket, which may have ended long ago.
/// A socket that was sent but not received yet is in no process's table.
pub(super) fn holders(path: &Path) -> Vec<u32> {
    let sockets = sockets(path);
    let is_it = |_: &DirEntry, target: &Path| sockets.iter().any(|socket| socket == target);
    let has_it = |process: &DirEntry| open_in(process, is_it).is_some();
    let holding = processes().filter(has_it);
    let number = |process: DirEntry| process.file_name().to_str()?.parse().ok();
    holding.filter_map(number).collect()
}

/// The first of these paths, given without links, that a process has open for writing.
pub(super) fn written(files: &[PathBuf]) -> Option<PathBuf> {
    let of = |process: DirEntry| {
        let information = process.path().join("fdinfo");
        let is_it = |open: &DirEntry, target: &Path| {
            files.iter().any(|file| file == target)
                && may_write(&information.join(open.file_name()))
        };
        open_in(&process, is_it)
    };
    processes().find_map(of)
}

fn may_write(information: &Path) -> bool {
    let text = fs::read_to_string(information).unwrap_or_default();
    let flags = text.lines().find_map(|line| line.strip_prefix("flags:"));
    let flags = flags.and_then(|flags| u32::from_str_radix(flags.trim(), 8).ok());
    flags.is_some_and(|flags| flags & ACCESS != 0)
}

/// The link targets in `/proc` for the sockets at a path.
fn sockets(path: &Path) -> Vec<PathBuf> {
    let table = fs::read("/proc/net/unix").unwrap_or_default();
    let table = String::from_utf8_lossy(&table);
    let end = format!(" {}", path.display());
    let of_line = |line: &str| {
        let words: Vec<_> = line.strip_suffix(&end)?.split_whitespace().collect();
        let [_, _, _, flags, _, _, inode] = words.as_slice() else {
            return None;
        };
        let flags = u32::from_str_radix(flags, 16).ok()?;
        (flags & LISTENS != 0).then(|| PathBuf::from(format!("socket:[{inode}]")))
    };
    table.lines().filter_map(of_line).collect()
}

fn processes() -> impl Iterator<Item = DirEntry> {
    fs::read_dir("/proc").into_iter().flatten().flatten()
}

/// The target of the process's first descriptor that matches. Links are only read, because following one could block.
fn open_in(process: &DirEntry, is_it: impl Fn(&DirEntry, &Path) -> bool) -> Option<PathBuf> {
    let open = fs::read_dir(process.path().join("fd")).ok()?;
    open.flatten().find_map(|open| {
        let target = fs::read_link(open.path()).ok()?;
        is_it(&open, &target).then_some(target)
    })
}
