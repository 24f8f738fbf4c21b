//! Writes the result to a file: all of it, or nothing.

use std::fs::{self, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use flashgate_report::render;
use tempfile::Builder;

use crate::exit::Exit;

/// flashgate's user, and anybody else, may read it. It contains no secrets.
const MODE: u32 = 0o644;

/// Writes the file. An existing one is replaced only with `force`.
pub(super) fn write(path: &Path, text: &str, force: bool) -> Exit {
    match written(path, text, force) {
        Ok(()) => {
            render::to_stderr(&format!("wrote {}\n", path.display()));
            Exit::Success
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let message = format!("{} exists; nothing was written", path.display());
            render::plain_error(&message, &["to replace it, add `--force`"]);
            Exit::System
        }
        Err(error) => {
            let reason = crate::log::reason(&error);
            render::plain_error(&format!("can't write {}: {reason}", path.display()), &[]);
            Exit::System
        }
    }
}

fn written(path: &Path, text: &str, force: bool) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(_) if !force => return Err(io::ErrorKind::AlreadyExists.into()),
        Ok(_) | Err(_) => {}
    }
    // If the path is a symbolic link, its target is replaced, not the link.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if fs::metadata(&target).is_ok_and(|found| !found.is_file()) {
        return Err(io::Error::other(
            "expected a regular file, found something else",
        ));
    }
    let folder = target
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
        file.persist(&target)?;
    } else {
        // Another program may have created it since.
        file.persist_noclobber(&target)?;
    }
    Ok(())
}
