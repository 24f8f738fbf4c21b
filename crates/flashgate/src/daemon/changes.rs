//! Changes of the files that a plan was made from: noticed, and told from noise.
//!
//! What is watched is the folders, not the files: an editor renames a new file over the old one, and Kubernetes swaps
//! the link that a file's folder is. Whether a file is another than before, its metadata tells, without reading it.
//! After a reload that was refused, the files that it named are watched as well: it may be mended in one of them.

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

/// A change is often several: written, renamed, linked. Files are read once they have been quiet for this long, or at
/// least not looked at.
pub(super) const SETTLE: Duration = Duration::from_millis(100);

/// A file that is written for longer is worth a line: somebody may wait for its reload.
const LONG_WRITE: Duration = Duration::from_secs(10);

/// Watches files for changes.
pub(super) struct Changes {
    /// Each file, and what it was just before it was last read.
    known: BTreeMap<PathBuf, Sight>,
    /// The folders in which one can become another, and which folder each is.
    folders: BTreeMap<PathBuf, Option<(u64, u64)>>,
    /// None where there is nothing to watch, or the system gives no such service; SIGHUP remains.
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
        let new = match folders.len() {
            0 => Ok(None),
            _ => Events::of(folders.keys()).map(Some),
        };
        let new = new.unwrap_or_else(|fault| {
            unwatched(None, &fault);
            None
        });
        // What happened until the new one began to watch.
        if let Some(old) = std::mem::replace(&mut self.events, new) {
            old.read(&mut self.writers);
        }
        // Whoever writes to a file of a folder that has lost its name writes to none of ours.
        for (folder, which) in &self.folders {
            if folders.get(folder) != Some(which) {
                self.writers.left(folder);
            }
        }
        self.folders = folders;
    }

    /// Takes note of what the files are now, because they are about to be read.
    pub(super) fn note(&mut self) {
        for (file, seen) in &mut self.known {
            *seen = Sight::of(file);
        }
    }

    /// Waits until one of the files is another than when it was last read, and nobody is writing to any. Cancel-safe.
    pub(super) async fn next(&mut self) {
        loop {
            self.follow();
            // A file that has changed while all of them were read has told so to nobody.
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

    /// Waits until nobody is writing to one of the files; one that is half written is half a file.
    async fn closed(&mut self) {
        while let Some(file) = self.written_as_ways_are() {
            if timeout(LONG_WRITE, self.stirred()).await.is_err()
                && self.logged.as_ref() != Some(&file)
            {
                warn!(file = %file.display(), "a file is being written; it is read once its writer closes it");
                self.logged = Some(file);
            }
        }
        self.logged = None;
    }

    /// Waits until nobody is writing to one of the files; after the deadline, which one it is. Cancel-safe.
    pub(super) async fn still_written(&mut self, deadline: Instant) -> Option<PathBuf> {
        loop {
            let file = self.written_as_ways_are()?;
            if timeout_at(deadline, self.stirred()).await.is_err() {
                return Some(file);
            }
        }
    }

    /// A file that is not what it was just before it was read, or that is being written, among those known and those
    /// that were read.
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

    /// A file that is being written, among those known; a folder on the way may be another one by now.
    fn written_as_ways_are(&mut self) -> Option<PathBuf> {
        self.follow();
        self.written(&[])
    }

    /// A file that is being written, among those known and these others.
    fn written(&mut self, others: &[Watched]) -> Option<PathBuf> {
        if let Some(events) = &self.events {
            events.read(&mut self.writers);
        }
        let others = others.iter().map(|file| &file.path);
        let mut files = self.known.keys().chain(others);
        files.find(|file| self.writers.has(file)).cloned()
    }

    /// All files in sight that are being written, those that are served first.
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

    /// Waits for something to happen in one of the folders.
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
