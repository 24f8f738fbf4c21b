//! A file that a plan was made from, with its state just before it was read, so that a later change is noticed.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// A file and its state when it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watched {
    /// The path of the file.
    pub path: PathBuf,
    /// Its state.
    pub seen: Sight,
}

/// The state of a file as seen in its metadata. None if there is no file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sight(Option<Identity>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Identity {
    device: u64,
    inode: u64,
    length: u64,
    modified: (i64, i64),
    /// Who may read it. A change of permissions alone may fix a file that could not be read.
    access: (u32, u32, u32),
}

impl Watched {
    /// Records the state of a file that is about to be read.
    pub fn look(path: PathBuf) -> Self {
        let seen = Sight::of(&path);
        Self { path, seen }
    }
}

impl Sight {
    /// Whether the file was missing, or hidden from this process.
    pub const fn is_nothing(self) -> bool {
        self.0.is_none()
    }

    /// The current state.
    pub fn of(path: &Path) -> Self {
        Self(fs::metadata(path).ok().map(|data| Identity {
            device: data.dev(),
            inode: data.ino(),
            length: data.len(),
            modified: (data.mtime(), data.mtime_nsec()),
            access: (data.mode(), data.uid(), data.gid()),
        }))
    }
}
