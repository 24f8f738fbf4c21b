//! Which folders must stay readable, given the files that a reload reads.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use tracing::warn;

use crate::daemon::way::{self, ResolvedPath, SymbolicLink};

/// The folders of the files: as they are named, where links lead today, and where a link leads to its neighbours.
///
/// A link that is swapped later, as Kubernetes and deployments do it, then leads into the same folder again.
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
            "a file to be read again lies in `/`, so everything stays readable; give it a folder of its own"
        );
    }
    folders.into_iter().collect()
}

/// Whether a link leads to something in its own folder, and that is a folder of its own: `/etc`, `/srv` and the like hold
/// far more.
fn leads_beside(link: &SymbolicLink) -> bool {
    let beneath = link.target.is_relative() && !link.target.starts_with("..");
    beneath && link.folder.components().count() > 2
}
