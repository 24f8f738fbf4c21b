//! `flashgate lint`: selects the files, checks each of them, and fixes them.
//!
//! It never writes unless fixing is requested. An error in one file does not stop the others.

mod files;
mod levels;
pub(crate) mod replace;

use std::collections::BTreeSet;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use flash_policy::lint::{self, LARGEST_LINTED, Options, PolicyKind, PolicyReader, RuleGroup};
use flash_policy::parse::LARGEST;
use flash_policy::{Diagnostic, LintReport};
use flash_policy::{Port, Serving};
use flashgate_config::regular_file;
use flashgate_report::outcome::{
    FileError, FileOutcome, JudgedFile, KindFrom, RulesCheck, TextOrigin,
};

use files::Input;
pub(crate) use levels::{Contradiction, FlagSubject, Levels, RuleLevel};
use replace::ReplaceWords;

/// The name of standard input in reports. A file can have the same name.
const STDIN: &str = "<stdin>";

/// What to check, and how.
#[derive(Debug)]
pub(crate) struct LintRequest {
    /// Files and folders; `-` is standard input.
    pub(crate) paths: Vec<PathBuf>,
    /// The kind of policy; detected from content and name if `None`.
    pub(crate) kind: Option<PolicyKind>,
    /// The port that serves the files, if given. A file served from a port is not a URL policy.
    pub(crate) port: Option<Port>,
    pub(crate) clients: Vec<PolicyReader>,
    pub(crate) levels: Levels,
    pub(crate) fixing: Fixing,
}

/// Whether safe fixes are applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fixing {
    Off,
    InPlace,
    /// They are shown, and nothing is written.
    Shown,
}

/// Checks all inputs in order. Only one file is in memory at a time.
pub(crate) fn run(request: &LintRequest) -> impl Iterator<Item = FileOutcome> + '_ {
    let inputs = files::inputs(&request.paths);
    inputs.into_iter().map(|input| one(input, request))
}

fn one(input: Input, request: &LintRequest) -> FileOutcome {
    let (name, bytes, path) = match input {
        Input::Fault { name, fault } => return unread(name, TextOrigin::Named, fault),
        Input::Stdin => (STDIN.to_owned(), read(io::stdin().lock()), None),
        Input::File(path) => {
            let bytes = regular_file::read(&path, LARGEST_LINTED).map(|read| read.bytes);
            (path.display().to_string(), bytes, Some(path))
        }
    };
    let origin = path
        .as_ref()
        .map_or(TextOrigin::Stdin, |_| TextOrigin::Named);
    let bytes = match bytes {
        Ok(bytes) => bytes,
        Err(error) => {
            let fault = files::unreadable(&error);
            return unread(name, origin, fault);
        }
    };
    let mut judged = judge(bytes, &name, request);
    let fault = match request.fixing {
        Fixing::Off => None,
        // No client reads a file this large, fixed or not.
        Fixing::InPlace | Fixing::Shown if judged.bytes.len() > LARGEST => None,
        Fixing::Shown => {
            judged.proposal = proposal(&judged, &name, request);
            None
        }
        Fixing::InPlace => mend(&mut judged, &name, path.as_deref(), request).err(),
    };
    FileOutcome {
        name,
        origin,
        judged: Some(judged),
        fault,
    }
}

fn unread(name: String, origin: TextOrigin, fault: FileError) -> FileOutcome {
    FileOutcome {
        name,
        origin,
        judged: None,
        fault: Some(fault),
    }
}

