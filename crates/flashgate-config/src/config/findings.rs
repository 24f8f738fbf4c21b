//! What there is to say of a config file and of the files that it names: values, and the text that people get.

use std::fmt::{self, Display, Formatter};
use std::io;
use std::path::{Path, PathBuf};

use flash_policy::Diagnostic;
use flash_policy::diagnostic::any_error;
use flashgate_report::render::{self, Source};

use crate::confinement;
use crate::reason;

/// Everything that was found, file by file; its text is for the terminal.
#[derive(Debug, Default)]
pub struct ConfigFindings {
    unreadable: Option<(PathBuf, Unreadable)>,
    files: Vec<OfFile>,
}

/// What was found in one file.
#[derive(Debug)]
struct OfFile {
    name: String,
    bytes: Vec<u8>,
    found: Vec<Diagnostic>,
}

/// Why a config file can't be read.
#[derive(Debug)]
pub(super) enum Unreadable {
    System(io::Error),
    TooLarge { most: usize },
}

impl ConfigFindings {
    /// The config file can't be read, so nothing is known of it.
    pub(super) fn unreadable(path: &Path, error: Unreadable) -> Self {
        Self {
            unreadable: Some((path.to_owned(), error)),
            files: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, path: &Path, bytes: &[u8], found: Vec<Diagnostic>) {
        if !found.is_empty() {
            self.files.push(OfFile {
                name: path.display().to_string(),
                bytes: bytes.to_owned(),
                found,
            });
        }
    }

    pub(super) fn any_error(&self) -> bool {
        self.files.iter().any(|file| any_error(&file.found))
    }
}

impl Display for ConfigFindings {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if let Some((path, error)) = &self.unreadable {
            let message = format!("can't read the config file {}: {error}", path.display());
            let help = error.help(path);
            f.write_str(&render::plain_error_text(
                &message,
                help.as_deref().as_slice(),
            ))?;
        }
        self.files.iter().try_for_each(|file| {
            let source = Source::new(&file.name, &file.bytes);
            f.write_str(&render::findings(&file.found, &source))
        })
    }
}

impl Display for Unreadable {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::System(error) => f.write_str(&reason(error)),
            Self::TooLarge { most } => write!(f, "expected at most {most} bytes, found more"),
        }
    }
}

impl Unreadable {
    /// What helps, if that is known.
    fn help(&self, path: &Path) -> Option<String> {
        match self {
            Self::System(error) => confinement::explain_read(path, error),
            Self::TooLarge { .. } => None,
        }
    }
}
