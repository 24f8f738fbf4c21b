//! Warns of files that every user can change: anyone who can write to them controls what flashgate serves.

use std::fs::Metadata;
use std::os::unix::fs::PermissionsExt as _;

use flash_policy::Diagnostic;

/// Users other than the owner and the group may write (chmod(2), `S_IWOTH`).
const OTHERS_WRITE: u32 = 0o002;

/// A warning if every user can write to a file.
pub(super) fn judge(found: &Metadata) -> Option<Diagnostic> {
    let mode = found.permissions().mode();
    (mode & OTHERS_WRITE != 0).then(|| {
        let message =
            "every user on this machine can change this file, and with it what flashgate serves";
        Diagnostic::warning("world-writable", message)
            .help("remove that permission: `chmod o-w` with the file's name")
    })
}