/// Reads just enough to see that the input is too large.
fn read(from: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(LARGEST_LINTED as u64 + 1)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn judge(bytes: Vec<u8>, name: &str, request: &LintRequest) -> JudgedFile {
    let (kind, kind_from) = kind(&bytes, name, request);
    let options = options(&bytes, name, kind_from, kind, request);
    let report = lint::lint_with(&bytes, &options);
    let omitted = report.omitted.values().sum();
    let rules = rules_check(&report);
    let mut findings = report.findings;
    if bytes.len() > LARGEST_LINTED {
        findings.retain(|finding| finding.rule == "file-too-large");
    }
    request.levels.apply(&mut findings);
    withdraw_fixes(&mut findings, &bytes, &options);
    name_flags(&mut findings);
    JudgedFile {
        bytes,
        kind,
        kind_from,
        rules,
        findings,
        omitted,
        fixed: Vec::new(),
        proposal: None,
    }
}

/// The library's help does not know this program's flags.
fn name_flags(findings: &mut [Diagnostic]) {
    for finding in findings {
        if finding.rule == "ports-in-crossdomain-xml" {
            let flags = "pass `--as socket` or `--as url` to say which it is";
            finding.help.push(flags.to_owned());
        }
    }
}

fn rules_check(report: &LintReport) -> RulesCheck {
    let is_read = report.policy.is_some() || report.access.is_some();
    let is_syntax = |finding: &Diagnostic| {
        let rule = lint::rule(finding.rule);
        rule.is_some_and(|rule| rule.group == RuleGroup::Syntax)
    };
    if !is_read && report.findings.iter().any(is_syntax) {
        RulesCheck::NotWellFormed
    } else {
        RulesCheck::Done
    }
}

fn kind(bytes: &[u8], name: &str, request: &LintRequest) -> (PolicyKind, KindFrom) {
    if let Some(kind) = request.kind {
        return (kind, KindFrom::Flag);
    }
    let kind = PolicyKind::detect(bytes, Some(name));
    if kind == PolicyKind::Url && request.port.is_some() {
        (PolicyKind::Socket, KindFrom::Port)
    } else {
        (kind, KindFrom::File)
    }
}

fn options(
    bytes: &[u8],
    name: &str,
    kind_from: KindFrom,
    kind: PolicyKind,
    request: &LintRequest,
) -> Options {
    let port = request.port.unwrap_or(Port::MASTER);
    let options = Options::new(Serving::from_port(port)).clients(&request.clients);
    let options = request.levels.allowed().fold(options, Options::allow);
    match kind_from {
        KindFrom::File => options.detected_kind(bytes, Some(name)),
        KindFrom::Flag | KindFrom::Port => options.kind(kind),
    }
}

/// Removes fixes that `--fix` would not apply because they would cause harm elsewhere.
fn withdraw_fixes(findings: &mut [Diagnostic], bytes: &[u8], options: &Options) {
    if findings.iter().all(|finding| finding.fix.is_none()) {
        return;
    }
    let made = if bytes.len() > LARGEST {
        BTreeSet::new()
    } else {
        lint::fix(bytes, options).rules
    };
    for finding in findings
        .iter_mut()
        .filter(|finding| !made.contains(finding.rule))
    {
        finding.fix = None;
    }
}

/// The content with the safe fixes, if there are any.
fn proposal(judged: &JudgedFile, name: &str, request: &LintRequest) -> Option<Vec<u8>> {
    let options = options(&judged.bytes, name, judged.kind_from, judged.kind, request);
    let fixed = lint::fix(&judged.bytes, &options).bytes;
    (fixed != judged.bytes).then_some(fixed)
}

const FIXED: ReplaceWords = ReplaceWords {
    not_done: "can't be fixed",
    instead: "take the fixed text from `flashgate lint --fix - < FILE`",
};

/// Applies the safe fixes. The file is written first, so that the report matches what is on disk.
fn mend(
    judged: &mut JudgedFile,
    name: &str,
    path: Option<&Path>,
    request: &LintRequest,
) -> Result<(), FileError> {
    let options = options(&judged.bytes, name, judged.kind_from, judged.kind, request);
    let fixed = lint::fix(&judged.bytes, &options);
    if fixed.bytes == judged.bytes {
        return Ok(());
    }
    if let Some(path) = path {
        replace::replace(path, &judged.bytes, &fixed.bytes, FIXED)?;
    }
    let report = lint::lint_with(&fixed.bytes, &options);
    let omitted = report.omitted.values().sum();
    let rules = rules_check(&report);
    let mut findings = report.findings;
    request.levels.apply(&mut findings);
    // Everything fixable has been fixed.
    for finding in &mut findings {
        finding.fix = None;
    }
    *judged = JudgedFile {
        bytes: fixed.bytes,
        kind: judged.kind,
        kind_from: judged.kind_from,
        rules,
        findings,
        omitted,
        fixed: fixed.applied,
        proposal: None,
    };
    Ok(())
}
