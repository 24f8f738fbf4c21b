//! The kernel's events in folders: waited for, and read.
//!
//! What a file is, the file itself tells; of events, only those count that say who is writing.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::future::pending;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::inotify::{self, CreateFlags, ReadFlags, Reader, WatchFlags};
use tokio::io::unix::AsyncFd;
use tracing::field::display;
use tracing::warn;

use super::readable::watch;
use super::writers::Writers;
use crate::log;

/// Everything that may make a file another one, or a name another file, or that says who is writing. Reading a file is
/// none of these. What happens to a file whose name is gone is no matter.
const EVENTS: WatchFlags = WatchFlags::ATTRIB
    .union(WatchFlags::CLOSE_WRITE)
    .union(WatchFlags::CREATE)
    .union(WatchFlags::DELETE)
    .union(WatchFlags::DELETE_SELF)
    .union(WatchFlags::EXCL_UNLINK)
    .union(WatchFlags::MODIFY)
    .union(WatchFlags::MOVE_SELF)
    .union(WatchFlags::MOVED_FROM)
    .union(WatchFlags::MOVED_TO);

/// In a folder that never rests, reading would have no end, and nothing else would get its turn.
const MOST: usize = 4096;

/// Folders that are watched.
pub(super) struct Events {
    events: AsyncFd<OwnedFd>,
    folders: BTreeMap<i32, PathBuf>,
}

/// Whether everything was read that there was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Drained {
    All,
    Some,
}

impl Events {
    /// Watches folders; those that can't be are logged.
    pub(super) fn of<'a>(folders: impl Iterator<Item = &'a PathBuf>) -> io::Result<Self> {
        let events = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK)?;
        let mut watched = BTreeMap::new();
        for folder in folders {
            match inotify::add_watch(&events, folder, EVENTS) {
                Ok(number) => {
                    watched.insert(number, folder.clone());
                }
                Err(errno) => unwatched(Some(folder), &errno.into()),
            }
        }
        Ok(Self {
            events: watch(events)?,
            folders: watched,
        })
    }

    /// Waits for events, and reads them. Cancel-safe.
    pub(super) async fn stirred(&self, writers: &mut Writers) {
        let Ok(mut ready) = self.events.readable().await else {
            return pending().await;
        };
        if self.drain(writers) == Drained::All {
            ready.clear_ready();
        }
    }

    /// Reads what has happened so far.
    pub(super) fn read(&self, writers: &mut Writers) {
        let _ = self.drain(writers);
    }

    fn drain(&self, writers: &mut Writers) -> Drained {
        let mut room = [MaybeUninit::uninit(); 4096];
        let mut reader = Reader::new(self.events.get_ref(), &mut room);
        for _ in 0..MOST {
            let Ok(event) = reader.next() else {
                return Drained::All;
            };
            if event.events().contains(ReadFlags::QUEUE_OVERFLOW) {
                writers.forget();
            }
            let folder = self.folders.get(&event.wd());
            if let Some((folder, name)) = folder.zip(event.file_name()) {
                let name = OsStr::from_bytes(name.to_bytes());
                writers.note((folder, name), event.events(), event.cookie());
            }
        }
        Drained::Some
    }
}

/// Logs that a folder, or any at all, can't be watched.
pub(super) fn unwatched(folder: Option<&Path>, fault: &io::Error) {
    let (folder, error) = (folder.map(|it| display(it.display())), log::reason(fault));
    warn!(
        folder,
        error, "can't watch files for changes; SIGHUP still reloads"
    );
}
