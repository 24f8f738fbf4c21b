//! Waits for and reads the kernel's file events in folders.
//!
//! Whether a file has changed is read from the file itself. Events only matter if they show who is writing.

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

/// Events that may replace a file or its name, or show that it is being written. Reading causes no event. Events of a
/// deleted file don't matter.
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

/// In a folder with constant changes, reading would never end and nothing else would run.
const MOST: usize = 4096;

/// The watched folders.
pub(super) struct Events {
    events: AsyncFd<OwnedFd>,
    folders: BTreeMap<i32, PathBuf>,
}

/// Whether all pending events were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Drained {
    All,
    Some,
}

impl Events {
    /// Watches folders, and logs those that can't be watched.
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

    /// Reads the pending events.
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

/// Logs that a folder can't be watched, or that watching does not work at all.
pub(super) fn unwatched(folder: Option<&Path>, fault: &io::Error) {
    let (folder, error) = (folder.map(|it| display(it.display())), log::reason(fault));
    warn!(
        folder,
        error, "can't watch files for changes; SIGHUP still reloads"
    );
}
