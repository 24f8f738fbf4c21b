//! Checks before binding whether a socket can be created at the path of `handover`.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::FileTypeExt as _;
use std::path::Path;

use flash_policy::Diagnostic;
use rustix::fs::{Access, AtFlags, CWD, accessat};

use crate::reason;

/// The longest path of a Unix socket, without its NUL (unix(7), `sun_path`).
const LONGEST_SOCKET: usize = 107;

/// An error if the path is too long for a socket.
pub(super) fn too_long(path: &Path) -> Option<Diagnostic> {
    let length = path.as_os_str().len();
    (length > LONGEST_SOCKET).then(|| {
        let message = format!(
            "expected a path of at most {LONGEST_SOCKET} bytes for a socket, found {length}: `{}`",
            path.display()
        );
        Diagnostic::error("bad-path", message)
            .help("use a shorter path, such as `/run/flashgate/handover.sock`")
    })
}

/// An error if this process can't create a socket there now.
pub(super) fn unusable(path: &Path) -> Option<Diagnostic> {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    match fs::metadata(folder) {
        Ok(found) if found.is_dir() => {}
        Ok(_) => {
            let message = format!(
                "expected a folder for the socket of `handover`, found a file: {}",
                folder.display()
            );
            return Some(Diagnostic::error("bad-path", message).help(ELSEWHERE));
        }
        Err(error) => {
            let (folder, reason) = (folder.display(), reason(&error));
            let message = format!("can't create the `handover` socket in {folder}: {reason}");
            if error.kind() != ErrorKind::NotFound {
                return Some(Diagnostic::error("bad-path", message).help(ELSEWHERE));
            }
            // The service manager may create it when it starts flashgate.
            let finding = match made(path) {
                Made::AtBoot => Diagnostic::warning("bad-path", message).help(AT_BOOT),
                Made::Once => Diagnostic::error("bad-path", message).help(ONCE),
            };
            return Some(finding.help(ELSEWHERE));
        }
    }
    if let Ok(found) = fs::symlink_metadata(path) {
        let message = format!(
            "expected a socket or no file at {}, found something else",
            path.display()
        );
        return (!found.file_type().is_socket()).then(|| {
            Diagnostic::error("bad-path", message).help("use another path, or remove the file")
        });
    }
    let may = accessat(
        CWD,
        folder,
        Access::WRITE_OK | Access::EXEC_OK,
        AtFlags::EACCESS,
    );
    let error = may.err()?;
    let message = format!(
        "can't create the `handover` socket in {}: {}",
        folder.display(),
        reason(&error.into())
    );
    Some(
        // `--check` may run as a different user.
        Diagnostic::warning("bad-path", message)
            .note("checked as the user who runs this command")
            .help(
                "make the folder writable for the user who starts flashgate, or use another folder",
            ),
    )
}

const ELSEWHERE: &str = "use a path in an existing folder, or write `handover = \"off\"`";

/// What creates a folder.
enum Made {
    /// The system, at each boot.
    AtBoot,
    Once,
}

fn made(path: &Path) -> Made {
    if path.starts_with("/run") || path.starts_with("/var/run") {
        Made::AtBoot
    } else {
        Made::Once
    }
}

const AT_BOOT: &str = "create the folder at each boot, because `/run` is empty then: `RuntimeDirectory=flashgate` in the systemd \
                       unit creates `/run/flashgate` when the service starts; without systemd, use `/etc/tmpfiles.d` \
                       or the start script";

const ONCE: &str = "create the folder, writable for the user who starts flashgate";
