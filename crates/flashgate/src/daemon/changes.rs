//! Notices changes of the files that a plan was made from.
//!
//! It watches folders, not files: an editor renames a new file over the old one, and Kubernetes swaps a link to a
//! folder. The metadata shows whether a file has changed, without reading it. After a refused reload, the files of the
//! refused plan are watched too, because the fix may be in one of them.

use std::collections::BTreeMap;
use std::fs;
use std::future::pending;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use flashgate_config::snapshot::{Sight, Watched};
use tokio::time::{Instant, sleep, timeout, timeout_at};
use tracing::warn;

use super::events::{Events, unwatched};
use super::way;
use super::writers::Writers;

/// A change often consists of several steps, such as write, rename and link. Files are read once nothing has happened
/// to them for this long.
pub(super) const SETTLE: Duration = Duration::from_millis(100);

/// If a write takes longer than this, it is logged, because someone may be waiting for the reload.
const LONG_WRITE: Duration = Duration::from_secs(10);

/// Watches files for changes.
pub(super) struct Changes {
    /// Each file, and its metadata just before it was last read.
    known: BTreeMap<PathBuf, Sight>,
    /// The folders in which a change can replace a file, with device and inode.
    folders: BTreeMap<PathBuf, Option<(u64, u64)>>,
    /// `None` if there is nothing to watch, or the system can't watch. SIGHUP still works.
    events: Option<Events>,
    writers: Writers,
    /// The file that was last logged as being written.
    logged: Option<PathBuf>,
}

impl Changes {
    /// Watches nothing yet.
    pub(super) fn new() -> Self {
        Self {
            known: BTreeMap::new(),
            folders: BTreeMap::new(),
            events: None,
            writers: Writers::default(),
            logged: None,
        }
    }

    /// Starts with the files that were read before privileges were dropped. A file that is no longer accessible has not
    /// changed because of that.
    pub(super) fn start(&mut self, read: &[Watched]) {
        self.watch(read, &[]);
        for (file, seen) in &mut self.known {
            let now = Sight::of(file);
            if now.is_nothing() {
                *seen = now;
            }
        }
    }

    /// Replaces the watched files: those that were just read, and those that are still served.
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

    /// Watches the folders on the path to each file. A link may have a new target, a missing folder may exist now, or
    /// another folder may have its name.
    fn follow(&mut self) {
        let ways = self.known.keys().flat_map(|file| way::to(file).folders());
        let folders: BTreeMap<_, _> = ways
            .map(|folder| (folder.clone(), which(&folder)))
            .collect();
        if folders == self.folders {
            return;
        }
        let new = match folders.len() {
            0 => Ok(None),
            _ => Events::of(folders.keys()).map(Some),
        };
        let new = new.unwrap_or_else(|fault| {
            unwatched(None, &fault);
            None
        });
        // Events until the new watch began.
        if let Some(old) = std::mem::replace(&mut self.events, new) {
            old.read(&mut self.writers);
        }
        // A folder that has lost its name no longer holds one of our files, so writes there do not matter.
        for (folder, which) in &self.folders {
            if folders.get(folder) != Some(which) {
                self.writers.left(folder);
            }
        }
        self.folders = folders;
    }

    /// Records the metadata of the files, because they are about to be read.
    pub(super) fn note(&mut self) {
        for (file, seen) in &mut self.known {
            *seen = Sight::of(file);
        }
    }

    /// Waits until a file has changed since it was last read, and none is being written. Cancel-safe.
    pub(super) async fn next(&mut self) {
        loop {
            self.follow();
            // A file that changed while the files were read has caused no new event.
            if !self.has_changed() {
                self.stirred().await;
            }
            sleep(SETTLE).await;
            self.closed().await;
            if self.has_changed() {
                return;
            }
        }
    }

    /// Waits until none of the files is being written, because a half-written file is incomplete.
    async fn closed(&mut self) {
        while let Some(file) = self.written_as_ways_are() {
            if timeout(LONG_WRITE, self.stirred()).await.is_err()
                && self.logged.as_ref() != Some(&file)
            {
                warn!(file = %file.display(), "a file is being written; reloading once its writer closes it");
                self.logged = Some(file);
            }
        }
        self.logged = None;
    }

    /// Waits until none of the files is being written. After the deadline, returns one that still is. Cancel-safe.
    pub(super) async fn still_written(&mut self, deadline: Instant) -> Option<PathBuf> {
        loop {
            let file = self.written_as_ways_are()?;
            if timeout_at(deadline, self.stirred()).await.is_err() {
                return Some(file);
            }
        }
    }

    /// A known or just read file that has changed since just before it was read, or that is being written.
    pub(super) fn disturbed(&mut self, read: &[Watched]) -> Option<PathBuf> {
        if let Some(file) = self.written(read) {
            return Some(file);
        }
        let known = self.known.iter();
        let read = read.iter().map(|file| (&file.path, &file.seen));
        let changed = |(file, seen): &(&PathBuf, &Sight)| Sight::of(file) != **seen;
        known
            .chain(read)
            .find(changed)
            .map(|(file, _)| file.clone())
    }

    /// A known file that is being written. Follows the folders first, because one may have been replaced.
    fn written_as_ways_are(&mut self) -> Option<PathBuf> {
        self.follow();
        self.written(&[])
    }

    /// A file that is being written, among the known ones and `others`.
    fn written(&mut self, others: &[Watched]) -> Option<PathBuf> {
        if let Some(events) = &self.events {
            events.read(&mut self.writers);
        }
        let others = others.iter().map(|file| &file.path);
        let mut files = self.known.keys().chain(others);
        files.find(|file| self.writers.has(file)).cloned()
    }

    /// All watched files that are being written. The files of the served plan come first.
    pub(super) fn being_written(&mut self) -> Vec<PathBuf> {
        if let Some(events) = &self.events {
            events.read(&mut self.writers);
        }
        let real = self.known.keys().flat_map(fs::canonicalize);
        let (served, others): (Vec<_>, Vec<_>) = {
            let served: Vec<_> = real.collect();
            let files = self.writers.files();
            files.partition(|file| served.contains(file))
        };
        [served, others].concat()
    }

    /// Waits for an event in one of the folders.
    async fn stirred(&mut self) {
        match &self.events {
            None => pending().await,
            Some(events) => events.stirred(&mut self.writers).await,
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
