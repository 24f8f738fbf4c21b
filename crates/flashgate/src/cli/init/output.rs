//! Writes the result to a file: all of it, or nothing.

use std::fs::{self, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use flashgate_config::regular_file;
use flashgate_report::outcome::FileError;
use flashgate_report::render;
use tempfile::Builder;

use crate::exit::Exit;
use crate::lint::replace::{self, ReplaceWords};

/// flashgate's user, and anybody else, may read it. It contains no secrets.
const MODE: u32 = 0o644;

const WRITTEN: ReplaceWords = ReplaceWords {
    not_done: "can't be written",
    instead: "print the text: leave out `--output`",
};

/// Writes the file. An existing one is replaced only with `force`, and keeps its owner and permissions.
pub(super) fn write(path: &Path, text: &str, force: bool) -> Exit {
    match written(path, text, force) {
        Ok(()) => {
            render::to_stderr(&format!("wrote {}\n", path.display()));
            Exit::Success
        }
        Err(FileError { message, help }) => {
            let help = Some(&*help).filter(|help| !help.is_empty());
            render::plain_error(&message, help.as_slice());
            Exit::System
        }
    }
}

fn written(path: &Path, text: &str, force: bool) -> Result<(), FileError> {
    let name = path.display();
    let unwritable = |error: io::Error| {
        if error.kind() == io::ErrorKind::AlreadyExists {
            return fault(
                format!("{name} exists; nothing was written"),
                "to replace it, add `--force`",
            );
        }
        let reason = crate::log::reason(&error);
        fault(format!("can't write {name}: {reason}"), "")
    };
    if !force && fs::symlink_metadata(path).is_ok() {
        return Err(unwritable(io::ErrorKind::AlreadyExists.into()));
    }
    if fs::metadata(path).is_err() {
        return created(path, text, force).map_err(unwritable);
    }
    let old = regular_file::read(path, usize::MAX).map_err(unwritable)?;
    let replaced = replace::replace(path, &old.bytes, text.as_bytes(), WRITTEN);
    replaced.map_err(|error| fault(format!("{name} {}", error.message), &error.help))
}

fn fault(message: String, help: &str) -> FileError {
    FileError {
        message,
        help: help.to_owned(),
    }
}

/// Writes a new file. With `force`, it replaces a link to nowhere.
fn created(path: &Path, text: &str, force: bool) -> io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let mut file = Builder::new()
        .prefix(".flashgate-")
        .suffix(".tmp")
        .permissions(Permissions::from_mode(MODE))
        .tempfile_in(folder.unwrap_or(Path::new(".")))?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    if force {
        file.persist(path)?;
    } else {
        // Another program may have created it since.
        file.persist_noclobber(path)?;
    }
    Ok(())
}
