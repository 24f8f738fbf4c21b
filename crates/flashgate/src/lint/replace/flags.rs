//! The flags that chattr(1) sets. A new file only has the flags of its folder.

use std::fmt::{self, Display, Formatter};
use std::fs::File;
use std::path::Path;

use rustix::fs::{IFlags, Mode, OFlags, ioctl_getflags, open};
use rustix::io::Errno;

use crate::log;

/// Why the new file would not have the flags of the old one.
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
            Self::Differ => f.write_str("its flags (`lsattr`) can't be preserved"),
        }
    }
}

/// Checks that both files have the same flags.
pub(super) fn same(old: &Path, new: &File) -> Result<(), LostFlags> {
    let old_flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let old = open(old, old_flags, Mode::empty()).map_err(LostFlags::Unknown)?;
    let flags = match ioctl_getflags(old) {
        Ok(flags) => flags,
        // The file system has no flags.
        Err(Errno::NOTTY | Errno::OPNOTSUPP | Errno::NOSYS | Errno::INVAL) => return Ok(()),
        Err(errno) => return Err(LostFlags::Unknown(errno)),
    };
    let new = ioctl_getflags(new).map_err(LostFlags::Unknown)?;
    // The other flags describe how the file system stores the file.
    if (flags ^ new).intersects(IFlags::all()) {
        Err(LostFlags::Differ)
    } else {
        Ok(())
    }
}
