//! Replaces a file completely or not at all.
//!
//! It must never leave half a file, or make a file readable to more users than before. It also refuses to replace a
//! file whose owner, group, hard links, flags, access list or extended attributes it can't preserve.

use std::fmt::Display;
use std::fs::{self, File, Metadata};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, fchown};
use std::path::Path;

use flashgate_config::regular_file;
use flashgate_report::outcome::FileError;
use rustix::fs::{Access, AtFlags, CWD, accessat};
use tempfile::NamedTempFile;

mod attributes;
mod flags;

/// What a command says if it can't replace a file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReplaceWords {
    /// What didn't happen: "can't be fixed".
    pub(crate) not_done: &'static str,
    /// Another way to the new text.
    pub(crate) instead: &'static str,
}

/// Why a file was not replaced.
struct NotReplaced {
    reason: String,
    /// Empty if there is only another way.
    help: String,
}

impl NotReplaced {
    fn told(self, words: ReplaceWords) -> FileError {
        let Self { reason, help } = self;
        let ReplaceWords { not_done, instead } = words;
        FileError {
            message: format!("{not_done}, and was left unchanged: {reason}"),
            help: if help.is_empty() {
                instead.to_owned()
            } else {
                format!("{help}, or {instead}")
            },
        }
    }
}

/// Replaces the file at a path, if its content is still the old one.
pub(crate) fn replace(
    path: &Path,
    old: &[u8],
    new: &[u8],
    words: ReplaceWords,
) -> Result<(), FileError> {
    replaced(path, old, new).map_err(|fault| fault.told(words))
}

fn replaced(path: &Path, old: &[u8], new: &[u8]) -> Result<(), NotReplaced> {
    let metadata = fs::metadata(path).map_err(|error| unwritable(&error))?;
    if !metadata.is_file() {
        return Err(kept("it is not a regular file", ""));
    }
    if metadata.nlink() > 1 {
        return Err(not_kept(
            &"it has hard links, which would keep the old text",
        ));
    }
    // If the path is a symbolic link, its target is replaced, not the link.
    let target = fs::canonicalize(path).map_err(|error| unwritable(&error))?;
    // Renaming needs no write permission for the file itself, but its owner may have removed that on purpose.
    accessat(CWD, &target, Access::WRITE_OK, AtFlags::EACCESS)
        .map_err(|error| unwritable(&error.into()))?;
    let written = write_beside(&target, &metadata, new)?;
    match regular_file::read(&target, old.len()) {
        Ok(now) if now.bytes == old => {}
        Ok(_) | Err(_) => return Err(kept("another program changed it", "run the command again")),
    }
    let persisted = written.persist(&target);
    persisted.map_err(|error| unwritable(&error.error))?;
    sync_folder(&target);
    Ok(())
}

/// Writes the new file under a temporary name in the same folder, with the permissions of the old one. It is deleted
/// unless it is renamed.
fn write_beside(target: &Path, old: &Metadata, bytes: &[u8]) -> Result<NamedTempFile, NotReplaced> {
    let folder = target.parent().unwrap_or(Path::new("/"));
    let mut file = tempfile::Builder::new()
        .prefix(".flashgate-")
        .suffix(".tmp")
        .tempfile_in(folder)
        .map_err(|error| unwritable(&error))?;
    file.write_all(bytes).map_err(|error| unwritable(&error))?;
    keep_owner(file.as_file(), old)?;
    flags::same(target, file.as_file()).map_err(|lost| not_kept(&lost))?;
    // After the owner, because a change of owner clears permission bits.
    attributes::copy(target, file.as_file()).map_err(|lost| not_kept(&lost))?;
    // After the access list, because the mode's group bits are its mask.
    file.as_file()
        .set_permissions(old.permissions())
        .and_then(|()| file.as_file().sync_all())
        .map_err(|error| unwritable(&error))?;
    Ok(file)
}

/// Sets the owner and group of the old file. Only root can change an owner. With another owner, the permissions and a
/// set-user-ID bit would apply to another user.
fn keep_owner(new: &File, old: &Metadata) -> Result<(), NotReplaced> {
    let present = new.metadata().map_err(|error| unwritable(&error))?;
    if (present.uid(), present.gid()) == (old.uid(), old.gid()) {
        return Ok(());
    }
    fchown(new, Some(old.uid()), Some(old.gid())).map_err(|error| {
        let reason = crate::log::reason(&error);
        let (what, who) = if present.uid() == old.uid() {
            ("group", "a member of the file's group")
        } else {
            ("owner", "the file's owner")
        };
        kept(
            &format!("its {what} can't be preserved: {reason}"),
            &format!("run flashgate as {who}"),
        )
    })
}

fn not_kept(lost: &dyn Display) -> NotReplaced {
    kept(
        &lost.to_string(),
        "edit it by hand in an editor that writes in place",
    )
}

/// Syncs the folder, so that a power failure does not bring the old file back. Failure is ignored.
fn sync_folder(target: &Path) {
    let folder = target.parent().and_then(|folder| File::open(folder).ok());
    if let Some(folder) = folder {
        let _ = folder.sync_all();
    }
}

fn unwritable(error: &io::Error) -> NotReplaced {
    use io::ErrorKind::{CrossesDevices, QuotaExceeded, ResourceBusy, StorageFull};
    let help = if matches!(error.kind(), StorageFull | QuotaExceeded) {
        "free some space"
    } else if matches!(error.kind(), ResourceBusy | CrossesDevices) {
        // A file mounted into a container, for example.
        "the file is a mount point, which can't be replaced: change it where it is mounted from"
    } else {
        "run flashgate as a user with write permission for the file and its folder"
    };
    kept(&crate::log::reason(error), help)
}

fn kept(reason: &str, help: &str) -> NotReplaced {
    NotReplaced {
        reason: reason.to_owned(),
        help: help.to_owned(),
    }
}
