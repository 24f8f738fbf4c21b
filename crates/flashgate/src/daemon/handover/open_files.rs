//! What other processes have open, as far as this one may see: root sees all, everybody else their own.

use std::fs::{self, DirEntry};
use std::path::{Path, PathBuf};

/// Set for a socket that others can connect to (`/proc/net/unix`, `Flags`).
const LISTENS: u32 = 0x0001_0000;

/// The bits of `flags` in `/proc/PID/fdinfo` that are 0 where a file is open for reading only (`O_ACCMODE`).
const ACCESS: u32 = 0o3;

/// The processes that have the socket at a path, where nobody answers.
///
/// A connection's credentials are no help: they name the process that made the socket, which may have ended long ago. A
/// socket that was sent and not received yet is in no process's table.
pub(super) fn holders(path: &Path) -> Vec<u32> {
    let sockets = sockets(path);
    let is_it = |_: &DirEntry, target: &Path| sockets.iter().any(|socket| socket == target);
    let has_it = |process: &DirEntry| open_in(process, is_it).is_some();
    let holding = processes().filter(has_it);
    let number = |process: DirEntry| process.file_name().to_str()?.parse().ok();
    holding.filter_map(number).collect()
}

/// The first of these files, named without links, that some process has open for writing.
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

/// What descriptors of the sockets at a path are links to.
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

/// What the first descriptor of a process leads to that is the one looked for. Links are read, never followed: that
/// could wait.
fn open_in(process: &DirEntry, is_it: impl Fn(&DirEntry, &Path) -> bool) -> Option<PathBuf> {
    let open = fs::read_dir(process.path().join("fd")).ok()?;
    open.flatten().find_map(|open| {
        let target = fs::read_link(open.path()).ok()?;
        is_it(&open, &target).then_some(target)
    })
}
