//! Reads, checks and resolves the config file, and reports every mistake at once.
//!
//! `tree` walks the TOML, `raw` holds its values, and `resolve` turns them into what the daemon needs. A derived
//! deserializer would stop at the first mistake. Nothing here binds, connects or keeps state.

use std::collections::HashSet;
use std::path::Path;

use flash_policy::diagnostic::any_error;
use flash_policy::write::Layout;
use flash_policy::{Diagnostic, Policy, Port};
use flashgate_report::render::PlainError;
use toml::Spanned;
use toml::de::DeTable;

use crate::confinement;
use crate::reason;
use crate::regular_file;
use crate::snapshot::{ListenAddress, MasterFileKind, Plan, Watched};

mod applies_to;
pub mod backend;
mod bridge;
mod common;
pub mod defaults;
pub mod explain;
mod findings;
pub mod flags;
pub mod gates;
mod handover;
pub mod hosts;
mod http;
pub mod keys;
mod lines;
pub mod listeners;
mod loaded;
mod malformed;
mod meant;
pub mod own_host;
mod policy;
pub mod policy_file;
pub mod port_range;
mod purpose;
mod raw;
mod resolve;
mod sections;
mod tls;
mod tree;
mod unexpected;
pub mod unopened;
mod values;
mod weakness;
mod writable;

#[cfg(test)]
mod tests;

pub use self::findings::ConfigFindings;
pub use self::loaded::{Loaded, PlanRefused};
use self::policy::Named;
use self::policy_file::ServedAt;
pub use policy::{RulePorts, about_rule, bad_domain, bad_ports};
pub use purpose::PlanPurpose;
use resolve::Resolved;
use tree::Table;
pub use unexpected::Unexpected;
pub use values::of_flag as lasting;

/// Far more than a config for a thousand sites needs. It keeps a wrong path from filling the memory.
const LARGEST: usize = 1024 * 1024;

/// Reads a config file and the files it names. The error has every mistake.
pub fn load(path: &Path, purpose: PlanPurpose) -> Result<Loaded, PlanRefused> {
    let mut watched = vec![Watched::look(path.to_owned())];
    match load_noting(path, purpose, &mut watched) {
        (Some(Resolved { plan, .. }), findings) => Ok(Loaded {
            plan: Plan { watched, ..plan },
            warnings: findings,
        }),
        (None, findings) => Err(PlanRefused {
            faults: findings,
            watched,
        }),
    }
}

/// A policy of a valid config file.
#[derive(Debug)]
pub struct ConfiguredPolicy {
    /// Its name.
    pub name: String,
    /// What it means for sockets. What depends on the port is as on 843 if the policy is served there. None if it is a
    /// file that means nothing there.
    pub sockets: Option<Policy>,
    /// What it means for Silverlight's sockets. `none` grants nothing there, whatever the port.
    pub silverlight: Option<Policy>,
    /// What it means as a file over HTTP. None if it is a file that means nothing there.
    pub urls: Option<Policy>,
    /// The name of its meta-policy in that file, which may be one that `urls` has only as `master-only`.
    pub meta_policy: Option<&'static str>,
    /// The files that it is served as, if it is served only over HTTP.
    pub only_files: Vec<MasterFileKind>,
    named: Named,
    served: ServedAt,
}

impl ConfiguredPolicy {
    /// Silverlight's file over HTTP, if Silverlight gets the policy only there.
    pub fn silverlight_file(&self, layout: Layout) -> Option<String> {
        let is_file = self
            .served
            .over_http()
            .contains(&MasterFileKind::ClientAccessPolicy);
        if !is_file || self.served.asked_by_silverlight() {
            return None;
        }
        self.named.silverlight_file(layout)
    }
}

/// The policies of a valid config file. The error has every mistake.
pub fn policies(path: &Path) -> Result<Vec<ConfiguredPolicy>, ConfigFindings> {
    let (resolved, findings) = load_noting(path, PlanPurpose::Tell, &mut Vec::new());
    let policy = |(named, served): (Named, ServedAt)| {
        let ports = served.each();
        let master = ports.get(&Some(Port::MASTER));
        let port = master.or(ports.first()).copied().flatten();
        ConfiguredPolicy {
            sockets: named.for_sockets(port),
            silverlight: named.for_sockets(Some(Port::MASTER)),
            urls: named.for_urls(),
            meta_policy: named.meta_policy(),
            only_files: if ports.is_empty() && !served.asked_by_silverlight() {
                served.over_http().to_vec()
            } else {
                Vec::new()
            },
            name: named.name.clone(),
            named,
            served,
        }
    };
    let policies = resolved.map(|resolved| resolved.policies).ok_or(findings)?;
    Ok(policies.into_iter().map(policy).collect())
}

/// The address of `[admin]` in a config file. None if the file has no such section.
///
/// Only mistakes in this section are errors: a daemon may be serving an earlier version of the rest.
pub fn admin_address(path: &Path) -> Result<Option<ListenAddress>, ConfigFindings> {
    let mut found = Vec::new();
    let bytes = read(path, &mut Vec::new())?;
    let address = toml(&bytes, &mut found).and_then(|(text, root)| {
        let root = Table::root(text, root.get_ref());
        let table = root.get("admin")?.table(&keys::ADMIN, &mut found)?;
        let address = sections::admin(&table, &mut found).address;
        address.map(|address| address.value)
    });
    if !any_error(&found) {
        return Ok(address);
    }
    let mut findings = ConfigFindings::default();
    findings.add(&path.display(), &bytes, found);
    Err(findings)
}

