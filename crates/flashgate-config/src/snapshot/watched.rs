//! A file that a plan was made from, and what it was just before it was read: by that, a later change is noticed.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watched {
    /// Where it is.
    pub path: PathBuf,
    /// What was there.
    pub seen: Sight,
}

/// What a file is, as far as can be seen from outside; none where there is none to be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sight(Option<Identity>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Identity {
    device: u64,
    inode: u64,
    length: u64,
    modified: (i64, i64),
    /// Who may read it: a file that was refused may be mended by that alone.
    access: (u32, u32, u32),
}

impl Watched {
    /// Looks at a file that is about to be read.
    pub fn look(path: PathBuf) -> Self {
        let seen = Sight::of(&path);
        Self { path, seen }
    }
}

impl Sight {
    /// Whether there was nothing, or nothing that this process may look at.
    pub const fn is_nothing(self) -> bool {
        self.0.is_none()
    }

    /// What is there now.
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
