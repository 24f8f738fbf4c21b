//! Puts a new file in the place of an old one, whole or not at all.
//!
//! It must never leave half a file, nor a file that somebody can read who could not before. What it can't keep of the old
//! file's owner, group, names, flags, access list and extended attributes, it refuses to lose.

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

/// Replaces the file that a path leads to, if it still is what it was.
pub(super) fn replace(path: &Path, old: &[u8], new: &[u8]) -> Result<(), FileError> {
    let metadata = fs::metadata(path).map_err(|error| unwritable(&error))?;
    if !metadata.is_file() {
        return Err(kept(
            "it is no ordinary file",
            "pass its text: `flashgate lint --fix - < FILE`",
        ));
    }
    if metadata.nlink() > 1 {
        return Err(not_kept(
            &"it has other names (hard links), which would keep the old text",
        ));
    }
    // The file that a link leads to is replaced, not the link.
    let target = fs::canonicalize(path).map_err(|error| unwritable(&error))?;
    // A rename asks for no right to the file itself; somebody may have withheld it on purpose.
    accessat(CWD, &target, Access::WRITE_OK, AtFlags::EACCESS)
        .map_err(|error| unwritable(&error.into()))?;
    let written = write_beside(&target, &metadata, new)?;
    match regular_file::read(&target, old.len()) {
        Ok(now) if now.bytes == old => {}
        Ok(_) | Err(_) => return Err(kept("it was changed meanwhile", "run it again")),
    }
    let persisted = written.persist(&target);
    persisted.map_err(|error| unwritable(&error.error))?;
    sync_folder(&target);
    Ok(())
}

/// The new file under another name in the same folder, with the rights of the old one; it goes away if not renamed.
fn write_beside(target: &Path, old: &Metadata, bytes: &[u8]) -> Result<NamedTempFile, FileError> {
    let folder = target.parent().unwrap_or(Path::new("/"));
    let mut file = tempfile::Builder::new()
        .prefix(".flashgate-")
        .suffix(".tmp")
        .tempfile_in(folder)
        .map_err(|error| unwritable(&error))?;
    file.write_all(bytes).map_err(|error| unwritable(&error))?;
    keep_owner(file.as_file(), old)?;
    flags::same(target, file.as_file()).map_err(|lost| not_kept(&lost))?;
    // After the owner, for a change of owner takes rights away.
    attributes::copy(target, file.as_file()).map_err(|lost| not_kept(&lost))?;
    // After the access list, whose mask is the mode's middle part.
    file.as_file()
        .set_permissions(old.permissions())
        .and_then(|()| file.as_file().sync_all())
        .map_err(|error| unwritable(&error))?;
    Ok(file)
}

/// Only root may give a file away. With another owner, the rights would be somebody else's, and a set-user-ID bit too.
fn keep_owner(new: &File, old: &Metadata) -> Result<(), FileError> {
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
            &format!("its {what} can't be kept: {reason}"),
            &format!(
                "run flashgate as {who}, or take the text from `flashgate lint --fix - < FILE`"
            ),
        )
    })
}

fn not_kept(lost: &dyn Display) -> FileError {
    kept(
        &lost.to_string(),
        "fix it by hand in an editor that writes in place, or take the text from `flashgate lint --fix - < FILE`",
    )
}

/// So that a power cut does not bring the old file back; where that can't be had, it is no fault.
fn sync_folder(target: &Path) {
    let folder = target.parent().and_then(|folder| File::open(folder).ok());
    if let Some(folder) = folder {
        let _ = folder.sync_all();
    }
}

fn unwritable(error: &io::Error) -> FileError {
    use io::ErrorKind::{CrossesDevices, QuotaExceeded, ResourceBusy, StorageFull};
    let first = if matches!(error.kind(), StorageFull | QuotaExceeded) {
        "free some space"
    } else if matches!(error.kind(), ResourceBusy | CrossesDevices) {
        // As a file is that is mounted into a container.
        "the file is a mount of its own, which can't be replaced: fix it where it was mounted from"
    } else {
        "run flashgate as a user who may write the file and its folder"
    };
    let help = format!("{first}, or take the text from `flashgate lint --fix - < FILE`");
    kept(&crate::log::reason(error), &help)
}

fn kept(reason: &str, help: &str) -> FileError {
    FileError {
        message: format!("can't be fixed, and is as it was: {reason}"),
        help: help.to_owned(),
    }
}