/// What is wrong with the text of a config file, as if it were in the current folder. Certificates are not read.
pub fn mistakes(bytes: &[u8]) -> ConfigFindings {
    let (path, mut found) = (Path::new("flashgate.toml"), Vec::new());
    // The findings are the result.
    let _ = understand(bytes, path, PlanPurpose::Tell, &mut Vec::new(), &mut found);
    let mut findings = ConfigFindings::default();
    findings.add(&path.display(), bytes, found);
    findings
}

/// Watches each file before reading it, so that no change is missed, even if the file is invalid. Returns nothing
/// resolved if there is an error among the findings.
fn load_noting(
    path: &Path,
    purpose: PlanPurpose,
    watched: &mut Vec<Watched>,
) -> (Option<Resolved>, ConfigFindings) {
    let mut found = Vec::new();
    let bytes = match read(path, &mut found) {
        Ok(bytes) => bytes,
        Err(error) => return (None, error.into()),
    };
    let resolved = understand(&bytes, path, purpose, watched, &mut found);
    let about_pages = |finding: &Diagnostic| hosts::RULES.contains(&finding.rule);
    let is_shown = |finding: &Diagnostic| {
        purpose != PlanPurpose::Tell || is_error(finding) || about_pages(finding)
    };
    // Each port of a range repeats what is wrong with its gate.
    let mut shown = HashSet::new();
    found.retain(|finding| is_shown(finding) && shown.insert(finding.clone()));
    let place = |finding: &Diagnostic| finding.label.as_ref().map_or(0, |label| label.span.start);
    // Errors first, because a warning may follow from one. Missing keys last, because they may be present under
    // another name.
    let missing = |finding: &Diagnostic| finding.rule.starts_with("missing-");
    found.sort_by_key(|it| (!is_error(it), missing(it), place(it)));
    let mut findings = ConfigFindings::default();
    findings.add(&path.display(), &bytes, found);
    let policies = resolved.iter().flat_map(|resolved| &resolved.policies);
    for (file, served) in policies.filter_map(|(named, served)| Some((named.file()?, served))) {
        let mut found = file.content.judge(served);
        found.retain(is_shown);
        findings.add(&file.path.display(), &file.content.bytes, found);
    }
    (resolved.filter(|_| !findings.any_error()), findings)
}

fn is_error(finding: &Diagnostic) -> bool {
    any_error(std::slice::from_ref(finding))
}

/// The help for a path on the command line that doesn't exist.
pub fn missing(error: &std::io::Error) -> Option<String> {
    let help = "check the path; a relative path starts in the current folder";
    (error.kind() == std::io::ErrorKind::NotFound).then(|| help.to_owned())
}

fn read(path: &Path, found: &mut Vec<Diagnostic>) -> Result<Vec<u8>, PlainError> {
    let unreadable = |why: &str, help: Option<String>| {
        let message = format!("can't read the config file {}: {why}", path.display());
        PlainError::new(&message, help.as_deref().as_slice())
    };
    let contents = regular_file::read(path, LARGEST).map_err(|error| {
        let help = confinement::explain_read(path, &error).or_else(|| missing(&error));
        unreadable(&reason(&error), help)
    })?;
    found.extend(writable::judge(&contents.metadata));
    if contents.bytes.len() > LARGEST {
        let why = format!("expected at most {LARGEST} bytes, found more");
        return Err(unreadable(&why, None));
    }
    Ok(contents.bytes)
}

fn understand(
    bytes: &[u8],
    path: &Path,
    purpose: PlanPurpose,
    watched: &mut Vec<Watched>,
    found: &mut Vec<Diagnostic>,
) -> Option<Resolved> {
    let (text, root) = toml(bytes, found)?;
    let root = Table::root(text, root.get_ref());
    let raw = raw::read(&root, found);
    let folder = path.parent().unwrap_or(Path::new(""));
    let named = raw.files().map(|file| folder.join(file));
    watched.extend(named.map(Watched::look));
    Some(resolve::resolve(raw, path, text, purpose, found))
}

/// The TOML of a file, or nothing if it can't be read at all.
fn toml<'a>(
    bytes: &'a [u8],
    found: &mut Vec<Diagnostic>,
) -> Option<(&'a str, Spanned<DeTable<'a>>)> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            found.push(not_utf8(bytes, error.valid_up_to()));
            return None;
        }
    };
    let (root, faults) = DeTable::parse_recoverable(text);
    found.extend(malformed::findings(&faults, text));
    faults.is_empty().then_some((text, root))
}

fn not_utf8(bytes: &[u8], at: usize) -> Diagnostic {
    let message = if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        "expected UTF-8, found UTF-16"
    } else {
        "expected UTF-8, found other bytes"
    };
    Diagnostic::error("not-utf8", message)
        .at(at..at + 1, "")
        .help("save the file as UTF-8 in your editor")
}
