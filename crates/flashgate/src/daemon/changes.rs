//! Changes of the files that a plan was made from: noticed, and told from noise.
//!
//! What is watched is the folders, not the files: an editor renames a new file over the old one, and Kubernetes swaps
//! the link that a file's folder is. Whether a file is another than before, its metadata tells, without reading it.

use std::collections::BTreeSet;
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
use crate::log;

/// A change is often several: written, renamed, linked. So long it must have been quiet, or at least not looked at.
const SETTLE: Duration = Duration::from_millis(100);

/// Whatever may make a file another one, or a name another file. Reading one is none of these.
const EVENTS: WatchFlags = WatchFlags::ATTRIB
    .union(WatchFlags::CLOSE_WRITE)
    .union(WatchFlags::CREATE)
    .union(WatchFlags::DELETE)
    .union(WatchFlags::MODIFY)
    .union(WatchFlags::MOVED_FROM)
    .union(WatchFlags::MOVED_TO);

/// Watches files for changes.
pub(super) struct Changes {
    files: Vec<PathBuf>,
    /// What each file was when it was last read.
    known: Vec<Option<Identity>>,
    /// None where there is nothing to watch, or the system gives no such service; SIGHUP remains.
    events: Option<AsyncFd<OwnedFd>>,
}

/// What a file is, as far as can be seen from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Identity {
    device: u64,
    inode: u64,
    length: u64,
    modified: (i64, i64),
}

impl Changes {
    /// Watches nothing yet.
    pub(super) const fn new() -> Self {
        Self {
            files: Vec::new(),
            known: Vec::new(),
            events: None,
        }
    }

    /// Watches these files from now on, in place of others.
    pub(super) fn watch(&mut self, files: &[PathBuf]) {
        if files != self.files {
            self.files = files.to_vec();
            self.known = self.identities();
        }
        // Anew each time: a folder may be another one than before.
        self.events = events(files).unwrap_or_else(|fault| {
            unwatched(None, &fault);
            None
        });
    }

    /// Takes note of what the files are now, because they are about to be read.
    pub(super) fn note(&mut self) {
        self.known = self.identities();
    }

    /// Waits until one of the files is another than when it was last read.
    pub(super) async fn next(&mut self) {
        loop {
            // A file that has changed while all of them were read has told so to nobody.
            if self.identities() == self.known {
                match &self.events {
                    None => pending().await,
                    Some(events) => stirred(events).await,
                }
            }
            sleep(SETTLE).await;
            if self.identities() != self.known {
                return;
            }
        }
    }

    fn identities(&self) -> Vec<Option<Identity>> {
        self.files.iter().map(|file| identity(file)).collect()
    }
}

fn identity(file: &Path) -> Option<Identity> {
    let data = fs::metadata(file).ok()?;
    Some(Identity {
        device: data.dev(),
        inode: data.ino(),
        length: data.len(),
        modified: (data.mtime(), data.mtime_nsec()),
    })
}

/// The folders in which a file can become another one: the one that is named and, behind a link, the one it leads to.
fn folders_of(file: &Path) -> impl Iterator<Item = PathBuf> {
    let named = file
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    let named = named.unwrap_or(Path::new("."));
    // Not there now, it may be later.
    let real = named.canonicalize().unwrap_or_else(|_| named.to_owned());
    let target = file.canonicalize().ok();
    let target = target.as_deref().and_then(Path::parent).map(Path::to_owned);
    std::iter::once(real).chain(target)
}

fn events(files: &[PathBuf]) -> io::Result<Option<AsyncFd<OwnedFd>>> {
    if files.is_empty() {
        return Ok(None);
    }
    let events = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK)?;
    let folders: BTreeSet<_> = files.iter().flat_map(|file| folders_of(file)).collect();
    for folder in folders {
        if let Err(errno) = inotify::add_watch(&events, &folder, EVENTS) {
            unwatched(Some(&folder), &errno.into());
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
