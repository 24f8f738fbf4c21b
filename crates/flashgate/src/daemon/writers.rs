//! Which files are being written, according to the events of their folders.
//!
//! It only sees events since the folders were watched. It misses a writer that opened a file before and has not written
//! since.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

use rustix::fs::inotify::ReadFlags;

/// In a folder that anyone can write to, a user could keep any number of files open.
const MOST: usize = 4096;

/// Files that were written to and not closed yet.
#[derive(Debug, Default)]
pub(super) struct Writers {
    written: BTreeSet<(PathBuf, OsString)>,
    /// A written file lost its name. The event with this cookie shows its new name.
    moving: Option<u32>,
}

impl Writers {
    /// Records an event in a folder. `cookie` links the two events of a rename.
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
                // The name now belongs to another file.
                self.written.remove(&file);
            }
        }
    }

    fn add(&mut self, file: (PathBuf, OsString)) {
        if self.written.len() < MOST {
            self.written.insert(file);
        }
    }

    /// Forgets the files of a folder whose path now leads to another folder.
    pub(super) fn left(&mut self, folder: &Path) {
        self.written.retain(|(of, _)| of != folder);
        self.moving = None;
    }

    /// The files that are being written.
    pub(super) fn files(&self) -> impl Iterator<Item = PathBuf> {
        let written = self.written.iter();
        written.map(|(folder, name)| folder.join(name))
    }

    /// Forgets everything, because events were lost.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    /// Whether the file at a path is being written.
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
