//! The results for the files that were checked: their findings, or the error.

use flash_policy::Diagnostic;
use flash_policy::lint::PolicyKind;

/// The result for a file or folder.
#[derive(Debug)]
pub struct FileOutcome {
    /// Its name as the user wrote it.
    pub name: String,
    /// The source of its text.
    pub origin: TextOrigin,
    /// None if it could not be read.
    pub judged: Option<JudgedFile>,
    /// Why it could not be read or written.
    pub fault: Option<FileError>,
}

/// The source of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextOrigin {
    /// Standard input.
    Stdin,
    /// A file or folder, whatever its name.
    Named,
}

/// A file that was read.
#[derive(Debug)]
pub struct JudgedFile {
    /// The current content, which the findings are about.
    pub bytes: Vec<u8>,
    /// The kind of policy it was checked as.
    pub kind: PolicyKind,
    /// How the kind was determined.
    pub kind_from: KindFrom,
    /// Whether the rules in it were checked.
    pub rules: RulesCheck,
    /// The findings, in the order of the file.
    pub findings: Vec<Diagnostic>,
    /// The number of further findings. Only the first few different ones of each rule are kept.
    pub omitted: usize,
    /// What was fixed: a title for each finding.
    pub fixed: Vec<String>,
    /// The content with the safe fixes, if they were only requested for show, and there are any.
    pub proposal: Option<Vec<u8>>,
}

/// Whether the rules in a file were checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RulesCheck {
    /// They were checked, or the file is not a policy.
    Done,
    /// Only the XML was checked, because it is not well-formed.
    NotWellFormed,
}

/// How the kind of a file was determined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KindFrom {
    /// By a flag.
    Flag,
    /// By the port that serves it.
    Port,
    /// By its content and name.
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
