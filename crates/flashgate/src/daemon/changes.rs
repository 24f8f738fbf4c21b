//! Changes of the files that a plan was made from: noticed, and told from noise.
//!
//! What is watched is the folders, not the files: an editor renames a new file over the old one, and Kubernetes swaps
//! the link that a file's folder is. Whether a file is another than before, its metadata tells, without reading it.
//! After a reload that was refused, the files that it named are watched as well: it may be mended in one of them.

use std::collections::BTreeMap;
use std::fs;
use std::future::pending;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::inotify::{self, CreateFlags, WatchFlags};
use rustix::io::read;
use tokio::io::unix::AsyncFd;
use tokio::time::sleep;
use tracing::field::display;
use tracing::warn;

use super::readable::watch;
use super::way;
use crate::log;
use crate::snapshot::{Sight, Watched};

/// A change is often several: written, renamed, linked. So long it must have been quiet, or at least not looked at.
const SETTLE: Duration = Duration::from_millis(100);

/// Whatever may make a file another one, or a name another file. Reading one is none of these.
const EVENTS: WatchFlags = WatchFlags::ATTRIB
    .union(WatchFlags::CLOSE_WRITE)
    .union(WatchFlags::CREATE)
    .union(WatchFlags::DELETE)
    .union(WatchFlags::DELETE_SELF)
    .union(WatchFlags::MODIFY)
    .union(WatchFlags::MOVE_SELF)
    .union(WatchFlags::MOVED_FROM)
    .union(WatchFlags::MOVED_TO);

/// Watches files for changes.
pub(super) struct Changes {
    /// Each file, and what it was just before it was last read.
    known: BTreeMap<PathBuf, Sight>,
    /// The folders in which one can become another, and which folder each is.
    folders: BTreeMap<PathBuf, Option<(u64, u64)>>,
    /// None where there is nothing to watch, or the system gives no such service; SIGHUP remains.
    events: Option<AsyncFd<OwnedFd>>,
}

impl Changes {
    /// Watches nothing yet.
    pub(super) const fn new() -> Self {
        Self {
            known: BTreeMap::new(),
            folders: BTreeMap::new(),
            events: None,
        }
    }

    /// Begins with the files that were read before privileges were given up: one that can't be looked at any more has not
    /// changed by that.
    pub(super) fn start(&mut self, read: &[Watched]) {
        self.watch(read, &[]);
        for (file, seen) in &mut self.known {
            let now = Sight::of(file);
            if now.is_nothing() {
                *seen = now;
            }
        }
    }

    /// Watches from now on, in place of others, the files that were just read and those that are served all the same.
    pub(super) fn watch(&mut self, read: &[Watched], served: &[Watched]) {
        let mut known = BTreeMap::new();
        for file in served {
            let seen = self.known.get(&file.path).copied();
            known.insert(file.path.clone(), seen.unwrap_or(file.seen));
        }
        known.extend(read.iter().map(|file| (file.path.clone(), file.seen)));
        self.known = known;
        self.follow();
    }

    /// Watches the folders on the way to each file, as the way is now: a link may lead elsewhere than before, a folder may
    /// be there that was missing, or be another one of that name.
    fn follow(&mut self) {
        let ways = self.known.keys().flat_map(|file| way::to(file).folders());
        let folders: BTreeMap<_, _> = ways
            .map(|folder| (folder.clone(), which(&folder)))
            .collect();
        if folders == self.folders {
            return;
        }
        self.events = events(folders.keys()).unwrap_or_else(|fault| {
            unwatched(None, &fault);
            None
        });
        self.folders = folders;
    }

    /// Takes note of what the files are now, because they are about to be read.
    pub(super) fn note(&mut self) {
        for (file, seen) in &mut self.known {
            *seen = Sight::of(file);
        }
    }

    /// Waits until one of the files is another than when it was last read.
    pub(super) async fn next(&mut self) {
        loop {
            self.follow();
            // A file that has changed while all of them were read has told so to nobody.
            if !self.has_changed() {
                match &self.events {
                    None => pending().await,
                    Some(events) => stirred(events).await,
                }
            }
            sleep(SETTLE).await;
            if self.has_changed() {
                return;
            }
        }
    }

    fn has_changed(&self) -> bool {
        let mut known = self.known.iter();
        known.any(|(file, seen)| Sight::of(file) != *seen)
    }
}

fn which(folder: &Path) -> Option<(u64, u64)> {
    let data = fs::metadata(folder).ok()?;
    Some((data.dev(), data.ino()))
}

fn events<'a>(
    folders: impl ExactSizeIterator<Item = &'a PathBuf>,
) -> io::Result<Option<AsyncFd<OwnedFd>>> {
    if folders.len() == 0 {
        return Ok(None);
    }
    let events = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK)?;
    for folder in folders {
        if let Err(errno) = inotify::add_watch(&events, folder, EVENTS) {
            unwatched(Some(folder), &errno.into());
        }
    }
    watch(events).map(Some)
}

fn unwatched(folder: Option<&Path>, fault: &io::Error) {
    let (folder, error) = (folder.map(|it| display(it.display())), log::reason(fault));
    warn!(
        folder,
        error, "can't watch files for changes; SIGHUP still reloads"
    );
}

/// Waits for events, and throws them away: what they are worth, the files themselves tell.
async fn stirred(events: &AsyncFd<OwnedFd>) {
    let Ok(mut ready) = events.readable().await else {
        return pending().await;
    };
    // Once and no more: where the folder never rests, there would be no end, and nothing else would get its turn.
    if !read(events, &mut [0; 4096]).is_ok_and(|count| count > 0) {
        ready.clear_ready();
    }
}
