//! The way to a file, link by link: where it can become another one.
//!
//! A file is another one when its name is given to another, and also when a link on the way to it is: that of the file,
//! that of one of its folders, or one that such a link leads to.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// More links than the kernel follows (`path_resolution(7)`).
const MOST_LINKS: usize = 40;

/// What lies on the way to a file.
#[derive(Debug)]
pub(super) struct ResolvedPath {
    /// Each link, by the folder that it stands in, and where it leads.
    pub(super) links: Vec<SymbolicLink>,
    /// The folder that the file is in, or would be; where that is missing too, the last one that is there.
    pub(super) end: PathBuf,
}

/// A link on the way.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct SymbolicLink {
    /// Without links of its own.
    pub(super) folder: PathBuf,
    /// As it is written.
    pub(super) target: PathBuf,
}

impl ResolvedPath {
    /// The folders in which something would have to change for the file to be another one.
    pub(super) fn folders(self) -> impl Iterator<Item = PathBuf> {
        let links = self.links.into_iter().map(|link| link.folder);
        links.chain([self.end])
    }
}

/// Follows the way to a file as far as it goes today.
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
            // A step that is there and leads on; the last one is the file.
            Err(_) if !ahead.is_empty() && here.is_dir() => way.end = here,
            Ok(_) | Err(_) => break,
        }
    }
    way
}

/// A step from one folder.
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
