//! Policy files: read with a size limit, and checked for every port that serves them.

use std::collections::HashSet;
use std::io;
use std::path::Path;

use flash_policy::lint::{Options, PolicyKind};
use flash_policy::parse::LARGEST;
use flash_policy::{Diagnostic, Policy, Port, Profile, Serving, Severity};

use super::writable;
use crate::regular_file;
use crate::snapshot::MasterFileKind;

mod served_at;

pub use self::served_at::{PlayerPorts, PolicyPort, ServedAt};

/// The content of a policy file.
#[derive(Clone, Debug)]
pub struct FileContent {
    /// The bytes of the file.
    pub bytes: Vec<u8>,
    /// A finding about the file itself.
    pub(crate) finding: Option<Box<Diagnostic>>,
}

/// Reads a file, but no more of it than needed to see that it is too large.
pub fn read(path: &Path) -> io::Result<FileContent> {
    let contents = regular_file::read(path, LARGEST)?;
    Ok(FileContent {
        finding: writable::judge(&contents.metadata).map(Box::new),
        bytes: contents.bytes,
    })
}

impl FileContent {
    /// A policy that is not in a file.
    pub fn made(text: String) -> Self {
        Self {
            bytes: text.into_bytes(),
            finding: None,
        }
    }

    /// All findings for the places where it is served, without duplicates.
    pub fn judge(&self, served: &ServedAt) -> Vec<Diagnostic> {
        let mut found: Vec<_> = self.finding.as_deref().cloned().into_iter().collect();
        let mut told = Told::default();
        for &port in served.each() {
            let new = judge_on(&self.bytes, served, port).into_iter();
            found.extend(new.filter(|finding| told.is_new(finding)));
        }
        if served.asked_by_silverlight() {
            let options = Options::for_service(Serving::from_unknown_port());
            let new = report(&self.bytes, &options.kind(PolicyKind::Silverlight));
            found.extend(new.into_iter().filter(|finding| told.is_new(finding)));
        }
        for finding in &mut found {
            about_dialect(finding, &self.bytes);
            about_no_socket(finding);
        }
        for &file in served.over_http() {
            let mut new = judge_over_http(&self.bytes, file);
            new.retain(|finding| told.is_new(finding));
            for finding in &mut new {
                match finding.rule {
                    "wrong-root-element" => finding.help.push(about_file(file).to_owned()),
                    "trailing-nul" => finding.notes = vec![WITHOUT_NUL.to_owned()],
                    _ => {}
                }
            }
            found.extend(new);
        }
        one_for_each_wildcard(found)
    }
}

/// The findings, with one for each domain that matches every site. It says what that means wherever the rule applies.
pub(super) fn one_for_each_wildcard(found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut kept: Vec<Diagnostic> = Vec::new();
    for finding in found {
        let is_same = |it: &&mut Diagnostic| it.rule == finding.rule && it.label == finding.label;
        let same = kept.iter_mut().find(is_same);
        let Some(same) = same.filter(|it| it.rule == "wildcard-domain") else {
            kept.push(finding);
            continue;
        };
        // For sockets, Unity needs what the others advise against. What they add applies to it too.
        let help = finding.help.into_iter();
        let added = help.filter(|help| help.starts_with("or "));
        add_new(&mut same.help, added);
        add_new(&mut same.notes, finding.notes);
    }
    kept
}

fn add_new(texts: &mut Vec<String>, more: impl IntoIterator<Item = String>) {
    for text in more {
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
}

/// All findings, with a line for those that are not shown.
fn report(bytes: &[u8], options: &Options) -> Vec<Diagnostic> {
    let report = flash_policy::lint::lint_with(bytes, options);
    let mut findings = report.findings;
    let omitted: usize = report.omitted.values().sum();
    if omitted > 0 {
        let message = format!("{omitted} more findings are not shown");
        let more = Diagnostic::warning("more-findings", message);
        findings.push(more.help("fix the ones that are shown first"));
    }
    findings
}

const WITHOUT_NUL: &str = "flashgate serves the file over HTTP up to the NUL, without it";

/// What to change in `[http]` if a file is for the other clients.
const fn about_file(file: MasterFileKind) -> &'static str {
    match file {
        MasterFileKind::CrossDomain => {
            "`crossdomain` in `[http]` needs a `<cross-domain-policy>`; Silverlight's format is for `clientaccesspolicy`"
        }
        MasterFileKind::ClientAccessPolicy => {
            "`clientaccesspolicy` in `[http]` needs an `<access-policy>`; Flash's format is for `crossdomain`"
        }
    }
}

/// Says what to change in the config if a file is for the other clients.
fn about_dialect(finding: &mut Diagnostic, bytes: &[u8]) {
    if finding.rule != "wrong-root-element" {
        return;
    }
    let help = if PolicyKind::detect(bytes, None) == PolicyKind::Silverlight {
        "if Silverlight asks for it, write `dialect = \"silverlight\"` in its `[[listen]]`, on port 943; give Flash players a \
         policy of their own"
    } else if policy(bytes).is_some() {
        "if Flash players ask for it, write `dialect = \"flash\"` in its `[[listen]]`; give Silverlight an `<access-policy>`, \
         or `rules`, which flashgate writes for both"
    } else {
        return;
    };
    finding.help = vec![help.to_owned()];
}

/// A file that opens no socket is an error where Silverlight asks for sockets, as it is on Flash's port.
fn about_no_socket(finding: &mut Diagnostic) {
    if finding.rule == NO_SOCKET {
        finding.severity = Severity::Error;
        finding.notes = vec![
            "a listener with `dialect = \"silverlight\"` uses this policy, and clients ask there only for sockets"
                .to_owned(),
        ];
        finding.help = vec![
            "add `<socket-resource port=\"4502-4506\" protocol=\"tcp\"/>`".to_owned(),
            "or give that listener a policy of its own; for a file over HTTP, `clientaccesspolicy` in `[http]` is enough"
                .to_owned(),
        ];
    }
}

const NO_SOCKET: &str = "silverlight-no-socket-resource";

/// Findings for other ports.
#[derive(Debug, Default)]
pub(super) struct Told(HashSet<Diagnostic>);

impl Told {
    /// Whether the finding is new. For wildcard ports, only the lowest port's finding counts, because it opens the
    /// most.
    pub(super) fn is_new(&mut self, finding: &Diagnostic) -> bool {
        let mut finding = finding.clone();
        if finding.rule == "wildcard-ports" {
            finding.message = String::new();
        }
        self.0.insert(finding)
    }
}

/// All findings for players that connect to this one of the ports.
pub(super) fn judge_on(bytes: &[u8], served: &ServedAt, port: Option<Port>) -> Vec<Diagnostic> {
    report(bytes, &served.options(bytes, port))
}

/// All findings for a file over HTTP.
pub(super) fn judge_over_http(bytes: &[u8], file: MasterFileKind) -> Vec<Diagnostic> {
    let kind = match file {
        MasterFileKind::CrossDomain => PolicyKind::Url,
        MasterFileKind::ClientAccessPolicy => PolicyKind::Silverlight,
    };
    let options = Options::for_service(Serving::from_unknown_port()).kind(kind);
    // Over HTTP, a file without sockets is the usual one.
    report(bytes, &options.allow(NO_SOCKET))
}

/// The policy in a file, or nothing if players reject the file.
pub fn policy(bytes: &[u8]) -> Option<Policy> {
    flash_policy::parse(bytes, Profile::Socket).policy
}
