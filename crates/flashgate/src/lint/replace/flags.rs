//! The flags that chattr(1) sets: a new file has none but those of its folder.

use std::fmt::{self, Display, Formatter};
use std::fs::File;
use std::path::Path;

use rustix::fs::{IFlags, Mode, OFlags, ioctl_getflags, open};
use rustix::io::Errno;

use crate::log;

/// Why the new file would not be as the old one is.
#[derive(Debug)]
pub(super) enum LostFlags {
    Unknown(Errno),
    Differ,
}

impl Display for LostFlags {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(errno) => {
                let reason = log::reason(&(*errno).into());
                write!(f, "its flags (`lsattr`) can't be read: {reason}")
            }
            Self::Differ => f.write_str("its flags (`lsattr`) can't be kept"),
        }
    }
}

/// Whether both have the same flags.
pub(super) fn same(old: &Path, new: &File) -> Result<(), LostFlags> {
    let old_flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let old = open(old, old_flags, Mode::empty()).map_err(LostFlags::Unknown)?;
    let flags = match ioctl_getflags(old) {
        Ok(flags) => flags,
        // The file system has none.
        Err(Errno::NOTTY | Errno::OPNOTSUPP | Errno::NOSYS | Errno::INVAL) => return Ok(()),
        Err(errno) => return Err(LostFlags::Unknown(errno)),
    };
    let new = ioctl_getflags(new).map_err(LostFlags::Unknown)?;
    // Others say how the file system stores the file.
    if (flags ^ new).intersects(IFlags::all()) {
        Err(LostFlags::Differ)
    } else {
        Ok(())
    }
}
