//! Extended attributes, including POSIX access lists: the new file gets exactly those of the old one.
//!
//! A new file may have attributes of its own, such as an access list from its folder's default. Those are removed.

use std::collections::BTreeSet;
use std::ffi::CString;
use std::fmt::{self, Display, Formatter};
use std::fs::File;
use std::path::Path;

use rustix::fs::{XattrFlags, fgetxattr, flistxattr, fremovexattr, fsetxattr, getxattr, listxattr};
use rustix::io::Errno;

use crate::log;

/// The kernel's limit on a list of names and on a value (xattr(7)).
const LARGEST: usize = 64 * 1024;

/// Signatures of the old content (the kernel's IMA and EVM), which would not match the new content.
const SIGNATURES: [&[u8]; 2] = [b"security.ima", b"security.evm"];

/// An attribute that can't be copied to the new file, and why.
#[derive(Debug)]
pub(super) struct LostAttribute {
    name: CString,
    errno: Option<Errno>,
}

impl Display for LostAttribute {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let name = log::escaped(self.name.as_bytes());
        let Some(errno) = self.errno else {
            return write!(f, "its extended attribute {name} signs its content");
        };
        let reason = log::reason(&errno.into());
        write!(
            f,
            "its extended attribute {name} can't be preserved: {reason}"
        )
    }
}

/// Gives the new file exactly the attributes of the old one.
pub(super) fn copy(old: &Path, new: &File) -> Result<(), LostAttribute> {
    let wanted = names(|room| listxattr(old, room))?;
    let present = names(|room| flistxattr(new, room))?;
    for name in present.difference(&wanted) {
        fremovexattr(new, name).map_err(|errno| lost(name, errno))?;
    }
    wanted.iter().try_for_each(|name| copy_one(old, new, name))
}

fn copy_one(old: &Path, new: &File, name: &CString) -> Result<(), LostAttribute> {
    if SIGNATURES.contains(&name.as_bytes()) {
        return Err(LostAttribute {
            name: name.clone(),
            errno: None,
        });
    }
    let wanted = value(|room| getxattr(old, name, room)).map_err(|errno| lost(name, errno))?;
    // Setting an attribute can need privileges. Many, such as security labels, already have the right value.
    if value(|room| fgetxattr(new, name, room)).is_ok_and(|present| present == wanted) {
        return Ok(());
    }
    fsetxattr(new, name, &wanted, XattrFlags::empty()).map_err(|errno| lost(name, errno))
}

fn lost(name: &CString, errno: Errno) -> LostAttribute {
    LostAttribute {
        name: name.clone(),
        errno: Some(errno),
    }
}

/// The names in a list from the kernel. Empty if the file system has no extended attributes.
fn names(
    list: impl FnOnce(&mut [u8]) -> Result<usize, Errno>,
) -> Result<BTreeSet<CString>, LostAttribute> {
    let bytes = match value(list) {
        Ok(bytes) => bytes,
        Err(Errno::NOTSUP) => return Ok(BTreeSet::new()),
        Err(errno) => return Err(lost(&CString::default(), errno)),
    };
    let names = bytes
        .split(|byte| *byte == 0)
        .filter(|name| !name.is_empty());
    Ok(names.filter_map(|name| CString::new(name).ok()).collect())
}

fn value(read: impl FnOnce(&mut [u8]) -> Result<usize, Errno>) -> Result<Vec<u8>, Errno> {
    let mut room = vec![0; LARGEST];
    let length = read(&mut room)?;
    room.truncate(length);
    Ok(room)
}
