//! The path of `handover`, before anything is bound: whether a socket can be made there.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::FileTypeExt as _;
use std::path::Path;

use flash_policy::Diagnostic;
use rustix::fs::{Access, AtFlags, CWD, accessat};

use crate::reason;

/// What the address of a Unix socket has room for, beside its NUL (unix(7), `sun_path`).
const LONGEST_SOCKET: usize = 107;

/// An error if no socket can have this path.
pub(super) fn too_long(path: &Path) -> Option<Diagnostic> {
    let length = path.as_os_str().len();
    (length > LONGEST_SOCKET).then(|| {
        let message = format!(
            "expected a path of at most {LONGEST_SOCKET} bytes for a socket, found {length}: `{}`",
            path.display()
        );
        Diagnostic::error("bad-path", message)
            .help("name a shorter one, as in `/run/flashgate/handover.sock`")
    })
}

/// An error if this process can't make a socket there now.
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
            let message = format!("can't make the socket of `handover` in {folder}: {reason}");
            if error.kind() != ErrorKind::NotFound {
                return Some(Diagnostic::error("bad-path", message).help(ELSEWHERE));
            }
            // The service manager may make it only when it starts flashgate.
            let finding = match made(path) {
                Made::AtBoot => Diagnostic::warning("bad-path", message).help(AT_BOOT),
                Made::Once => Diagnostic::error("bad-path", message).help(ONCE),
            };
            return Some(finding.help(ELSEWHERE));
        }
    }
    if let Ok(found) = fs::symlink_metadata(path) {
        let message = format!(
            "expected a socket or nothing at {}, found something else",
            path.display()
        );
        return (!found.file_type().is_socket()).then(|| {
            Diagnostic::error("bad-path", message)
                .help("name another path, or remove what is there")
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
        "can't make the socket of `handover` in {}: {}",
        folder.display(),
        reason(&error.into())
    );
    Some(
        // `--check` may run as another user than the daemon.
        Diagnostic::warning("bad-path", message)
            .note("this was tried as the user who runs this command")
            .help(
                "make the folder writable for the user who starts flashgate, or name another one",
            ),
    )
}

const ELSEWHERE: &str = "name a path in a folder that is there, or write `handover = \"off\"`";

/// How a folder comes to be there.
enum Made {
    /// By the system, each time.
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

const AT_BOOT: &str = "have it made at each boot, because `/run` is empty then: `RuntimeDirectory=flashgate` in the systemd \
                       unit makes `/run/flashgate` when the service starts; without systemd, a line in `/etc/tmpfiles.d` \
                       or the start script";

const ONCE: &str = "make the folder, for the user who starts flashgate";
