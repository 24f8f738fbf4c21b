//! Which folders must stay readable, given the files that a reload reads.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use tracing::warn;

/// The folders of the files: as they are named, and where links lead today.
///
/// A link that is swapped later, as Kubernetes does it, leads into the same folder again.
pub(super) fn of(files: &[PathBuf]) -> Vec<PathBuf> {
    let mut folders = BTreeSet::new();
    for file in files {
        let named = file
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        folders.extend(named.canonicalize());
        let target = file.canonicalize().ok();
        folders.extend(target.as_deref().and_then(Path::parent).map(Path::to_owned));
    }
    if folders.contains(Path::new("/")) {
        warn!(
            "a file to be read again lies in `/`, so everything stays readable; give it a folder of its own"
        );
    }
    folders.into_iter().collect()
}
