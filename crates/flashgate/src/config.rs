//! The config file: read, judged and resolved, with everything that is wrong with it said at once.
//!
//! `tree` walks the TOML, `raw` holds what it says, `resolve` what the daemon needs. A derived deserialiser would stop
//! at the first fault. Nothing here binds, connects or keeps state.

use std::path::Path;

use flash_policy::diagnostic::any_error;
use flash_policy::{Diagnostic, Policy, Port};
use flashgate_report::render::{self, Source};
use toml::de::DeTable;

use crate::confinement;
use crate::log;
use crate::regular_file;
use crate::snapshot::{Loaded, Plan, Refused, Watched};

pub(crate) mod backend;
mod bridge;
pub(crate) mod defaults;
pub(crate) mod gates;
mod handover;
pub(crate) mod hosts;
pub(crate) mod keys;
mod lines;
pub(crate) mod listeners;
mod malformed;
mod meant;
mod not_yet;
mod policy;
pub(crate) mod policy_file;
mod raw;
mod resolve;
mod sections;
mod tls;
mod tree;
mod values;
mod weakness;
mod writable;

#[cfg(test)]
mod tests;

use self::policy::Named;
use self::policy_file::ServedAt;
pub(crate) use policy::{bad_domain, bad_ports};
use resolve::Resolved;
use tree::Table;
pub(crate) use values::of_flag as lasting;

/// Far more than a config for a thousand sites needs; a wrong path should not fill the memory.
const LARGEST: usize = 1024 * 1024;

/// What a plan is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To be served by a process that starts.
    Start,
    /// To be served by one that runs: it has become whom it was to become, and may have nothing left to look users up with.
    Reload,
    /// To be told about: certificates and keys are left alone, which may be for others' eyes only, and what is merely
    /// likely not meant is left to whoever serves it.
    Tell,
}

/// Reads a config file and the files it names; the error is everything that is wrong.
pub(crate) fn load(path: &Path, purpose: Purpose) -> Result<Loaded, Refused> {
    let mut watched = vec![Watched::look(path.to_owned())];
    match load_noting(path, purpose, &mut watched) {
        Ok((Resolved { plan, .. }, warnings)) => Ok(Loaded {
            plan: Plan { watched, ..plan },
            warnings,
        }),
        Err(faults) => Err(Refused { faults, watched }),
    }
}

/// The policies of a config file that can be served, by their names; the error is everything that is wrong. What depends
/// on the port is as on 843 where one is served there.
pub(crate) fn policies(path: &Path) -> Result<Vec<(String, Policy)>, String> {
    let (resolved, _) = load_noting(path, Purpose::Tell, &mut Vec::new())?;
    let policy = |(named, served): (Named, ServedAt)| {
        let ports = served.each();
        let master = ports.get(&Some(Port::MASTER));
        let port = master.or(ports.first()).copied().flatten();
        let policy = named.granted(port)?;
        Some((named.name, policy))
    };
    Ok(resolved.policies.into_iter().filter_map(policy).collect())
}

/// Looks at each file before it is read, so that no change of it is missed, whether it is any good or not.
fn load_noting(
    path: &Path,
    purpose: Purpose,
    watched: &mut Vec<Watched>,
) -> Result<(Resolved, String), String> {
    let name = path.display().to_string();
    let mut found = Vec::new();
    let bytes = read(path, &mut found).map_err(|(reason, help)| {
        let message = format!("can't read the config file {name}: {reason}");
        render::plain_error_text(&message, help.as_deref().as_slice())
    })?;
    let resolved = understand(&bytes, path, purpose, watched, &mut found);
    let about_pages = |finding: &Diagnostic| hosts::RULES.contains(&finding.rule);
    let is_shown = |finding: &Diagnostic| {
        purpose != Purpose::Tell || is_error(finding) || about_pages(finding)
    };
    found.retain(is_shown);
    let place = |finding: &Diagnostic| finding.label.as_ref().map_or(0, |label| label.span.start);
    // Errors first: what is likely not meant may follow from one. What is missing may stand there under another name.
    let missing = |finding: &Diagnostic| finding.rule.starts_with("missing-");
    found.sort_by_key(|it| (!is_error(it), missing(it), place(it)));
    let mut text = render::findings(&found, &Source::new(&name, &bytes));
    let mut failed = any_error(&found);
    let policies = resolved.iter().flat_map(|resolved| &resolved.policies);
    for (file, served) in policies.filter_map(|(named, served)| Some((named.file()?, served))) {
        let mut found = file.content.judge(served);
        found.retain(is_shown);
        let name = file.path.display().to_string();
        text.push_str(&render::findings(
            &found,
            &Source::new(&name, &file.content.bytes),
        ));
        failed |= any_error(&found);
    }
    match resolved {
        Some(resolved) if !failed => Ok((resolved, text)),
        _ => Err(text),
    }
}

fn is_error(finding: &Diagnostic) -> bool {
    any_error(std::slice::from_ref(finding))
}

/// The error is a reason, and what helps where that is known.
fn read(path: &Path, found: &mut Vec<Diagnostic>) -> Result<Vec<u8>, (String, Option<String>)> {
    let contents = regular_file::read(path, LARGEST)
        .map_err(|error| (log::reason(&error), confinement::explain_read(path, &error)))?;
    found.extend(writable::judge(&contents.metadata));
    if contents.bytes.len() > LARGEST {
        let reason = format!("expected at most {LARGEST} bytes, found more");
        return Err((reason, None));
    }
    Ok(contents.bytes)
}

fn understand(
    bytes: &[u8],
    path: &Path,
    purpose: Purpose,
    watched: &mut Vec<Watched>,
    found: &mut Vec<Diagnostic>,
) -> Option<Resolved> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let at = error.valid_up_to();
            let message = if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
                "expected UTF-8, found UTF-16"
            } else {
                "expected UTF-8, found other bytes"
            };
            let help = "save the file as UTF-8 in your editor";
            found.push(
                Diagnostic::error("not-utf8", message)
                    .at(at..at + 1, "")
                    .help(help),
            );
            return None;
        }
    };
    let (root, faults) = DeTable::parse_recoverable(text);
    if !faults.is_empty() {
        found.extend(malformed::findings(&faults, text));
        return None;
    }
    let root = Table::root(text, root.get_ref());
    not_yet::check(&root, found);
    let raw = raw::read(&root, found);
    let folder = path.parent().unwrap_or(Path::new(""));
    let named = raw.files().map(|file| folder.join(file));
    watched.extend(named.map(Watched::look));
    Some(resolve::resolve(raw, path, text, purpose, found))
}
