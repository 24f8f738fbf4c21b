//! Policy files: read with a cap, and judged for every port that serves them.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use flash_policy::document::LARGEST;
use flash_policy::{Diagnostic, Policy, Port, Profile, Serving};

use super::writable;

/// What a policy file holds.
#[derive(Clone, Debug)]
pub(crate) struct Content {
    pub(crate) bytes: Vec<u8>,
    /// What is to be said of the file itself.
    pub(crate) finding: Option<Box<Diagnostic>>,
}

/// Reads a file, but never more of it than tells that it is too large.
pub(crate) fn read(path: &Path) -> io::Result<Content> {
    let mut bytes = Vec::new();
    let file = File::open(path)?;
    let finding = writable::judge(&file).map(Box::new);
    file.take(LARGEST as u64 + 1).read_to_end(&mut bytes)?;
    Ok(Content { bytes, finding })
}

impl Content {
    /// What is in no file.
    pub(crate) fn made(text: String) -> Self {
        Self {
            bytes: text.into_bytes(),
            finding: None,
        }
    }

    /// Everything that is to be said of it, given the ports that players dial for it; each finding once.
    pub(crate) fn judge(&self, ports: &[Option<Port>]) -> Vec<Diagnostic> {
        let mut found: Vec<_> = self.finding.as_deref().cloned().into_iter().collect();
        found.extend(judge(&self.bytes, ports));
        found
    }
}

/// What a file means; none where a player refuses it.
pub(crate) fn policy(bytes: &[u8]) -> Option<Policy> {
    flash_policy::parse(bytes, Profile::Socket).policy
}

/// Everything that is to be said of a policy, given the ports that players dial for it; each finding once.
pub(crate) fn judge(bytes: &[u8], ports: &[Option<Port>]) -> Vec<Diagnostic> {
    let mut ports = ports.to_vec();
    ports.sort_unstable();
    ports.dedup();
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    for port in ports {
        let serving = port.map_or(Serving::from_unknown_port(), Serving::from_port);
        let new = flash_policy::lint(bytes, serving).findings.into_iter();
        found.extend(new.filter(|finding| seen.insert(finding.clone())));
    }
    // The lowest port comes first, and opens the most: of the others that is said already.
    let mut opened = HashSet::new();
    found
        .retain(|finding| finding.rule != "wildcard-ports" || opened.insert(finding.label.clone()));
    found
}
