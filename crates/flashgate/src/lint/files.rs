//! Lists the files to check. Folders are searched for `*.xml`.
//!
//! It must never follow a link to a folder inside a folder, because that could lead to a loop.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use flashgate_config::regular_file;
use flashgate_report::outcome::FileError;
use walkdir::{DirEntry, WalkDir};

/// One thing to look at.
pub(super) enum Input {
    Stdin,
    File(PathBuf),
    /// A path that could not be searched, or a folder without policy files.
    Fault {
        name: String,
        fault: FileError,
    },
}

/// Lists every file once. The files of a folder are sorted by name.
pub(super) fn inputs(paths: &[PathBuf]) -> Vec<Input> {
    let mut inputs = Vec::new();
    for path in paths {
        if path == Path::new("-") {
            inputs.push(Input::Stdin);
        } else if path.is_dir() {
            folder(path, &mut inputs);
        } else {
            inputs.push(Input::File(path.clone()));
        }
    }
    let mut seen = HashSet::new();
    inputs.retain(|input| match input {
        Input::File(path) => seen.insert(path.clone()),
        Input::Stdin => seen.insert(PathBuf::from("-")),
        Input::Fault { .. } => true,
    });
    inputs
}

fn folder(path: &Path, inputs: &mut Vec<Input>) {
    let before = inputs.len();
    let mut above = Vec::new();
    for entry in WalkDir::new(path).sort_by_file_name() {
        if let Ok(entry) = &entry {
            above.truncate(entry.depth());
            above.push(entry.path().to_owned());
        }
        match entry {
            Ok(entry) if is_policy(&entry) => inputs.push(Input::File(entry.into_path())),
            Ok(_) => {}
            Err(error) => {
                let name = faulty(&error, &above).unwrap_or(path);
                let name = name.display().to_string();
                let fault = match error.io_error() {
                    Some(error) => unreadable(error),
                    None => unreadable(&io::Error::from(error)),
                };
                inputs.push(Input::Fault { name, fault });
            }
        }
    }
    if inputs.len() == before {
        let fault = FileError {
            message: "expected policy files in this folder, found no file named `*.xml`".to_owned(),
            help: "pass the policy files by name".to_owned(),
        };
        let name = path.display().to_string();
        inputs.push(Input::Fault { name, fault });
    }
}

/// The path of an error. An error in the middle of a folder has no path, so the folder is used.
fn faulty<'a>(error: &'a walkdir::Error, above: &'a [PathBuf]) -> Option<&'a Path> {
    let parent = || {
        above
            .get(error.depth().checked_sub(1)?)
            .map(PathBuf::as_path)
    };
    error.path().or_else(parent)
}

fn is_policy(entry: &DirEntry) -> bool {
    let extension = entry.path().extension().and_then(OsStr::to_str);
    let named = extension.is_some_and(|extension| extension.eq_ignore_ascii_case("xml"));
    // Links to folders are skipped. Other links and pipes are reported when reading them fails.
    named && !entry.path().is_dir()
}

/// Why something can't be read, and what to do about it.
pub(super) fn unreadable(error: &io::Error) -> FileError {
    let kind = error.kind();
    let help = if kind == io::ErrorKind::NotFound {
        "check the path; a relative path starts in the current folder"
    } else if kind == io::ErrorKind::PermissionDenied {
        "run flashgate as a user with read permission, or pass the text: `flashgate lint -`"
    } else if regular_file::is_not_regular(error) {
        "pass the text on standard input: `flashgate lint - < FILE`, or `COMMAND | flashgate lint -`"
    } else {
        "expected a file, a folder, or `-` for standard input: check what is at this path"
    };
    FileError {
        message: format!("can't be read: {}", crate::log::reason(error)),
        help: help.to_owned(),
    }
}
