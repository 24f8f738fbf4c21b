//! Which files are being written right now, as the events of their folders tell.
//!
//! It knows only what has happened since the folders are watched: a writer that opened a file before and has written
//! nothing since is out of its sight.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

use rustix::fs::inotify::ReadFlags;

/// In a folder where anybody can write, somebody may leave any number of files open.
const MOST: usize = 4096;

/// Files that were written to and not closed yet.
#[derive(Debug, Default)]
pub(super) struct Writers {
    written: BTreeSet<(PathBuf, OsString)>,
    /// One of them has lost its name, and gets the next one that goes with this number.
    moving: Option<u32>,
}

impl Writers {
    /// Takes note of an event in a folder; `cookie` ties the two events of a rename together.
    pub(super) fn note(&mut self, (folder, name): (&Path, &OsStr), event: ReadFlags, cookie: u32) {
        if event.contains(ReadFlags::ISDIR) {
            return;
        }
        let file = (folder.to_owned(), name.to_owned());
        if event.contains(ReadFlags::MODIFY) {
            self.add(file);
        } else if event.intersects(ReadFlags::CLOSE_WRITE | ReadFlags::DELETE) {
            self.written.remove(&file);
        } else if event.contains(ReadFlags::MOVED_FROM) {
            self.moving = self.written.remove(&file).then_some(cookie);
        } else if event.contains(ReadFlags::MOVED_TO) {
            if self.moving.take() == Some(cookie) {
                self.add(file);
            } else {
                // The name is another file's now.
                self.written.remove(&file);
            }
        }
    }

    fn add(&mut self, file: (PathBuf, OsString)) {
        if self.written.len() < MOST {
            self.written.insert(file);
        }
    }

    /// Forgets those in a folder whose name is another folder's now.
    pub(super) fn left(&mut self, folder: &Path) {
        self.written.retain(|(of, _)| of != folder);
        self.moving = None;
    }

    /// The files that somebody is writing to.
    pub(super) fn files(&self) -> impl Iterator<Item = PathBuf> {
        let written = self.written.iter();
        written.map(|(folder, name)| folder.join(name))
    }

    /// Knows of nobody any more: events were lost.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    /// Whether somebody is writing to the file that a path leads to.
    pub(super) fn has(&self, file: &Path) -> bool {
        if self.written.is_empty() {
            return false;
        }
        let Ok(file) = fs::canonicalize(file) else {
            return false;
        };
        let (folder, name) = (file.parent(), file.file_name());
        let named = folder
            .zip(name)
            .map(|(folder, name)| (folder.to_owned(), name.to_owned()));
        named.is_some_and(|file| self.written.contains(&file))
    }
}
