//! Resolves a file's path link by link, to find the folders in which a change can replace the file.
//!
//! A file is replaced if another file gets its name, or if a link on its path changes: a link to the file, to one of
//! its folders, or on the path of such a link.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// More links than the kernel follows (`path_resolution(7)`).
const MOST_LINKS: usize = 40;

/// The links and the last folder on the path to a file.
#[derive(Debug)]
pub(super) struct ResolvedPath {
    /// Each link on the path.
    pub(super) links: Vec<SymbolicLink>,
    /// The folder of the file. If that is missing, the last existing folder on the path.
    pub(super) end: PathBuf,
}

/// A link on the path.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct SymbolicLink {
    /// The folder that contains the link, without links in its path.
    pub(super) folder: PathBuf,
    /// The link's target as written.
    pub(super) target: PathBuf,
}

impl ResolvedPath {
    /// The folders in which a change can replace the file.
    pub(super) fn folders(self) -> impl Iterator<Item = PathBuf> {
        let links = self.links.into_iter().map(|link| link.folder);
        links.chain([self.end])
    }
}

/// Resolves a path as far as it exists.
pub(super) fn to(file: &Path) -> ResolvedPath {
    let start = if file.is_absolute() {
        Ok(PathBuf::from("/"))
    } else {
        std::env::current_dir()
    };
    let mut way = ResolvedPath {
        links: Vec::new(),
        end: start.unwrap_or_else(|_| PathBuf::from(".")),
    };
    let mut ahead = steps(file);
    while let Some(step) = ahead.pop_front() {
        let PathStep::Down(name) = step else {
            way.end.pop();
            continue;
        };
        let here = way.end.join(&name);
        match fs::read_link(&here) {
            Ok(target) if way.links.len() < MOST_LINKS => {
                let folder = way.end.clone();
                if target.is_absolute() {
                    way.end = PathBuf::from("/");
                }
                for step in steps(&target).into_iter().rev() {
                    ahead.push_front(step);
                }
                way.links.push(SymbolicLink { folder, target });
            }
            // An existing folder. The last step is the file.
            Err(_) if !ahead.is_empty() && here.is_dir() => way.end = here,
            Ok(_) | Err(_) => break,
        }
    }
    way
}

/// A step from one folder to the next.
#[derive(Debug)]
enum PathStep {
    Down(OsString),
    Up,
}

fn steps(path: &Path) -> VecDeque<PathStep> {
    let step = |component| match component {
        Component::Normal(name) => Some(PathStep::Down(name.to_owned())),
        Component::ParentDir => Some(PathStep::Up),
        Component::Prefix(_) | Component::RootDir | Component::CurDir => None,
    };
    path.components().filter_map(step).collect()
}
