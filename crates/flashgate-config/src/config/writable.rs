//! Files that anybody could change: whoever can write to one decides what is served.

use std::fs::Metadata;
use std::os::unix::fs::PermissionsExt as _;

use flash_policy::Diagnostic;

/// Others than the owner and the group may write (chmod(2), `S_IWOTH`).
const OTHERS_WRITE: u32 = 0o002;

/// A warning if everybody on the machine can write to a file.
pub(super) fn judge(found: &Metadata) -> Option<Diagnostic> {
    let mode = found.permissions().mode();
    (mode & OTHERS_WRITE != 0).then(|| {
        let message =
            "everybody on this machine can write to this file, and so decide what is served";
        Diagnostic::warning("world-writable", message)
            .help("take that right from others: `chmod o-w` and the file's name")
    })
}
