//! What became of the files that were asked for: the findings in each, or why there are none.

use flash_policy::Diagnostic;
use flash_policy::lint::PolicyKind;

/// What became of one file or folder.
#[derive(Debug)]
pub struct FileOutcome {
    /// The name the user knows it by.
    pub name: String,
    /// Where its text came from.
    pub origin: TextOrigin,
    /// None where it could not be read.
    pub judged: Option<JudgedFile>,
    /// Why it could not be read, or written.
    pub fault: Option<FileError>,
}

/// Where a text came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextOrigin {
    /// Standard input.
    Stdin,
    /// A file or a folder, whatever its name.
    Named,
}

/// A file that was read.
#[derive(Debug)]
pub struct JudgedFile {
    /// As it is now, and the findings are about.
    pub bytes: Vec<u8>,
    /// What kind of policy it was judged as.
    pub kind: PolicyKind,
    /// How that is known.
    pub kind_from: KindFrom,
    /// In the order of the file.
    pub findings: Vec<Diagnostic>,
    /// How many more there are: of each rule only the first few that differ are kept.
    pub omitted: usize,
    /// What was mended: a title for each finding.
    pub fixed: Vec<String>,
}

/// What told the kind of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KindFrom {
    /// A flag of the user's.
    Flag,
    /// The port that serves it.
    Port,
    /// Its content and its name.
    File,
}

/// Why a file or folder could not be read or written, and what to do.
#[derive(Debug)]
pub struct FileError {
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
}
