//! Finds the folders that must stay readable, given the files that a reload reads.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use tracing::warn;

use crate::daemon::way::{self, ResolvedPath, SymbolicLink};

/// The folders of the files: as named, as links resolve now, and folders with a link to something in the same folder.
///
/// If such a link is swapped later, as Kubernetes and deployment tools do, it still leads into the same folder.
pub(super) fn of(files: &[PathBuf]) -> Vec<PathBuf> {
    let mut folders = BTreeSet::new();
    for file in files {
        let named = file
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        folders.extend(named.canonicalize());
        let ResolvedPath { links, end } = way::to(file);
        let beside = links.into_iter().filter(leads_beside);
        folders.extend(beside.map(|link| link.folder));
        folders.insert(end);
    }
    if folders.contains(Path::new("/")) {
        warn!(
            "a config file, policy file or certificate is in `/`, so all files stay readable; move it to a separate folder"
        );
    }
    folders.into_iter().collect()
}

/// Whether a link leads to something in its own folder, and the folder is a separate one. `/etc`, `/srv` and the like
/// contain much more.
fn leads_beside(link: &SymbolicLink) -> bool {
    let beneath = link.target.is_relative() && !link.target.starts_with("..");
    beneath && link.folder.components().count() > 2
}
