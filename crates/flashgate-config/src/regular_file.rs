//! Reads files by name: only regular files, and only up to a limit.
//!
//! It must never wait. Opening a named pipe waits for a writer, and reading `/proc/kmsg` waits for the next kernel
//! message. Everything that reads a file by name uses this module.

use std::fmt;
use std::fs::{self, File, FileType, Metadata};
use std::io::{self, Read as _};
use std::os::unix::fs::FileTypeExt as _;
use std::path::Path;

use rustix::fs::{FsWord, Mode, OFlags, fstatfs, open};
use rustix::io::Errno;

/// A regular file, or the beginning of a large one.
#[derive(Debug)]
pub struct Contents {
    /// One byte more than the limit if the file is larger.
    pub bytes: Vec<u8>,
    /// The metadata of the file that was actually read.
    pub(crate) metadata: Metadata,
}

/// What was found instead of a regular file. It is inside an [`io::Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotRegular(SpecialFile);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SpecialFile {
    Pipe,
    Socket,
    Device,
    /// It looks like a regular file, but the kernel generates its content.
    Kernel,
    Other,
}

/// Reads a file, but no more of it than needed to see that it exceeds the limit.
///
/// # Errors
///
/// A system error, or an error for which [`is_not_regular`] is true.
pub fn read(path: &Path, limit: usize) -> io::Result<Contents> {
    // Opening a device can have effects, so the name is checked first. It may point elsewhere a moment later.
    must_be_regular(&fs::metadata(path)?)?;
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let file = File::from(open(path, flags, Mode::empty())?);
    let metadata = file.metadata()?;
    must_be_regular(&metadata)?;
    if KERNEL.contains(&fstatfs(&file)?.f_type) {
        return Err(io::Error::other(NotRegular(SpecialFile::Kernel)));
    }
    let mut bytes = Vec::new();
    let limit = u64::try_from(limit).unwrap_or(u64::MAX);
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(Contents { bytes, metadata })
}

/// Whether a read failed because the file is not a regular file.
pub fn is_not_regular(error: &io::Error) -> bool {
    error
        .get_ref()
        .is_some_and(<dyn std::error::Error + Send + Sync>::is::<NotRegular>)
}

fn must_be_regular(found: &Metadata) -> io::Result<()> {
    let found = found.file_type();
    if found.is_file() {
        Ok(())
    } else if found.is_dir() {
        Err(Errno::ISDIR.into())
    } else {
        Err(io::Error::other(NotRegular(SpecialFile::of(found))))
    }
}

impl SpecialFile {
    fn of(found: FileType) -> Self {
        if found.is_fifo() {
            Self::Pipe
        } else if found.is_socket() {
            Self::Socket
        } else if found.is_char_device() || found.is_block_device() {
            Self::Device
        } else {
            Self::Other
        }
    }
}

impl fmt::Display for NotRegular {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = match self.0 {
            SpecialFile::Pipe => "a pipe (FIFO)",
            SpecialFile::Socket => "a socket",
            SpecialFile::Device => "a device",
            SpecialFile::Kernel => "a file that the kernel generates, as in /proc",
            SpecialFile::Other => "something else",
        };
        write!(f, "expected a regular file, found {found}")
    }
}

impl std::error::Error for NotRegular {}

/// File systems whose files the kernel generates (statfs(2)): procfs, sysfs, debugfs, tracefs. Reading one of them may
/// wait without a limit, or consume data that other readers need.
const KERNEL: [FsWord; 4] = [0x9fa0, 0x6265_6572, 0x6462_6720, 0x7472_6163];
