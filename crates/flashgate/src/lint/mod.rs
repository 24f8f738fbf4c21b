//! `flashgate lint`: which files, what is found in each, and what is mended.
//!
//! It never writes but where fixing is asked for, and one file's fault never stops the others.

mod files;
mod levels;
mod replace;

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use flash_policy::Diagnostic;
use flash_policy::document::LARGEST_LINTED;
use flash_policy::lint::{self, Client, Kind, Options};
use flash_policy::{Port, Serving};

use files::Input;
pub(crate) use levels::{Level, Levels, Subject};

/// What standard input is called.
pub(crate) const STDIN: &str = "<stdin>";

/// What to look at, and how.
#[derive(Debug)]
pub(crate) struct Request {
    /// Files and folders; `-` is standard input.
    pub(crate) paths: Vec<PathBuf>,
    /// By content and name, if none.
    pub(crate) kind: Option<Kind>,
    /// The port that will serve them.
    pub(crate) port: Port,
    pub(crate) clients: Vec<Client>,
    pub(crate) levels: Levels,
    pub(crate) fixing: Fixing,
}

/// Whether safe fixes are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fixing {
    Off,
    InPlace,
}

/// What became of one file or folder.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// The name the user knows it by.
    pub(crate) name: String,
    /// None where it could not be read.
    pub(crate) judged: Option<Judged>,
    /// Why it could not be read, or written.
    pub(crate) fault: Option<Fault>,
}

/// A file that was read.
#[derive(Debug)]
pub(crate) struct Judged {
    /// As it is now, and the findings are about.
    pub(crate) bytes: Vec<u8>,
    pub(crate) kind: Kind,
    pub(crate) kind_from: KindFrom,
    pub(crate) findings: Vec<Diagnostic>,
    /// What was mended: a title for each finding.
    pub(crate) fixed: Vec<String>,
}

/// What told the kind of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KindFrom {
    Flag,
    /// Its content and its name.
    File,
}

/// Why a file or folder could not be read or written, and what to do.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) message: String,
    pub(crate) help: String,
}

/// Looks at everything that is asked for, in that order.
pub(crate) fn run(request: &Request) -> Vec<Outcome> {
    let inputs = files::inputs(&request.paths);
    inputs
        .into_iter()
        .map(|input| one(input, request))
        .collect()
}

fn one(input: Input, request: &Request) -> Outcome {
    let (name, bytes, path) = match input {
        Input::Fault { name, fault } => return unread(name, fault),
        Input::Stdin => (STDIN.to_owned(), read(io::stdin().lock()), None),
        Input::File(path) => {
            let bytes = std::fs::File::open(&path).and_then(read);
            (path.display().to_string(), bytes, Some(path))
        }
    };
    let bytes = match bytes {
        Ok(bytes) if bytes.len() <= LARGEST_LINTED => bytes,
        Ok(_) => return unread(name, too_large()),
        Err(error) => {
            let fault = files::unreadable(&error);
            return unread(name, fault);
        }
    };
    let mut judged = judge(bytes, &name, request);
    let fault = match request.fixing {
        Fixing::Off => None,
        Fixing::InPlace => mend(&mut judged, path.as_deref(), request).err(),
    };
    Outcome {
        name,
        judged: Some(judged),
        fault,
    }
}

fn unread(name: String, fault: Fault) -> Outcome {
    Outcome {
        name,
        judged: None,
        fault: Some(fault),
    }
}

/// No more of it than tells that it is too large.
fn read(from: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(LARGEST_LINTED as u64 + 1)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn too_large() -> Fault {
    Fault {
        message: format!(
            "expected a policy file of at most {} KiB, found more",
            LARGEST_LINTED / 1024
        ),
        help: "no player takes a policy of that size; name the file that is served".to_owned(),
    }
}

fn judge(bytes: Vec<u8>, name: &str, request: &Request) -> Judged {
    let (kind, kind_from) = match request.kind {
        Some(kind) => (kind, KindFrom::Flag),
        None => (Kind::detect(&bytes, Some(name)), KindFrom::File),
    };
    let mut findings = lint::lint_with(&bytes, &options(kind, request)).findings;
    request.levels.apply(&mut findings);
    Judged {
        bytes,
        kind,
        kind_from,
        findings,
        fixed: Vec::new(),
    }
}

fn options(kind: Kind, request: &Request) -> Options {
    Options::new(Serving::from_port(request.port))
        .kind(kind)
        .clients(&request.clients)
}

/// Makes the safe fixes, first on disk: what is reported is what is there.
fn mend(judged: &mut Judged, path: Option<&Path>, request: &Request) -> Result<(), Fault> {
    let options = options(judged.kind, request);
    // Whoever allows something wants it left alone.
    let wanted = |rule: &str| !request.levels.allows(rule);
    let fixed = lint::fix_where(&judged.bytes, &options, wanted);
    if fixed.bytes == judged.bytes {
        return Ok(());
    }
    if let Some(path) = path {
        replace::replace(path, &judged.bytes, &fixed.bytes)?;
    }
    // Of the kind that it was taken for before, whatever a fix has done to what told it.
    let mut findings = lint::lint_with(&fixed.bytes, &options).findings;
    request.levels.apply(&mut findings);
    *judged = Judged {
        bytes: fixed.bytes,
        kind: judged.kind,
        kind_from: judged.kind_from,
        findings,
        fixed: fixed.applied,
    };
    Ok(())
}
